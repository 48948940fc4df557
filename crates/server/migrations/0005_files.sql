-- Files for the long term: packages that were handed out, and how long what is kept stays kept.

create table archive (
    id uuid primary key,
    task_id uuid not null references task (id),
    -- SHA-256 of the package's list of digests, which names everything in it.
    digest text not null,
    size bigint not null,
    tasks bigint not null,
    files bigint not null,
    person_id uuid not null references person (id),
    at bigint not null
);
create index archive_task on archive (task_id, id);

-- Uploads that come in pieces. `received` bytes are safe on the disk; a writer holds the row until its lease ends.
create table upload (
    id uuid primary key,
    person_id uuid not null references person (id),
    name text not null,
    size bigint not null check (size > 0),
    received bigint not null check (received between 0 and size),
    digest text,
    writer uuid,
    lease_until bigint,
    expires_at bigint not null,
    file_id uuid references file (id) on delete set null,
    check ((writer is null) = (lease_until is null))
);
create index upload_person on upload (person_id);
create index upload_expiry on upload (expires_at);
create index upload_file on upload (file_id);

-- A newer version takes an attachment's place; the old one stays where it was, and is no longer listed.
alter table attachment add column replaced_by uuid references file (id);
alter table attachment add column replaced_at bigint;
alter table attachment add column replaced_person uuid references person (id);
create index attachment_replaced on attachment (replaced_by);

-- When a content was last read and compared with its digest, and what was found.
create table content_check (
    digest text primary key,
    checked_at bigint not null,
    sound boolean not null
);
create index content_check_at on content_check (checked_at);

-- How long records of such tasks are kept: for ever, thirty or ten years.
alter table source_kind add column retention text not null default 'thirty_years' check (retention in ('permanent', 'thirty_years', 'ten_years'));
update source_kind set retention = 'permanent'
    where code in ('superior_deployment', 'government_work_report', 'meeting_decision', 'leader_note', 'key_project', 'reform');
update source_kind set retention = 'ten_years' where code in ('leader_oral', 'public_clue', 'document_handling', 'other');
