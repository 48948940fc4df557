//! The calendar as the house keeps it: the official years compiled in, later notices and days decided on the spot, in
//! versions.

use std::sync::Arc;

use db::Tx;
use kit::Day;
use serde::{Deserialize, Serialize};
use serde_json::json;
use wording::say;
use workdays::{Calendar, CalendarSource, LocalDay, OfficialYear};

use super::{
    official,
    store::{self, CalendarVersion},
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    audit, events,
};

/// What is kept beside the years compiled in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    /// Notices that came out after the release, or changed one of it: they replace the compiled-in year.
    #[serde(default)]
    pub years: Vec<OfficialYear>,
    /// Days decided on the spot; they win.
    #[serde(default)]
    pub local: Vec<LocalDay>,
}

impl Kept {
    pub(super) fn source(&self, version: i64) -> CalendarSource {
        let mut source = CalendarSource::official();
        source.years.retain(|year| self.years.iter().all(|kept| kept.year != year.year));
        source.years.extend(self.years.iter().cloned());
        source.local.clone_from(&self.local);
        if version > 0 {
            source.version = say!("{}，本地第{version}版", source.version).zh();
        }
        source
    }
}

/// The event's name.
pub const CHANGED: &str = "calendar.changed";

/// The calendar has another version; whoever worked something out with it does so again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CalendarChanged {
    /// The version.
    pub version: i64,
}

impl events::Event for CalendarChanged {
    fn name(&self) -> &'static str {
        CHANGED
    }
}

/// What is kept now, and its version.
pub(super) async fn kept(tx: &mut Tx) -> Outcome<(Kept, i64)> {
    let Some(row) = store::history(tx, 1).await?.pop() else { return Ok((Kept::default(), 0)) };
    Ok((serde_json::from_str(&row.body).map_err(Refusal::internal)?, row.version))
}

/// The calendar in force.
pub async fn in_force(tx: &mut Tx) -> Outcome<Arc<Calendar>> {
    let (kept, version) = kept(tx).await?;
    if version == 0 {
        return Ok(official());
    }
    Ok(Arc::new(Calendar::new(kept.source(version)).map_err(Refusal::internal)?))
}

/// What somebody changes.
pub(super) enum Change {
    /// A day off or worked, for a reason.
    Add(LocalDay),
    /// It is as the notice says again.
    Remove(Day),
    /// A year's notice.
    Notice(OfficialYear),
}

/// Writes the next version. Days that are past stay as they were counted.
pub(super) async fn change(tx: &mut Tx, ctx: &Ctx, change: Change, reason: &str, since: i64) -> Outcome<i64> {
    let (mut kept, version) = kept(tx).await?;
    if version != since {
        return Err(Refusal::Stale);
    }
    let mut fields = Fields::default();
    let reason = fields.text("reason", reason, 200);
    let words = match change {
        Change::Add(local) => {
            let day = Day::new(local.day).ok_or_else(|| Refusal::field("day", "日期不在允许的范围内"))?;
            not_past(ctx, day, &mut fields);
            let words = if local.off { say!("{day}设为放假：{}", local.name) } else { say!("{day}设为上班：{}", local.name) };
            kept.local.retain(|known| known.day != local.day);
            kept.local.push(local);
            kept.local.sort_by_key(|local| local.day);
            words
        }
        Change::Remove(day) => {
            not_past(ctx, day, &mut fields);
            let before = kept.local.len();
            kept.local.retain(|known| known.day != day.date());
            if kept.local.len() == before {
                return Err(Refusal::NotFound);
            }
            say!("取消{day}的本地安排")
        }
        Change::Notice(year) => {
            let words = say!("录入{}年放假安排", year.year);
            kept.years.retain(|known| known.year != year.year);
            kept.years.push(year);
            kept.years.sort_by_key(|year| year.year);
            words
        }
    };
    fields.finish()?;
    let version = version + 1;
    let new = Calendar::new(kept.source(version)).map_err(|error| Refusal::field("days", error.words()))?;
    unchanged_past(ctx, &new)?;
    let body = serde_json::to_string(&kept).map_err(Refusal::internal)?;
    let row = CalendarVersion {
        version,
        body,
        words: words.clone(),
        reason: reason.clone(),
        made_by: Some(ctx.actor.person),
        made_at: ctx.now(),
    };
    store::insert(tx, &row).await?;
    let words = say!("{words}（{reason}）");
    audit::record(tx, ctx, audit::Entry::organisation("calendar_changed", words, json!({ "version": version, "body": row.body }))).await?;
    events::publish(tx, ctx, &CalendarChanged { version }).await?;
    tx.signal("standing", &version.to_string());
    Ok(version)
}

fn not_past(ctx: &Ctx, day: Day, fields: &mut Fields) {
    if day < ctx.today() {
        fields.add("day", "已经过去的日子不能再改");
    }
}

/// Working days up to yesterday have been counted, and people were judged by them.
fn unchanged_past(ctx: &Ctx, new: &Calendar) -> Outcome<()> {
    let yesterday = ctx.today().plus_days(-1).date();
    let first = ctx.today().plus_days(-3660).date();
    let changed = first.iter_days().take_while(|day| *day <= yesterday).find(|day| new.is_workday(*day) != ctx.calendar.is_workday(*day));
    match changed {
        Some(day) => Err(Refusal::field("days", say!("{day}已经过去，不能再改"))),
        None => Ok(()),
    }
}
