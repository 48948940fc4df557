-- How often something changed that every request depends on: who somebody is and what they see, working days, rules.
-- Counted by triggers, which differ between the two databases (crates/db, `Db::count_changes`).
create table change_count (
    name text primary key,
    n bigint not null check (n >= 0)
);
