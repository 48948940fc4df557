-- What the house goes by, as data with versions: working days and rules. Nothing here is ever changed, only followed by
-- a later version.

-- What was decided on the spot and which later notices came out; the official years up to the release are compiled in.
create table calendar_version (
    version bigint primary key,
    body text not null,
    -- What was changed, as in the ledger.
    words text not null,
    reason text not null,
    made_by uuid references person (id),
    made_at bigint not null
);

create table rule_version (
    version bigint primary key,
    kind text not null,
    from_day text not null,
    body text not null,
    reason text not null,
    made_by uuid references person (id),
    made_at bigint not null
);
create index rule_version_kind on rule_version (kind, from_day, version);

-- Which generation of calendar and rules a task's lamp plan, duties and due day were worked out with.
alter table task add column planned_by bigint not null default 0;
-- The day from which its words were read into a due day; empty where the day was chosen or has been approved since.
alter table task add column due_from text;
create index task_planned on task (planned_by, id) where state in ('dispatched', 'active');
