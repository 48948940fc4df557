-- Supervision orders (督办单): numbered papers to one unit about one task or several, blue → orange → red. A sharper one follows
-- an earlier one that was not answered in time, or whose answer was refused; each is followed at most once.
create table supervision_order (
    id uuid primary key,
    number text not null,
    level text not null check (level in ('blue', 'orange', 'red')),
    state text not null check (state in ('issued', 'answered', 'returned', 'closed', 'followed', 'withdrawn')),
    unit_id uuid not null references unit (id),
    issuer_unit_id uuid not null references unit (id),
    issued_by uuid not null references person (id),
    issued_at bigint not null,
    demand text not null,
    -- By when it was to be answered first, and by when what is owed now is.
    first_due_day text not null,
    due_day text not null,
    answered_at bigint,
    answered_by uuid references person (id),
    ended_at bigint,
    ended_by uuid references person (id),
    follows_id uuid unique references supervision_order (id),
    -- The action on many tasks it was issued by.
    bulk_id uuid,
    version bigint not null,
    unique (issuer_unit_id, number),
    check ((level = 'blue') = (follows_id is null)),
    check ((answered_at is null) = (answered_by is null)),
    check (state not in ('answered', 'returned', 'closed') or answered_at is not null),
    check ((state in ('closed', 'followed', 'withdrawn')) = (ended_at is not null)),
    check ((ended_at is null) = (ended_by is null))
);
create index supervision_order_unit on supervision_order (unit_id, id);
create index supervision_order_due on supervision_order (due_day, id) where ended_at is null;
create index supervision_order_bulk on supervision_order (bulk_id, unit_id) where bulk_id is not null;

-- A task is in at most one order to a unit that has not ended: nothing is supervised twice.
create table order_task (
    order_id uuid not null references supervision_order (id),
    position bigint not null,
    task_id uuid not null references task (id),
    unit_id uuid not null references unit (id),
    ended_at bigint,
    primary key (order_id, task_id)
);
create unique index order_task_open on order_task (task_id, unit_id) where ended_at is null;
create index order_task_task on order_task (task_id, order_id);

-- What was answered, and what was said to it.
create table order_turn (
    id uuid primary key,
    order_id uuid not null references supervision_order (id),
    kind text not null check (kind in ('answer', 'send_back', 'accept', 'withdraw')),
    person_id uuid not null references person (id),
    at bigint not null,
    text text not null,
    due_day text,
    check ((kind = 'send_back') = (due_day is not null))
);
create index order_turn_order on order_turn (order_id, id);

-- What came of a suggestion to talk to a unit's head (约谈). Suggestions themselves are worked out and kept nowhere; one decision
-- covers everything up to its moment, and `turn` counts those of a quarter, so that two people cannot both make the next one.
create table interview (
    id uuid primary key,
    unit_id uuid not null references unit (id),
    quarter text not null,
    turn bigint not null,
    outcome text not null check (outcome in ('held', 'dismissed')),
    -- When the talk was, and who had it.
    day text,
    by_whom text,
    note text not null,
    -- What the suggestion stood on: JSON.
    basis text not null,
    decided_by uuid not null references person (id),
    decided_at bigint not null,
    unique (unit_id, quarter, turn),
    check ((outcome = 'held') = (day is not null)),
    check ((day is null) = (by_whom is null))
);
create index interview_decided on interview (decided_at);

-- Which tasks turned red in a quarter, also such as are green or closed again.
create index task_red_since on task (red_since) where red_since is not null;
