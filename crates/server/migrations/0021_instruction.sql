-- 批示: what a leader has said of a task. The units that carry it out answer it by a day, as they answer an urge, and may be asked again: it is
-- a thread of the same kind, in which somebody has said something, on a day, on a document. Whoever wrote it down for the leader is named.
alter table urge add column said_on text;
alter table urge add column entered_by uuid references person (id) check (entered_by is null or said_on is not null);
alter table urge add column document text check (document is null or said_on is not null);
alter table urge add column clause text check (clause is null or said_on is not null);
