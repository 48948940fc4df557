-- Kinds of sources are kept by people: how their tasks are numbered, and what else is written down about each.
-- `numbering` is a pattern (src/tasks/kinds/numbering.rs); without one the kind is numbered like all others.
alter table source_kind add column numbering text;
alter table source_kind add column version bigint not null default 1;

-- A field of a kind. `code` is what programs and saved views call it; `choices` is a JSON list of words.
create table source_field (
    id uuid primary key,
    source_kind text not null references source_kind (code),
    code text not null,
    name text not null,
    shape text not null check (shape in ('text', 'long_text', 'number', 'day', 'choice', 'choices', 'yes_no')),
    measure text,
    choices text not null,
    required boolean not null,
    position bigint not null,
    active boolean not null,
    unique (source_kind, code)
);

-- What a task says in a field. `amount` is a number in ten-thousandths, so that sums are exact; several choices stand as
-- `|a|b|`.
create table task_field (
    task_id uuid not null references task (id),
    field_id uuid not null references source_field (id),
    value text not null,
    amount bigint,
    primary key (task_id, field_id)
);
create index task_field_field on task_field (field_id, task_id);

-- Words that people put on tasks. `folded` is the name as it is compared.
create table tag (
    id uuid primary key,
    name text not null,
    folded text not null unique,
    retired boolean not null default false,
    created_by uuid references person (id),
    created_at bigint not null,
    version bigint not null default 1
);
create table task_tag (
    task_id uuid not null references task (id),
    tag_id uuid not null references tag (id),
    primary key (task_id, tag_id)
);
create index task_tag_tag on task_tag (tag_id, task_id);

-- Lists of what is open come in the order of their days: read off here, as far as the page reaches.
create index task_open_by_day on task (coalesce(due_day, '9999'), id) where state in ('dispatched', 'active');
