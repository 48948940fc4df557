-- Portable subset only (docs/database.md): bigint, text, boolean, uuid. Moments are epoch milliseconds, days 'YYYY-MM-DD'.

create table job (
    id uuid primary key,
    kind text not null,
    payload text not null,
    run_at bigint not null,
    dedupe text unique,
    attempts bigint not null,
    state text not null check (state in ('waiting', 'failed')),
    lease uuid,
    lease_until bigint,
    error text
);
create index job_due on job (run_at, id) where state = 'waiting';

create table idempotency (
    person_id uuid not null,
    key text not null,
    fingerprint text not null,
    status bigint not null,
    body text not null,
    at bigint not null,
    primary key (person_id, key)
);
create index idempotency_at on idempotency (at);

create table counter (
    name text primary key,
    value bigint not null
);

-- Organisation ------------------------------------------------------------------------------------------------------

create table unit (
    id uuid primary key,
    parent_id uuid references unit (id),
    name text not null,
    short_name text not null,
    kind text not null check (kind in ('committee', 'centre', 'bureau', 'office', 'section', 'area', 'external')),
    position bigint not null,
    active boolean not null,
    created_at bigint not null,
    version bigint not null
);
create unique index unit_name on unit (name) where active;
create index unit_parent on unit (parent_id, position);

-- Every unit with itself and each unit above it: a subtree is one indexed look-up, in both databases.
create table unit_above (
    unit_id uuid not null references unit (id),
    above_id uuid not null references unit (id),
    distance bigint not null,
    primary key (unit_id, above_id)
);
create index unit_below on unit_above (above_id, unit_id);

create table unit_alias (
    id uuid primary key,
    unit_id uuid not null references unit (id),
    alias text not null,
    from_day text,
    to_day text,
    unique (unit_id, alias)
);
create index unit_alias_text on unit_alias (alias);

create table person (
    id uuid primary key,
    name text not null,
    phone text,
    active boolean not null,
    created_at bigint not null,
    version bigint not null
);
create index person_name on person (name);

create table post (
    id uuid primary key,
    unit_id uuid not null references unit (id),
    name text not null,
    kind text not null check (kind in ('leader', 'head', 'deputy', 'staff'))
);
create index post_unit on post (unit_id);

create table tenure (
    id uuid primary key,
    post_id uuid not null references post (id),
    person_id uuid not null references person (id),
    from_day text not null,
    to_day text check (to_day is null or to_day >= from_day)
);
create index tenure_person on tenure (person_id);
create index tenure_post on tenure (post_id);

create table charge (
    id uuid primary key,
    post_id uuid not null references post (id),
    unit_id uuid not null references unit (id),
    from_day text not null,
    to_day text
);
create index charge_post on charge (post_id);
create index charge_unit on charge (unit_id);

create table liaison (
    id uuid primary key,
    unit_id uuid not null references unit (id),
    person_id uuid not null references person (id),
    from_day text not null,
    to_day text
);
create index liaison_unit on liaison (unit_id);
create index liaison_person on liaison (person_id);

create table org_import (
    id uuid primary key,
    person_id uuid not null references person (id),
    file_name text not null,
    at bigint not null,
    content text not null,
    committed_at bigint
);

-- Access ------------------------------------------------------------------------------------------------------------

create table account (
    person_id uuid primary key references person (id),
    login text not null unique,
    password_hash text not null,
    must_change boolean not null,
    administrator boolean not null,
    failed bigint not null,
    locked_until bigint
);

-- `token` is the SHA-256 of what the browser or the script holds: who reads this table cannot sign in with it.
create table session (
    token text primary key,
    person_id uuid not null references person (id),
    kind text not null check (kind in ('browser', 'script')),
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null
);
create index session_person on session (person_id);
create index session_expiry on session (expires_at);

-- The ledger: append-only, one hash chain a stream (a task's whole tree, or a subject of its own) ----------------------

create table ledger (
    stream uuid not null,
    seq bigint not null,
    at bigint not null,
    actor_id uuid,
    task_id uuid,
    action text not null,
    words text not null,
    data text not null,
    prev text not null,
    hash text not null,
    primary key (stream, seq)
);
create index ledger_task on ledger (task_id, seq);
create index ledger_at on ledger (at);

-- Files ---------------------------------------------------------------------------------------------------------------

create table file (
    id uuid primary key,
    digest text not null,
    size bigint not null,
    media_type text not null,
    name text not null,
    uploaded_by uuid not null references person (id),
    uploaded_at bigint not null
);
create index file_digest on file (digest);

create table attachment (
    file_id uuid not null references file (id),
    task_id uuid not null,
    owner_kind text not null check (owner_kind in ('task', 'report', 'request', 'urge')),
    owner_id uuid not null,
    primary key (file_id, owner_id)
);
create index attachment_task on attachment (task_id);

-- Messages ------------------------------------------------------------------------------------------------------------

create table message (
    id uuid primary key,
    person_id uuid not null references person (id),
    at bigint not null,
    kind text not null,
    title text not null,
    text text not null,
    task_id uuid,
    urge_id uuid,
    read_at bigint,
    dedupe text not null,
    unique (person_id, dedupe)
);
create index message_person on message (person_id, id);
create index message_unread on message (person_id) where read_at is null;
