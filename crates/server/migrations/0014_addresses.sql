-- Where a person is reached beside the telephone number that the organisation keeps: an openid of an official account, an id in a
-- work messenger, a mailbox, a browser. Belongs to a gateway, because another account of the same house knows the person by another
-- name; to nobody's gateway ('') where any will do (mail).
create table address (
    id uuid primary key,
    person_id uuid not null references person (id),
    kind text not null check (kind in ('openid', 'userid', 'mailbox', 'browser')),
    gateway text not null,
    value text not null,
    -- What the person knows it by: the browser's name.
    label text,
    created_at bigint not null,
    last_ok_at bigint,
    -- The gateway said that nobody is there any more, or the person took it away.
    gone_at bigint,
    gone_why text,
    check ((gone_at is null) = (gone_why is null))
);
-- One address is one person's at a time.
create unique index address_value on address (gateway, value) where gone_at is null;
create index address_person on address (person_id) where gone_at is null;

-- Somebody is about to bind an address: what a scanned code stands for, or the number that was sent to a mailbox.
create table binding (
    id uuid primary key,
    person_id uuid not null references person (id),
    kind text not null check (kind in ('openid', 'mailbox')),
    gateway text not null,
    -- The mailbox.
    value text,
    code text not null,
    tries bigint not null,
    created_at bigint not null,
    expires_at bigint not null,
    -- Bound, refused too often, or replaced by a later one.
    ended_at bigint
);
create index binding_code on binding (gateway, code) where ended_at is null;
create index binding_person on binding (person_id, created_at);

-- Tokens that gateways give us: all nodes use the same one.
create table gateway_token (
    name text primary key,
    token text not null,
    until bigint not null
);

-- When a gateway that says nothing of its own accord is asked what became of a message, and how often it was.
alter table delivery add column ask_at bigint;
alter table delivery add column asks bigint not null default 0;
create index delivery_ask on delivery (ask_at) where ask_at is not null;

-- By which rule a message reminds; one that somebody had sent again names the one it repeats.
alter table message add column rule text;
alter table delivery add column resent_of uuid references delivery (id);
create unique index delivery_resent on delivery (resent_of) where resent_of is not null;
