-- How many letters a gateway was given in the minute that began then, counted by all nodes together: for gateways that take so many a
-- minute and no more.
alter table gateway_state add column minute_at bigint;
alter table gateway_state add column minute_given bigint not null default 0;
