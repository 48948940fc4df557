-- Contents of files that were looked at: for marks of secrecy and for viruses.

-- Something was found in a content, of whichever files it is: it is held until somebody decides.
create table file_finding (
    id uuid primary key,
    digest text not null,
    kind text not null check (kind in ('secret', 'virus')),
    -- JSON: words of the list, or the name of the virus.
    found text not null,
    found_at bigint not null,
    state text not null check (state in ('open', 'cleared', 'removed')),
    decided_by uuid references person (id),
    decided_at bigint,
    reason text,
    version bigint not null,
    unique (digest, kind),
    check ((state = 'open') = (decided_at is null))
);
create index file_finding_state on file_finding (state, id);

-- What the scanner says of a content.
create table content_scan (
    digest text primary key,
    state text not null check (state in ('waiting', 'clean', 'found', 'failed')),
    signature text,
    -- How often it was tried, and what stood in the way the last time.
    tries bigint not null,
    error text,
    asked_at bigint not null,
    scanned_at bigint
);
create index content_scan_waiting on content_scan (asked_at) where state = 'waiting';

-- Whose space a file takes: the unit of whoever uploaded it, at the time. Of those from before, the unit of their first post.
alter table file add column unit_id uuid references unit (id);
update file set unit_id = (
    select p.unit_id from tenure t join post p on p.id = t.post_id where t.person_id = file.uploaded_by order by t.from_day, t.id limit 1
);
create index file_unit on file (unit_id);
alter table upload add column unit_id uuid references unit (id);
