-- An answer that was given on the telephone is written down by whoever asked.
alter table urge add column reply_entered_by uuid references person (id);
alter table urge_turn add column entered_by uuid references person (id);
