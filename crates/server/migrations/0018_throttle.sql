-- How many letters a gateway was given in the minute that began then, counted by all nodes together: for gateways that take so many a
-- minute and no more.
alter table gateway_state add column minute_at bigint;
alter table gateway_state add column minute_given bigint not null default 0;

-- What is critical is taken before anything else, however much waits.
create index delivery_critical on delivery (due_at, id) where state = 'queued' and critical;
