-- Since when a delivery could have left and found no way out: what is given up is counted from then, not from when it was written.
-- A message of the evening that waits for the morning has lost nothing of its time.
alter table delivery add column stuck_since bigint;

-- Why a task could not be looked at: it keeps none of the others back, and the status page names it.
alter table lookout add column trouble text;
create index lookout_trouble on lookout (task_id) where trouble is not null;
