-- What a file may hang on is named anew: a check cannot be changed in place on SQLite, a column can be replaced.
alter table attachment add column owner text not null default 'task'
    check (owner in ('task', 'report', 'request', 'urge', 'party', 'risk', 'comment', 'note'));
update attachment set owner = owner_kind;
alter table attachment drop column owner_kind;
