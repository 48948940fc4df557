-- Why the clock of an open task stands: what has been asked for and is not decided. Nothing while it runs. It follows from the requests, and is
-- written down with the lamp, so that lists and figures know it without looking at them.
alter table task add column stopped text check (stopped in ('close', 'return', 'extend', 'suspend'));
update task set planned_by = -1 where state in ('dispatched', 'active') and exists (select 1 from request q where q.task_id = task.id and q.state = 'open');

-- How much depended on the task when it was asked for: who has to agree does not become fewer because that is lowered afterwards.
alter table request add column importance text check (importance in ('normal', 'important', 'major'));
update request set importance = (select t.importance from task t where t.id = request.task_id) where state = 'open';

-- When the issuer did what was granted: other contents are written by nobody else.
alter table request add column carried_out_at bigint check (carried_out_at is null or (kind = 'amend' and state = 'granted'));
update request set carried_out_at = coalesce(decided_at, at) where kind = 'amend' and state = 'granted';

-- A field that tells one task from all others, like the number of a proposal, is not taken along to copies.
alter table source_field add column own boolean not null default false;
