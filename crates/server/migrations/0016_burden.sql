-- What was asked of the same unit twice, found when the later of the two went out. Without foreign keys: a task that is called back
-- may be thrown away as a draft; that it was alike stays a figure.
create table task_alike (
    task_id uuid not null,
    other_id uuid not null,
    -- In whole percent, as measured then.
    similarity bigint not null check (similarity between 0 and 100),
    -- Both were issued by one office.
    same_issuer boolean not null,
    found_at bigint not null,
    primary key (task_id, other_id)
);
create index task_alike_found on task_alike (found_at);

-- Duties to report of a period, met or not.
create index report_due_day on report_due (due_day, task_id);
-- Reports of a period.
create index report_at on report (at);

-- Open tasks get a mark in the index by which they are found through the unit that leads them: all are gone through once more.
delete from counter where name = 'search.behind';
insert into counter (name, value) values ('search.behind', 9007199254740991);
