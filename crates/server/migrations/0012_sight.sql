-- What a unit or a person sees comes in the order of its days, however much others have: each part of a task carries what
-- its lists are ordered by. `open_day`: the day while the task is open ('9999' without one), null otherwise.
alter table party add column open_day text;
alter table party add column task_at bigint;
update party set
    open_day = (select coalesce(t.due_day, '9999') from task t where t.id = party.task_id and t.state in ('dispatched', 'active')),
    task_at = (select t.created_at from task t where t.id = party.task_id);

drop index party_unit;
drop index party_person;
create index party_unit on party (unit_id, task_at, task_id);
create index party_person on party (person_id, task_at, task_id) where person_id is not null;
create index party_unit_open on party (unit_id, open_day, task_id) where open_day is not null;
create index party_person_open on party (person_id, open_day, task_id) where person_id is not null and open_day is not null;

drop index task_creator;
drop index task_issuer;
create index task_creator on task (creator_id, created_at, id);
create index task_issuer on task (issuer_unit_id, created_at, id);
create index task_creator_open on task (creator_id, coalesce(due_day, '9999'), id) where state in ('dispatched', 'active');
create index task_issuer_open on task (issuer_unit_id, coalesce(due_day, '9999'), id) where state in ('dispatched', 'active');
