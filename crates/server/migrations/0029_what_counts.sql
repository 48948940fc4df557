-- Of the tasks directly below, how many have gone out and were not given up, and how many of those are open. A task that has none of
-- the first, or is open with none of the second, counts by itself; one that has some of the first takes its progress from them.
alter table task add column children_out bigint not null default 0;
alter table task add column children_open bigint not null default 0;
update task set
    children_out = (select count(*) from task c where c.parent_id = task.id and c.state not in ('draft', 'approval', 'terminated')),
    children_open = (select count(*) from task c where c.parent_id = task.id and c.state in ('dispatched', 'active', 'suspended'))
where children > 0;

-- When a draft was handed in to be approved: from then on whoever approves is waited for.
alter table task add column submitted_at bigint;
