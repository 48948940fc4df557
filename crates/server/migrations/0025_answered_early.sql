-- When a letter was last handed over: what came back before that was written down, and what may have gone out, is found by it, too.
alter table delivery add column handed_at bigint;
update delivery set handed_at = sent_at where sent_at is not null;
drop index delivery_address;
create index delivery_handed on delivery (address, handed_at) where handed_at is not null;

-- By which way an answer came, for as long as what it answers may still be on its way out.
alter table reply add column waits_by text check (waits_by in ('wechat', 'sms', 'voice', 'email', 'push'));
create index reply_waits on reply (received_at) where waits_by is not null;
