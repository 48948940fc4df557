-- From which days the lamps of a task turned, as they stood when it was last looked at: one that turned since then, from a day that
-- has begun, is told at once.
alter table lookout add column lamps text;

-- How often a task was called about in a day: of all that is written only what telephones.
create index delivery_called on delivery (created_at) where channel = 'voice';
