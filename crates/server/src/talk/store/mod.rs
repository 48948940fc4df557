//! All SQL of talk.

mod comments;
mod notes;
mod texts;
mod watch;

pub(super) use comments::{
    CommentRow, NewComment, change_comment, comment, comments, comments_by_id, count_comments, delete_comment, insert_comment,
    last_of_others, mentions, others_since, persons_named, set_mentions, speakers,
};
pub(super) use notes::{NoteRow, correct_note, insert_note, note, notes_of_task, notes_of_unit, stars_of_tasks, stars_of_units};
pub(super) use texts::texts;
pub(super) use watch::{WatchRow, unwatch, watch, watched, watchers};
