-- How somebody pressed: by a message, or by a call of their own that is written down.
alter table urge add column method text not null default 'message' check (method in ('message', 'call'));

-- The newest report of a unit or a person stands on its card.
create index report_unit on report (unit_id, at);
create index report_person on report (person_id, at);
