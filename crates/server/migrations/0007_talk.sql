-- Talk: what people say about tasks and units, and who wants to hear of what.

-- 点评: what a leader thinks of a task, a report of it (then both are named) or a unit. `subject_id` is the report, else the task,
-- else the unit; a second thought of the same day corrects the first.
create table review_note (
    id uuid primary key,
    subject_id uuid not null,
    task_id uuid references task (id),
    report_id uuid references report (id),
    unit_id uuid references unit (id),
    person_id uuid not null references person (id),
    at bigint not null,
    day text not null,
    stars bigint not null check (stars between 1 and 5),
    text text,
    corrected_at bigint,
    version bigint not null,
    unique (person_id, subject_id, day),
    check ((task_id is null) <> (unit_id is null)),
    check (report_id is null or task_id is not null),
    check (stars > 2 or text is not null)
);
create index review_note_task on review_note (task_id, at);
create index review_note_unit on review_note (unit_id, at);

create table comment (
    id uuid primary key,
    task_id uuid not null references task (id),
    person_id uuid not null references person (id),
    at bigint not null,
    -- Empty once it is deleted; the ledger keeps what was said.
    text text not null,
    quote_comment_id uuid references comment (id),
    -- The place of an event in the ledger of the task's tree.
    quote_seq bigint,
    edited_at bigint,
    deleted_at bigint,
    deleted_by uuid references person (id),
    check (quote_comment_id is null or quote_seq is null)
);
create index comment_task on comment (task_id, id);

create table comment_mention (
    comment_id uuid not null references comment (id),
    person_id uuid not null references person (id),
    primary key (comment_id, person_id)
);

-- What somebody wants to hear of a task and everything below it; the nearest row on the way up decides.
create table watch (
    person_id uuid not null references person (id),
    task_id uuid not null references task (id),
    mode text not null check (mode in ('follow', 'mute')),
    from_day text not null,
    primary key (person_id, task_id)
);
create index watch_task on watch (task_id);

-- What a message is about, besides its task: who has read it is read from there.
alter table message add column subject_id uuid;
-- Of a task its reader has muted: to be found, but not counted and not brought to an open page.
alter table message add column quiet boolean not null default false;
create index message_subject on message (subject_id) where subject_id is not null;
create index message_task on message (person_id, task_id, id);

-- A thread of pressing: `urge` holds the first question and its answer, these the turns that followed.
create table urge_turn (
    id uuid primary key,
    urge_id uuid not null references urge (id),
    kind text not null check (kind in ('ask', 'reply')),
    person_id uuid not null references person (id),
    at bigint not null,
    text text not null,
    reply_due_day text,
    check ((kind = 'ask') = (reply_due_day is not null))
);
create index urge_turn_urge on urge_turn (urge_id, id);

-- By when the question that followed the first one is to be answered; empty while nothing is owed but the first answer.
alter table urge add column again_day text;
-- The answer was found good; the thread has ended.
alter table urge add column accepted_at bigint;
alter table urge add column accepted_by uuid references person (id);
create index urge_again on urge (party_id) where again_day is not null;
