-- What a file may hang on is named anew: a check cannot be changed in place on SQLite, a column can be replaced.
alter table attachment add column owner text not null default 'task'
    check (owner in ('task', 'report', 'request', 'urge', 'party', 'risk', 'comment', 'note'));
update attachment set owner = owner_kind;
alter table attachment drop column owner_kind;

-- What is asked of a party that takes part, by when, and how its part ended.
alter table party add column demand text;
alter table party add column due_day text;
alter table party add column done_at bigint;
alter table party add column done_by uuid;
alter table party add column done_text text;
alter table party add column waived boolean not null default false;

-- More ways to say how often progress is reported.
alter table task add column rule text not null default 'none'
    check (rule in ('none', 'daily', 'weekly', 'half_monthly', 'monthly', 'quarterly', 'milestone', 'on_event'));
update task set rule = rule_kind;
alter table task drop column rule_kind;
alter table task rename column rule to rule_kind;

-- A report that somebody asked for on the spot: by whom, and what it should say.
alter table report_due add column asked_by uuid;
alter table report_due add column asked_text text;

-- For whom or what a task waits now, newest first, as it stands in a list; nothing where it waits for nobody.
alter table task add column waits_for text;
-- Risks that nobody has answered yet.
alter table task add column open_risks bigint not null default 0;

-- A lead waits for somebody: whose turn it is, since when, and until when it is expected.
create table wait (
    id uuid primary key,
    task_id uuid not null references task (id),
    party_id uuid not null references party (id),
    on_party_id uuid references party (id),
    on_name text,
    text text not null,
    person_id uuid not null references person (id),
    at bigint not null,
    expected_day text,
    ended_at bigint,
    ended_by uuid references person (id),
    end_text text,
    check ((on_party_id is null) <> (on_name is null))
);
create index wait_task on wait (task_id, at);
create index wait_open on wait (on_party_id) where ended_at is null;

-- What may go wrong, said before it does; the lamp is the one of that moment.
create table risk (
    id uuid primary key,
    task_id uuid not null references task (id),
    party_id uuid not null references party (id),
    person_id uuid not null references person (id),
    at bigint not null,
    text text not null,
    help text,
    lamp text not null check (lamp in ('grey', 'blue', 'green', 'yellow', 'orange', 'red')),
    ended_at bigint,
    ended_by uuid references person (id),
    end_text text
);
create index risk_task on risk (task_id, at);

-- What tasks have to do with each other. Said once: the other side is read the other way round.
create table link (
    task_id uuid not null references task (id),
    kind text not null check (kind in ('blocks', 'follows', 'duplicates', 'same_matter')),
    other_id uuid not null references task (id),
    person_id uuid not null references person (id),
    at bigint not null,
    primary key (task_id, kind, other_id),
    check (task_id <> other_id)
);
create index link_other on link (other_id);

-- One action on many tasks: each row ends by itself, and a run that was cut off goes on where it stood.
create table bulk (
    id uuid primary key,
    person_id uuid not null references person (id),
    action text not null,
    input text not null,
    at bigint not null,
    finished_at bigint
);
create index bulk_person on bulk (person_id, at);
create table bulk_row (
    bulk_id uuid not null references bulk (id),
    position bigint not null,
    task_id uuid not null,
    state text not null check (state in ('waiting', 'done', 'refused')),
    words text,
    primary key (bulk_id, position)
);
create index bulk_waiting on bulk_row (bulk_id, position) where state = 'waiting';
