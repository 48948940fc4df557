-- Reminders: when an open task is looked at again. One row a task, so that a sweep costs what is due and not what there is;
-- `next_at` is null where nothing lies ahead. Everything due up to `swept_at` has been dealt with.
create table lookout (
    task_id uuid primary key references task (id),
    swept_at bigint not null,
    next_at bigint,
    generation bigint not null
);
create index lookout_due on lookout (next_at, task_id) where next_at is not null;
create index lookout_generation on lookout (generation, task_id);

-- One occasion on which a rule reminded: its row is written with its first step, and keeps the version it began with (0: the
-- rules the program is delivered with).
create table occurrence (
    id uuid primary key,
    task_id uuid not null references task (id),
    rule text not null,
    rule_version bigint not null,
    key text not null,
    party_id uuid,
    subject_id uuid,
    -- Steps taken or passed over.
    steps bigint not null,
    state text not null check (state in ('open', 'ended')),
    reason text check (reason in ('answered', 'acknowledged')),
    began_at bigint not null,
    ended_at bigint,
    acked_by uuid references person (id),
    acked_at bigint,
    acked_through text,
    check ((state = 'ended') = (ended_at is not null)),
    check ((ended_at is null) = (reason is null)),
    check ((acked_by is null) = (acked_at is null)),
    unique (task_id, rule, key)
);
create index occurrence_open on occurrence (task_id) where state = 'open';

create table occurrence_step (
    occurrence_id uuid not null references occurrence (id),
    step bigint not null,
    due_at bigint not null,
    taken_at bigint not null,
    -- sent; skipped: a later step was due by then, too; idle: its condition did not hold; nobody: there was nobody to tell.
    outcome text not null check (outcome in ('sent', 'skipped', 'idle', 'nobody')),
    people bigint not null,
    primary key (occurrence_id, step)
);
create index occurrence_step_taken on occurrence_step (taken_at);

alter table message add column occurrence_id uuid references occurrence (id);
-- When somebody acknowledged that occasion.
alter table message add column acked_at bigint;
create index message_occurrence on message (occurrence_id) where occurrence_id is not null;

-- Ways out. One attempt to bring something to a person by one way; several messages may share one (a digest).
-- queued → sending (under a lease) → sent → delivered → acknowledged; or failed, or suppressed, with the reason.
create table delivery (
    id uuid primary key,
    person_id uuid not null references person (id),
    channel text not null check (channel in ('wechat', 'sms', 'voice', 'email', 'push')),
    state text not null check (state in ('queued', 'sending', 'sent', 'delivered', 'acknowledged', 'failed', 'suppressed')),
    -- A word for programs: answered, merged, cap, no_gateway, no_address, or the gateway's code.
    reason text,
    -- The gateway's own words.
    detail text,
    critical boolean not null,
    created_at bigint not null,
    -- Not before: quiet hours and pauses hold it.
    due_at bigint not null,
    lease uuid,
    lease_until bigint,
    attempts bigint not null,
    -- A line broke after it had gone out: it may arrive twice where the gateway cannot tell.
    unsure boolean not null,
    gateway text,
    address text,
    provider_id text,
    parts bigint,
    cost bigint,
    text text,
    sent_at bigint,
    settled_at bigint,
    acked_at bigint,
    merged_into uuid references delivery (id),
    check ((state = 'sending') = (lease is not null)),
    check (state not in ('failed', 'suppressed') or reason is not null),
    check (state not in ('sent', 'delivered', 'acknowledged') or sent_at is not null),
    check ((state = 'acknowledged') = (acked_at is not null)),
    check (merged_into is null or state = 'suppressed')
);
create index delivery_due on delivery (due_at, id) where state = 'queued';
create index delivery_sending on delivery (lease_until) where state = 'sending';
create index delivery_person on delivery (person_id, channel, created_at);
-- What somebody answers is found by the number, the day's figures by when they were written.
create index delivery_address on delivery (address, sent_at) where sent_at is not null;
create index delivery_created on delivery (created_at);
create index delivery_provider on delivery (gateway, provider_id) where provider_id is not null;

create table delivery_message (
    delivery_id uuid not null references delivery (id),
    message_id uuid not null references message (id),
    primary key (delivery_id, message_id)
);
create index delivery_of_message on delivery_message (message_id);

-- What gateways told, each thing once; without a delivery where it came before the sending was written down, or is of nobody's.
create table receipt (
    id uuid primary key,
    gateway text not null,
    provider_id text,
    delivery_id uuid references delivery (id),
    fate text not null check (fate in ('pending', 'delivered', 'read', 'failed')),
    code text,
    detail text,
    told_at bigint,
    received_at bigint not null
);
create index receipt_provider on receipt (gateway, provider_id) where delivery_id is null;
create index receipt_delivery on receipt (delivery_id);

create table reply (
    id uuid primary key,
    gateway text not null,
    reply_id text not null,
    address text not null,
    person_id uuid references person (id),
    delivery_id uuid references delivery (id),
    text text not null,
    -- What was understood: acknowledged, answered, unclear, unknown_sender.
    meaning text not null check (meaning in ('acknowledged', 'answered', 'unclear', 'unknown_sender')),
    told_at bigint,
    received_at bigint not null,
    unique (gateway, reply_id)
);
create index reply_person on reply (person_id, received_at);

-- How each gateway does.
create table gateway_state (
    code text primary key,
    failures bigint not null,
    closed_until bigint,
    last_ok_at bigint,
    last_error_at bigint,
    last_error text
);

-- What the hourly audit found: open tasks nobody looked at, rows whose next look was wrong, and what was due and not dealt with.
create table lookout_audit (
    id uuid primary key,
    at bigint not null,
    checked bigint not null,
    unseen bigint not null,
    astray bigint not null,
    late bigint not null
);
create index lookout_audit_at on lookout_audit (at);
