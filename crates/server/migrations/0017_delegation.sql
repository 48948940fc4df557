-- Who acts for a person who is away (leave, travel), from a day to a day. Never changed: it can only be ended early.
create table delegation (
    id uuid primary key,
    person_id uuid not null references person (id),
    deputy_id uuid not null references person (id),
    from_day text not null,
    to_day text not null,
    reason text,
    made_at bigint not null,
    made_by uuid not null references person (id),
    ended_at bigint,
    ended_by uuid references person (id),
    check (person_id <> deputy_id),
    check (from_day <= to_day),
    check ((ended_at is null) = (ended_by is null))
);
create index delegation_person on delegation (person_id, to_day);
create index delegation_deputy on delegation (deputy_id, to_day);
create index delegation_in_force on delegation (to_day, from_day) where ended_at is null;
