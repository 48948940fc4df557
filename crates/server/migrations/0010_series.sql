-- Templates, recurring tasks, and the quarterly review of tasks without an end.

-- A pattern of tasks with a name. `pattern` is JSON: a tree without numbers whose days are counted in working days from its beginning.
create table task_template (
    id uuid primary key,
    person_id uuid not null references person (id),
    shared text not null check (shared in ('own', 'unit', 'all')),
    unit_id uuid references unit (id),
    name text not null,
    description text not null,
    pattern text not null,
    -- How many tasks the pattern makes.
    tasks bigint not null,
    created_at bigint not null,
    changed_at bigint not null,
    retired_at bigint,
    version bigint not null,
    check ((shared = 'unit') = (unit_id is not null))
);
create index task_template_person on task_template (person_id);

-- Tasks that come again and again.
create table task_series (
    id uuid primary key,
    name text not null,
    -- In whose name the tasks are set.
    person_id uuid not null references person (id),
    unit_id uuid references unit (id),
    state text not null check (state in ('active', 'suspended', 'ended')),
    -- Why it does not go on.
    reason text,
    -- The last day on which one may fall, and how many there are at most.
    until_day text,
    times bigint,
    -- Lateness is counted from here at the earliest: when it began, or went on again.
    since_day text not null,
    -- When there is something to do next, worked out with this generation of the calendar.
    next_day text,
    planned_by bigint not null,
    created_at bigint not null,
    version bigint not null
);
create index task_series_next on task_series (next_day) where state = 'active';
create index task_series_unit on task_series (unit_id);
create index task_series_person on task_series (person_id);

-- What holds from a day on, until the next one: when, what, how (JSON). What is changed for the future is a new row.
create table series_rule (
    series_id uuid not null references task_series (id),
    from_day text not null,
    body text not null,
    primary key (series_id, from_day)
);

-- A period in which something is otherwise than the rule says, or has come out: each period comes out at most once.
create table series_occurrence (
    series_id uuid not null references task_series (id),
    -- 2026-W07, 2026-02, 2026-Q1, 2026: the same in every calendar version.
    period text not null,
    nominal_day text not null,
    state text not null check (state in ('changed', 'skipped', 'stuck', 'out')),
    -- Its day, due day and title, where they are not those of the rule.
    day text,
    due_day text,
    title text,
    -- Why it was changed or skipped, or why it could not come out.
    reason text,
    person_id uuid references person (id),
    at bigint not null,
    -- What came out; nothing again where that was a draft and has been deleted.
    task_id uuid references task (id),
    -- Working days it came out late.
    late_days bigint not null default 0,
    primary key (series_id, period)
);
create index series_occurrence_task on series_occurrence (task_id) where task_id is not null;

-- By when whoever set a task without an end says whether it goes on.
alter table task add column review_day text;
create index task_review on task (review_day) where review_day is not null;

-- A file may belong to several tasks, a copy and what it is one of, and is found under each of them.
alter table search_doc rename to search_doc_before;
create table search_doc (
    seq bigint primary key,
    task_id uuid not null,
    kind text not null,
    subject_id uuid not null,
    head text not null,
    body text not null,
    digest text not null,
    unique (task_id, kind, subject_id)
);
insert into search_doc (seq, task_id, kind, subject_id, head, body, digest)
    select seq, task_id, kind, subject_id, head, body, digest from search_doc_before;
drop table search_doc_before;
create index search_doc_task on search_doc (task_id);
