//! How much was said already: to a person, and of a task.

use std::collections::HashMap;

use db::{Result, Sql, Tx};
use kit::{Moment, uuid::Uuid};

use super::ROWS;
use crate::{notify::model::Channel, org::PersonId};

/// Longer than hours and rest days hold anything, in milliseconds.
const HELD: i64 = 15 * 24 * 3600 * 1000;

/// That it is in hand, or was handed over from a moment on, whatever became of it then: a call that nobody answered was one, too. What
/// was certainly not taken has no such moment any more. Of what may have gone out and is tried again only a call counts, which does not
/// ring twice: another would be in its own way.
fn handed_since(sql: &mut Sql, since: Moment) {
    sql.push(" and (d.state = 'sending' or (d.handed_at >= ").bind(since.millis());
    sql.push(" and (d.state <> 'queued' or d.channel = 'voice')))");
}

/// How many went to each of these persons by each of these ways since a moment, critical ones not counted.
pub(in crate::notify::delivery) async fn sent_since(
    tx: &mut Tx,
    slots: impl IntoIterator<Item = (PersonId, Channel)>,
    since: Moment,
) -> Result<HashMap<(PersonId, Channel), i64>> {
    let (calls, letters): (Vec<_>, Vec<_>) = slots.into_iter().partition(|(_, channel)| *channel == Channel::Voice);
    let mut sent = HashMap::new();
    for (slots, rings) in [(&letters, false), (&calls, true)] {
        for chunk in slots.chunks(ROWS) {
            let mut sql = Sql::new("with s (person, way) as (values ");
            for (index, (person, channel)) in chunk.iter().enumerate() {
                sql.push(if index == 0 { "(" } else { ", (" }).bind(person.0).push(", ").bind(channel.word()).push(")");
            }
            sql.push(
                ") select d.person_id, d.channel, count(*) from s cross join delivery d where d.person_id = s.person and d.channel = s.way \
                   and not d.critical and d.created_at >= ",
            );
            if rings {
                // Of calls there are few: what was written while their hours were over is looked through, too.
                sql.bind(since.millis() - HELD);
                handed_since(&mut sql, since);
            } else {
                // Counted by when it was written, and only what has not failed: the index has it. By when they were handed over all
                // letters of two weeks would be read for each. A day's are written on that day or held from the evening before.
                sql.bind(since.millis()).push(" and d.state in ('sending', 'sent', 'delivered', 'acknowledged')");
            }
            sql.push(" group by d.person_id, d.channel");
            let rows: Vec<(PersonId, Channel, i64)> = sql.fetch_all(tx).await?;
            sent.extend(rows.into_iter().map(|(person, channel, n)| ((person, channel), n)));
        }
    }
    Ok(sent)
}

/// How often each of these tasks was spoken of by a way since a moment, to whomever.
pub(in crate::notify::delivery) async fn said_of(tx: &mut Tx, channel: Channel, tasks: &[Uuid], since: Moment) -> Result<Vec<(Uuid, i64)>> {
    let mut said = Vec::new();
    for chunk in tasks.chunks(ROWS) {
        // What was written days ago may have waited for its hours; the index of calls goes by when they were written.
        let mut sql = Sql::new(
            "select m.task_id, count(distinct d.id) from delivery d join delivery_message p on p.delivery_id = d.id \
             join message m on m.id = p.message_id where d.channel = '",
        );
        sql.push(channel.word()).push("' and d.created_at >= ").bind(since.millis() - HELD);
        handed_since(&mut sql, since);
        sql.push(" and m.task_id in ").bind_list(chunk.iter().copied()).push(" group by m.task_id");
        said.extend(sql.fetch_all::<(Uuid, i64)>(tx).await?);
    }
    Ok(said)
}
