create table source_kind (
    code text primary key,
    name text not null,
    needs_approval boolean not null,
    position bigint not null,
    active boolean not null
);
insert into source_kind (code, name, needs_approval, position, active) values
    ('superior_deployment', '上级部署', false, 1, true),
    ('government_work_report', '政府工作报告', false, 2, true),
    ('meeting_decision', '会议议定', false, 3, true),
    ('leader_note', '领导批示', false, 4, true),
    ('leader_oral', '领导口头交办', false, 5, true),
    ('key_project', '重点项目', false, 6, true),
    ('livelihood_project', '民生实事', false, 7, true),
    ('motion_proposal', '建议提案', false, 8, true),
    ('rectification', '问题整改', true, 9, true),
    ('public_clue', '群众线索', true, 10, true),
    ('document_handling', '公文办理', false, 11, true),
    ('investment_promotion', '招商引资', false, 12, true),
    ('reform', '改革事项', false, 13, true),
    ('other', '其他', false, 14, true);

-- Shares (`weight`, `progress`, `claimed`) are whole numbers in millionths: sums are exact.
-- `yellow_from`, `orange_from`, `red_from`: the first day each lamp shows if nothing else happens (src/tasks/lamp.rs), so
-- that lamps follow from the clock in every list without a sweep. `lamp_plan` is the same with the reasons.
create table task (
    id uuid primary key,
    number text unique,
    parent_id uuid references task (id),
    root_id uuid not null references task (id),
    depth bigint not null,
    position bigint not null,
    title text not null,
    demand text not null,
    source_kind text not null references source_kind (code),
    source_document text,
    clause text,
    importance text not null check (importance in ('normal', 'important', 'major')),
    urgency text not null check (urgency in ('routine', 'urgent', 'critical')),
    state text not null check (state in
        ('draft', 'approval', 'dispatched', 'active', 'closed', 'settled', 'suspended', 'terminated')),
    creator_id uuid not null references person (id),
    issuer_unit_id uuid references unit (id),
    submitted_by uuid references person (id),
    created_at bigint not null,
    dispatched_at bigint,
    closed_at bigint,
    settled_at bigint,
    last_report_at bigint,
    start_day text,
    due_day text,
    original_due_day text,
    due_text text,
    due_explanation text not null,
    rule_kind text not null check (rule_kind in ('none', 'weekly', 'monthly', 'quarterly')),
    rule_day bigint,
    weight bigint not null check (weight between 0 and 1000000),
    progress bigint not null check (progress between 0 and 1000000),
    claimed bigint not null check (claimed between 0 and 1000000),
    children bigint not null,
    stage text,
    sent_back bigint not null,
    red_since text,
    yellow_from text,
    orange_from text,
    red_from text,
    lamp_plan text not null,
    not_secret boolean not null,
    importance_rank bigint not null,
    -- Since when it stands still, and by which request.
    suspended_on text,
    suspended_by uuid,
    -- Working days it has stood still altogether; the plan is later by as many.
    stood_days bigint not null default 0,
    version bigint not null,
    check ((state = 'suspended') = (suspended_on is not null)),
    check (state in ('draft', 'approval', 'terminated') or dispatched_at is not null),
    check (state not in ('closed', 'settled') or closed_at is not null)
);
create index task_parent on task (parent_id, position);
create index task_root on task (root_id);
create index task_created on task (created_at, id);
create index task_due on task (due_day, id);
create index task_open_due on task (due_day, id) where state in ('dispatched', 'active');
create index task_red on task (red_from) where state in ('dispatched', 'active');
create index task_creator on task (creator_id);
create index task_issuer on task (issuer_unit_id);
create index task_closed on task (closed_at);

create table party (
    id uuid primary key,
    task_id uuid not null references task (id),
    unit_id uuid not null references unit (id),
    person_id uuid references person (id),
    role text not null check (role in ('lead', 'co_lead', 'co', 'summary', 'implement', 'charge_leader')),
    state text not null check (state in ('unsigned', 'signed', 'done', 'disputed')),
    position bigint not null,
    assigned_at bigint,
    signed_at bigint,
    signed_by uuid references person (id),
    returned bigint not null,
    unique (task_id, unit_id, role)
);
create unique index party_one_lead on party (task_id) where role = 'lead';
create index party_unit on party (unit_id, task_id);
create index party_person on party (person_id, task_id);

create table milestone (
    id uuid primary key,
    task_id uuid not null references task (id),
    position bigint not null,
    title text not null,
    due_day text not null,
    weight bigint not null,
    deliverable text,
    -- The report that says it was reached, until that is reviewed; then done_at.
    report_id uuid,
    done_at bigint
);
create index milestone_task on milestone (task_id, due_day);

create table report (
    id uuid primary key,
    task_id uuid not null references task (id),
    party_id uuid not null references party (id),
    -- Whose part it was then: a part may be transferred, what was reported is not.
    unit_id uuid not null references unit (id),
    person_id uuid not null references person (id),
    at bigint not null,
    claimed bigint not null,
    verified bigint,
    text text not null,
    problem text,
    next_step text,
    fall_reason text,
    state text not null check (state in ('submitted', 'accepted', 'sent_back')),
    reviewed_by uuid references person (id),
    reviewed_at bigint,
    review_text text
);
create index report_task on report (task_id, at);
create index report_open on report (task_id) where state = 'submitted';

create table report_due (
    id uuid primary key,
    task_id uuid not null references task (id),
    due_day text not null,
    report_id uuid references report (id),
    met_day text,
    unique (task_id, due_day)
);
create index report_due_open on report_due (due_day, task_id) where report_id is null;

-- At most one open request of a kind on a task (of a party, for returns).
create table request (
    id uuid primary key,
    task_id uuid not null references task (id),
    party_id uuid references party (id),
    kind text not null check (kind in ('return', 'close', 'extend', 'transfer', 'suspend', 'resume', 'terminate', 'amend', 'recheck')),
    state text not null check (state in ('open', 'granted', 'refused', 'withdrawn')),
    reason text not null,
    proposed_unit_id uuid references unit (id),
    person_id uuid not null references person (id),
    at bigint not null,
    reason_class text check (reason_class in ('own', 'waiting', 'changed', 'force')),
    new_day text,
    basis text,
    subject_id uuid,
    barred text,
    agreed_by uuid references person (id),
    agreed_at bigint,
    agreed_text text,
    decided_by uuid references person (id),
    decided_at bigint,
    decision_text text,
    check (kind <> 'extend' or (new_day is not null and reason_class is not null)),
    check (kind <> 'suspend' or basis is not null)
);
create unique index request_one_open on request (task_id, kind, party_id) where state = 'open';
create unique index request_one_open_kind on request (task_id, kind) where state = 'open' and kind <> 'return';
create index request_task on request (task_id, at);

-- A closing as a record: when it was, and when it was undone. Figures "as of" a past day are read from here; whoever undoes
-- it finds the progress there was.
create table closure (
    id uuid primary key,
    task_id uuid not null references task (id),
    closed_at bigint not null,
    asked_by uuid references person (id),
    granted_by uuid references person (id),
    progress bigint not null,
    reopened_at bigint
);
create index closure_task on closure (task_id);

create table verification (
    id uuid primary key,
    task_id uuid not null references task (id),
    result text not null check (result in ('pass', 'fail')),
    text text not null,
    person_id uuid not null references person (id),
    at bigint not null
);
create index verification_task on verification (task_id);

create table task_import (
    id uuid primary key,
    person_id uuid not null references person (id),
    file_name text not null,
    at bigint not null,
    content text not null,
    mapping text not null,
    choices text not null,
    committed_at bigint,
    version bigint not null
);

create table urge (
    id uuid primary key,
    task_id uuid not null references task (id),
    party_id uuid not null references party (id),
    person_id uuid not null references person (id),
    at bigint not null,
    text text not null,
    reply_due_day text not null,
    reply text,
    replied_by uuid references person (id),
    replied_at bigint,
    check ((replied_at is null) = (reply is null))
);
create index urge_task on urge (task_id, at);
create index urge_open on urge (party_id) where replied_at is null;
