-- Searching: what can be found, each with the words it consists of in the table `fulltext`, which crates/db makes for either
-- database. `seq` is when it was written and a little chance, so that the greatest is the newest.
create table search_doc (
    seq bigint primary key,
    task_id uuid not null,
    kind text not null,
    subject_id uuid not null,
    head text not null,
    body text not null,
    digest text not null,
    unique (kind, subject_id)
);
create index search_doc_task on search_doc (task_id);

-- What is written in files, by the digest of their bytes; empty where nothing can be read.
create table file_text (
    digest text primary key,
    text text not null,
    read_at bigint not null
);

-- Tasks from before this moment are not in the index yet; the job `search.catch_up` walks backwards and removes the row at the end.
insert into counter (name, value) values ('search.behind', 9007199254740991);

-- A list as somebody keeps it: its filter as it stands in an address, its columns, its groups, its shape.
create table task_view (
    id uuid primary key,
    person_id uuid not null references person (id),
    -- With whom it is shared: nobody, everybody below this unit, or everybody.
    shared text not null check (shared in ('own', 'unit', 'all')),
    unit_id uuid references unit (id),
    name text not null,
    filter text not null,
    columns text not null,
    grouping text,
    mode text not null check (mode in ('list', 'tree', 'board', 'calendar', 'gantt', 'heat')),
    created_at bigint not null,
    version bigint not null,
    check (shared <> 'unit' or unit_id is not null)
);
create index task_view_person on task_view (person_id);
create index task_view_shared on task_view (shared, unit_id);

-- Where each person has put the views they use, their own and others', and with which the list begins.
create table task_view_place (
    person_id uuid not null references person (id),
    view_id uuid not null references task_view (id),
    position bigint not null,
    opens boolean not null,
    primary key (person_id, view_id)
);
