//! What people answer to a message that left the house: that they have taken note, or what they say to an urge.

use db::Tx;

use super::{model::OccurrenceId, watch};
use crate::{
    access,
    app::{Ctx, Outcome, Refusal},
    notify::{self, Meaning, Replied},
    supervision::{UrgeId, reply},
};

/// The job that hears of answers.
pub const REPLIED_JOB: &str = "supervision.replied";

/// What an answer begins with when it is one to an urge; the longer ones first.
const OPENINGS: &[&str] = &["回复", "答复", "回"];

/// What says that somebody has taken note.
const NOTED: &[&str] = &["1", "收到", "已收到", "知悉", "已知悉", "好的", "明白", "ok"];

/// What may follow it.
const COURTESY: &[&str] = &["谢谢", "多谢", "感谢", "辛苦", "辛苦了", "收到", "好的", "明白", "知悉"];

/// What somebody means.
#[derive(Debug, PartialEq, Eq)]
enum Read<'a> {
    Noted,
    Says(&'a str),
    Unclear,
}

/// Reads an answer. Full-width digits and marks around it count as what they look like.
fn read(text: &str) -> Read<'_> {
    let marks = |c: char| c.is_whitespace() || "。，,.!！:：、".contains(c);
    let plain = text.trim_matches(marks);
    let other = |c: char| !c.is_alphanumeric();
    let bare = text.trim_matches(other).replace('１', "1").to_lowercase();
    // “收到，谢谢” is no more than “收到”; “收到，但不是我单位职责” and “收到？” are.
    let mut words = bare.split(other).filter(|word| !word.is_empty());
    if words.next().is_some_and(|word| NOTED.contains(&word))
        && words.all(|word| COURTESY.contains(&word))
        && !text.contains(['?', '？', '-'])
    {
        return Read::Noted;
    }
    // “收到，回复：周五前完成” answers, too.
    let plain = NOTED.iter().find_map(|word| plain.strip_prefix(*word)?.strip_prefix(['，', ','])).unwrap_or(plain).trim_matches(marks);
    let said = OPENINGS.iter().find_map(|opening| plain.strip_prefix(*opening)).map(|said| said.trim_matches(marks));
    match said {
        Some(said) if !said.is_empty() => Read::Says(said),
        _ => Read::Unclear,
    }
}

/// Does what somebody answered, as that person.
pub async fn take_answer(tx: &mut Tx, ctx: &Ctx, replied: &Replied) -> Outcome<()> {
    let Some(person) = access::load_principal(tx, replied.person, ctx.today()).await? else { return Ok(()) };
    let ctx = ctx.acting(person.into());
    let about = notify::about(tx, replied.delivery).await?;
    let meaning = match read(&replied.text) {
        Read::Noted => {
            for occurrence in about.occurrences {
                // Through the way's own word: the ledger says how.
                passed_over(watch::acknowledge(tx, &ctx, OccurrenceId(occurrence), replied.channel.word()).await)?;
            }
            Meaning::Acknowledged
        }
        Read::Says(said) if !about.urges.is_empty() => {
            for urge in about.urges {
                passed_over(reply(tx, &ctx, UrgeId(urge), said, &[]).await.map(drop))?;
            }
            Meaning::Answered
        }
        Read::Says(_) | Read::Unclear => Meaning::Unclear,
    };
    notify::understood(tx, replied.reply, meaning).await
}

/// Somebody else was faster, or the task has gone on: the answer stands written, there is nothing more to do.
fn passed_over(done: Outcome<()>) -> Outcome<()> {
    match done {
        Err(Refusal::Conflict { .. } | Refusal::NotFound | Refusal::Forbidden(_) | Refusal::Invalid(_)) => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_answers_are_read_as_people_write_them() {
        for noted in ["1", " 1 ", "１", "收到", "收到！", "已收到。", "OK", "收到😀", "收到，谢谢", "【1】"] {
            assert_eq!(read(noted), Read::Noted, "{noted}");
        }
        for (text, said) in [
            ("回 本周五前完成", "本周五前完成"),
            ("回复：已加派人手。", "已加派人手"),
            ("回已办", "已办"),
            ("收到，回复：周五前完成", "周五前完成"),
        ] {
            assert_eq!(read(text), Read::Says(said), "{text}");
        }
        for unclear in
            ["", "2", "11", "你是谁", "回", "退订", "收到假短信怎么办", "1月底", "1.5亿", "-1", "收到？", "好的，但这不是我单位职责"]
        {
            assert_eq!(read(unclear), Read::Unclear, "{unclear}");
        }
    }
}
