use db::Sql;
use kit::Moment;

use super::Eye;
use crate::{
    org::push_charged,
    tasks::narrow::{Charged, DueKind, Narrow},
};

/// The moment at which the day in a column begins in UTC, in milliseconds: neither database has a word for it that the other
/// knows, so the day's number is worked out from year, month and day (Fliegel and Van Flandern's formula).
macro_rules! day_in_utc {
    ($day:literal) => {
        concat!(
            "((1461 * (cast(substr(",
            $day,
            ", 1, 4) as bigint) + 4800 - case when substr(",
            $day,
            ", 6, 2) < '03' then 1 else 0 end) / 4 \
             + 367 * (cast(substr(",
            $day,
            ", 6, 2) as bigint) - 2 + case when substr(",
            $day,
            ", 6, 2) < '03' then 12 else 0 end) / 12 \
             - 3 * ((cast(substr(",
            $day,
            ", 1, 4) as bigint) + 4900 - case when substr(",
            $day,
            ", 6, 2) < '03' then 1 else 0 end) / 100) / 4 \
             + cast(substr(",
            $day,
            ", 9, 2) as bigint) - 2472663) * 86400000)"
        )
    };
}

impl DueKind {
    /// The day itself.
    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::Approved => "t.due_day",
            Self::Original => "coalesce(t.original_due_day, t.due_day)",
        }
    }

    const fn in_utc(self) -> &'static str {
        match self {
            Self::Approved => day_in_utc!("t.due_day"),
            Self::Original => day_in_utc!("coalesce(t.original_due_day, t.due_day)"),
        }
    }
}

/// Adds the condition that a closed task was closed by the end of its day.
pub(super) fn push_kept(sql: &mut Sql, kind: DueKind) {
    // The end of the area's first day, which begins before that of UTC.
    let end = Moment::from_millis(0).day().end();
    sql.push("t.closed_at <= ").push(kind.in_utc()).push(" + ").bind(end.millis());
}

/// Open and due between today and the fifth working day.
pub(super) fn push_soon(sql: &mut Sql, eye: &Eye<'_>) {
    sql.push("(t.state in ('dispatched', 'active') and t.due_day >= ").bind(eye.today.to_string());
    sql.push(" and t.due_day <= ").bind(eye.soon.to_string()).push(")");
}

/// Open and not begun: nobody has signed, or its first day is still to come.
pub(super) fn push_not_begun(sql: &mut Sql, eye: &Eye<'_>) {
    sql.push("(t.state = 'dispatched' or (t.state = 'active' and t.start_day > ").bind(eye.today.to_string()).push("))");
}

/// Closed, or open past the day: it is known whether the day was kept.
pub(super) fn push_judged(sql: &mut Sql, eye: &Eye<'_>, kind: DueKind) {
    sql.push("(")
        .push(kind.column())
        .push(" is not null and (t.state in ('closed', 'settled') or (t.state in ('dispatched', 'active') and t.stopped is null and ");
    sql.push(kind.column()).push(" < ").bind(eye.today.to_string()).push(")))");
}

/// A leader is named on the task itself.
const NAMED: &str = "exists (select 1 from party nn where nn.task_id = t.id and nn.role = 'charge_leader' and nn.person_id is not null)";

fn push_flag(sql: &mut Sql, wanted: Option<bool>, condition: impl FnOnce(&mut Sql)) {
    match wanted {
        None => {}
        Some(true) => {
            sql.push(" and ");
            condition(sql);
        }
        Some(false) => {
            sql.push(" and not coalesce(");
            condition(sql);
            sql.push(", false)");
        }
    }
}

/// Adds the conditions of this part of a filter.
pub(in crate::tasks) fn push_narrow(sql: &mut Sql, eye: &Eye<'_>, narrow: &Narrow) {
    match narrow.charge_leader {
        None => {}
        Some(Charged::By(person)) => {
            sql.push(" and (exists (select 1 from party np where np.task_id = t.id and np.role = 'charge_leader' and np.person_id = ");
            sql.bind(person.0).push(") or (not ").push(NAMED);
            sql.push(
                " and exists (select 1 from party nl where nl.task_id = t.id and nl.role = 'lead' and nl.unit_id in (select unit_id from ",
            );
            push_charged(sql, eye.today);
            sql.push(" nc where nc.person_id = ").bind(person.0).push("))))");
        }
        Some(Charged::Nobody) => {
            sql.push(" and not ").push(NAMED);
            sql.push(" and not exists (select 1 from party nl where nl.task_id = t.id and nl.role = 'lead' and nl.unit_id in (select unit_id from ");
            push_charged(sql, eye.today);
            sql.push(" nc))");
        }
    }
    if let Some(person) = narrow.handler_id {
        sql.push(" and exists (select 1 from party nh where nh.task_id = t.id and nh.role = 'lead' and nh.person_id = ");
        sql.bind(person.0).push(")");
    }
    if let Some(person) = narrow.helper_id {
        sql.push(
            " and exists (select 1 from party no where no.task_id = t.id and no.role not in ('lead', 'charge_leader') and no.person_id = ",
        );
        sql.bind(person.0).push(")");
    }
    push_flag(sql, narrow.has_lead, |sql| {
        sql.push("exists (select 1 from party nx where nx.task_id = t.id and nx.role = 'lead')");
    });
    push_flag(sql, narrow.has_handler, |sql| {
        sql.push("exists (select 1 from party nm where nm.task_id = t.id and nm.role = 'lead' and nm.person_id is not null)");
    });
    if let Some(root) = narrow.root_id {
        sql.push(" and t.root_id = ").bind(root.0);
    }
    push_flag(sql, narrow.due_soon, |sql| push_soon(sql, eye));
    match narrow.started {
        None => {}
        Some(false) => {
            sql.push(" and ");
            push_not_begun(sql, eye);
        }
        Some(true) => {
            sql.push(" and t.state = 'active' and (t.start_day is null or t.start_day <= ").bind(eye.today.to_string()).push(")");
        }
    }
    push_flag(sql, narrow.waiting, |sql| {
        sql.push("(t.state in ('dispatched', 'active') and t.waits_for is not null)");
    });
    push_flag(sql, narrow.at_risk, |sql| {
        sql.push("(t.state in ('dispatched', 'active') and t.open_risks > 0)");
    });
    if let Some(kind) = narrow.judged {
        sql.push(" and ");
        push_judged(sql, eye, kind);
    }
    if let Some(kind) = narrow.on_time {
        sql.push(" and t.state in ('closed', 'settled') and ").push(kind.column()).push(" is not null and ");
        push_kept(sql, kind);
    }
    push_flag(sql, narrow.has_document, |sql| {
        sql.push("t.source_document is not null");
    });
    push_flag(sql, narrow.has_due, |sql| {
        sql.push("t.due_day is not null");
    });
}
