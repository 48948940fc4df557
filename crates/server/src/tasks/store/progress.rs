use db::{Result, Sql, Tx};
use kit::{Day, uuid::Uuid};

use super::{Eye, by_itself, push_kept, push_not_begun, push_severity, push_soon, push_where};
use crate::tasks::{filter::Filter, model::TaskId, narrow::DueKind, progress::ProgressBy};

/// What a row of figures is about: a unit or a person by id, everything else by its word; neither where nothing is said.
pub(in crate::tasks) type Key = (Option<Uuid>, Option<String>);

/// What is done, of one key.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::tasks) struct Done {
    pub(in crate::tasks) id: Option<Uuid>,
    pub(in crate::tasks) word: Option<String>,
    pub(in crate::tasks) done: i64,
    pub(in crate::tasks) settled: i64,
    pub(in crate::tasks) owed: i64,
    pub(in crate::tasks) judged: i64,
    /// Closed by a day that was never put off.
    pub(in crate::tasks) kept: i64,
    /// Closed by the day it was put off to.
    pub(in crate::tasks) moved_kept: i64,
    /// Closed by the original day although it was put off.
    pub(in crate::tasks) kept_original: i64,
    pub(in crate::tasks) weight: i64,
    pub(in crate::tasks) progress: i64,
}

/// What is not done, of one key.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::tasks) struct Undone {
    pub(in crate::tasks) id: Option<Uuid>,
    pub(in crate::tasks) word: Option<String>,
    pub(in crate::tasks) open: i64,
    pub(in crate::tasks) fresh: i64,
    pub(in crate::tasks) due_soon: i64,
    pub(in crate::tasks) overdue: i64,
    pub(in crate::tasks) overdue_original: i64,
    pub(in crate::tasks) suspended: i64,
    pub(in crate::tasks) terminated: i64,
    pub(in crate::tasks) grey: i64,
    pub(in crate::tasks) green: i64,
    pub(in crate::tasks) yellow: i64,
    pub(in crate::tasks) orange: i64,
    pub(in crate::tasks) red: i64,
    pub(in crate::tasks) owed: i64,
    pub(in crate::tasks) waiting: i64,
    pub(in crate::tasks) at_risk: i64,
    pub(in crate::tasks) weight: i64,
    pub(in crate::tasks) progress: i64,
}

/// What should be done by today of open tasks that began and end on the same days.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::tasks) struct Planned {
    pub(in crate::tasks) id: Option<Uuid>,
    pub(in crate::tasks) word: Option<String>,
    /// Nothing where steps say how far it should be; then `reached` does.
    pub(in crate::tasks) start_day: Option<Day>,
    pub(in crate::tasks) end_day: Option<Day>,
    pub(in crate::tasks) stood_days: i64,
    /// Their weights.
    pub(in crate::tasks) weight: i64,
    /// Weight times what the steps before today make up.
    pub(in crate::tasks) reached: i64,
}

/// One place to take the key from: its columns, and what has to be joined to have them.
struct Place {
    key: &'static str,
    joins: &'static str,
    /// What else has to hold, so that two places do not count a task twice.
    only: &'static str,
}

/// Marks a key as the unit that leads, where a person was asked for: who is in charge of it is known elsewhere.
pub(in crate::tasks) const BY_UNIT: &str = "unit";

/// Looked up for each task in turn, and not joined: a join begins with the parties and finds their tasks all over the table.
const LEAD_UNIT: &str = "(select kp.unit_id from party kp where kp.task_id = t.id and kp.role = 'lead') as id, cast(null as text) as word";

fn places(by: Option<ProgressBy>) -> Vec<Place> {
    let plain = |key| Place { key, joins: "", only: "" };
    match by {
        None => vec![plain("cast(null as uuid) as id, cast(null as text) as word")],
        Some(ProgressBy::Unit) => vec![plain(LEAD_UNIT)],
        Some(ProgressBy::Handler) => {
            vec![plain(
                "(select kp.person_id from party kp where kp.task_id = t.id and kp.role = 'lead') as id, cast(null as text) as word",
            )]
        }
        Some(ProgressBy::ChargeLeader) => vec![
            Place {
                key: "kn.person_id as id, cast(null as text) as word",
                joins: " join (select distinct task_id, person_id from party where role = 'charge_leader' and person_id is not null) kn \
                          on kn.task_id = t.id",
                only: "",
            },
            Place {
                key: "(select kp.unit_id from party kp where kp.task_id = t.id and kp.role = 'lead') as id, 'unit' as word",
                joins: "",
                only: " and not exists (select 1 from party ko where ko.task_id = t.id and ko.role = 'charge_leader' and ko.person_id is not null)",
            },
        ],
        Some(ProgressBy::SourceKind) => vec![plain("cast(null as uuid) as id, t.source_kind as word")],
        Some(ProgressBy::SourceDocument) => vec![plain("cast(null as uuid) as id, t.source_document as word")],
        Some(ProgressBy::Importance) => vec![plain("cast(null as uuid) as id, t.importance as word")],
        Some(ProgressBy::Month | ProgressBy::Quarter) => vec![plain("cast(null as uuid) as id, substr(t.due_day, 1, 7) as word")],
        Some(ProgressBy::Year) => vec![plain("cast(null as uuid) as id, substr(t.due_day, 1, 4) as word")],
    }
}

/// Adds `select key, columns from task t … where …` for each place the key comes from.
fn push_rows(sql: &mut Sql, eye: &Eye<'_>, filter: &Filter, by: Option<ProgressBy>, columns: impl Fn(&mut Sql), only: &'static str) {
    for (n, place) in places(by).into_iter().enumerate() {
        sql.push(if n == 0 { "select " } else { " union all select " });
        sql.push(place.key);
        columns(sql);
        sql.push(" from task t").push(place.joins);
        push_where(sql, eye, filter);
        sql.push(place.only).push(only);
    }
}

/// Counts what is done of the tasks that the filter finds, by key: most of what there ever was, so it is asked for little. Rates are of what
/// is due by `until`; where nothing is said, of all that has a due day.
pub(in crate::tasks) async fn done(
    tx: &mut Tx,
    eye: &Eye<'_>,
    filter: &Filter,
    by: Option<ProgressBy>,
    until: Option<Day>,
) -> Result<Vec<Done>> {
    // Each column stands in one sum, so that taking the inner select apart costs nothing; whether a day was kept is the dearest of them.
    let mut sql = Sql::new(
        "select id, word, count(*) as done, count(*) filter (where state = 'settled') as settled, count(*) filter (where owed) as owed, \
           count(due_day) as judged, count(*) filter (where kept) as kept, count(*) filter (where moved_kept) as moved_kept, \
           count(*) filter (where kept_original) as kept_original, \
           cast(sum(weight) as bigint) as weight, cast(sum(weight * progress) as bigint) as progress from (",
    );
    let columns = |sql: &mut Sql| {
        sql.push(", t.state, t.progress, 2 + t.importance_rank as weight, t.due_day, ");
        push_owed(sql, until);
        sql.push(" as owed, case when t.original_due_day <> t.due_day then false else ");
        push_kept(sql, DueKind::Approved);
        sql.push(" end as kept, case when t.original_due_day <> t.due_day then ");
        push_kept(sql, DueKind::Approved);
        sql.push(" end as moved_kept, case when t.original_due_day <> t.due_day then ");
        push_kept(sql, DueKind::Original);
        sql.push(" end as kept_original");
    };
    push_rows(&mut sql, eye, filter, by, columns, " and t.state in ('closed', 'settled')");
    sql.push(") s group by id, word");
    sql.fetch_all(tx).await
}

fn push_owed(sql: &mut Sql, until: Option<Day>) {
    match until {
        Some(day) => sql.push("t.due_day <= ").bind(day.to_string()),
        None => sql.push("t.due_day is not null"),
    };
}

/// SQLite would work each of the columns out anew for each sum they stand in, unless something keeps it from taking the inner select apart.
const APART: &str = " limit 9223372036854775807";

/// Counts what is not done of the tasks that have gone out and that the filter finds, by key.
pub(in crate::tasks) async fn undone(
    tx: &mut Tx,
    eye: &Eye<'_>,
    filter: &Filter,
    by: Option<ProgressBy>,
    until: Option<Day>,
) -> Result<Vec<Undone>> {
    let mut sql = Sql::new(
        "select id, word, count(*) filter (where open) as open, count(*) filter (where fresh) as fresh, \
           count(*) filter (where soon) as due_soon, count(*) filter (where open and late) as overdue, \
           count(*) filter (where open and late_original) as overdue_original, \
           count(*) filter (where state = 'suspended') as suspended, count(*) filter (where state = 'terminated') as terminated, \
           count(*) filter (where open and severity = 1) as grey, count(*) filter (where severity = 2) as green, \
           count(*) filter (where severity = 3) as yellow, count(*) filter (where severity = 4) as orange, \
           count(*) filter (where severity = 5) as red, count(*) filter (where open and owed) as owed, \
           count(*) filter (where open and waits_for is not null) as waiting, count(*) filter (where open and open_risks > 0) as at_risk, \
           coalesce(cast(sum(case when open then weight end) as bigint), 0) as weight, \
           coalesce(cast(sum(case when open then weight * progress end) as bigint), 0) as progress from (",
    );
    let columns = |sql: &mut Sql| {
        sql.push(
            ", t.state, t.progress, t.waits_for, t.open_risks, 2 + t.importance_rank as weight, t.state in ('dispatched', 'active') as open, \
              (t.stopped is null and t.due_day < ",
        );
        sql.bind(eye.today.to_string())
            .push(") as late, (t.stopped is null and ")
            .push(DueKind::Original.column())
            .push(" < ")
            .bind(eye.today.to_string());
        sql.push(") as late_original, ");
        push_severity(sql, eye.today);
        sql.push(" as severity, ");
        push_not_begun(sql, eye);
        sql.push(" as fresh, ");
        push_soon(sql, eye);
        sql.push(" as soon, ");
        push_owed(sql, until);
        sql.push(" as owed");
    };
    push_rows(&mut sql, eye, filter, by, columns, " and t.state in ('dispatched', 'active', 'suspended', 'terminated')");
    sql.push(APART).push(") s group by id, word");
    sql.fetch_all(tx).await
}

/// What should be done by today of the open tasks that the filter finds and that have a plan, put together by the days of the plan.
pub(in crate::tasks) async fn planned(tx: &mut Tx, eye: &Eye<'_>, filter: &Filter, by: Option<ProgressBy>) -> Result<Vec<Planned>> {
    let mut sql = Sql::new(
        "select id, word, start_day, end_day, stood_days, cast(sum(weight) as bigint) as weight, \
           coalesce(cast(sum(weight * reached) as bigint), 0) as reached from ( \
         select id, word, weight, reached, case when reached is null then start_day end as start_day, \
           case when reached is null then end_day end as end_day, case when reached is null then stood_days else 0 end as stood_days from (",
    );
    let columns = |sql: &mut Sql| {
        sql.push(
            ", 2 + t.importance_rank as weight, t.start_day, coalesce(t.original_due_day, t.due_day) as end_day, t.stood_days, \
             (select cast(sum(case when m.due_day < ",
        );
        sql.bind(eye.today.to_string());
        sql.push(" then m.weight else 0 end) as bigint) from milestone m where m.task_id = t.id) as reached");
    };
    push_rows(&mut sql, eye, filter, by, columns, " and t.state in ('dispatched', 'active')");
    sql.push(APART).push(
        ") r) p where reached is not null or (start_day is not null and end_day is not null) \
           group by id, word, start_day, end_day, stood_days",
    );
    sql.fetch_all(tx).await
}

/// Documents, or all of it, with the tops of the trees that the filter's tasks stand in: where there is one, its stage is that of the whole.
pub(in crate::tasks) async fn roots(tx: &mut Tx, eye: &Eye<'_>, filter: &Filter) -> Result<Vec<(Option<String>, TaskId)>> {
    let mut sql = Sql::new("select distinct t.source_document, t.root_id from task t");
    push_where(&mut sql, eye, filter);
    sql.fetch_all(tx).await
}

/// What is left to do of open parts, by whose it is: weight by importance (in halves) times the role's weight (in hundredths) times the
/// share that is left (in millionths).
macro_rules! load {
    ($whose:literal, $from:literal) => {
        concat!(
            "select ",
            $whose,
            ", cast(sum((2 + t.importance_rank) * case p.role when 'lead' then 100 when 'co_lead' then 80 \
               when 'summary' then 50 else 40 end * (1000000 - t.progress)) as bigint) from ",
            $from,
            " \
             where t.state in ('dispatched', 'active') and ",
            by_itself!(),
            " and p.role <> 'charge_leader' and p.state <> 'done' group by ",
            $whose
        )
    };
}

pub(in crate::tasks) async fn loads_of_units(tx: &mut Tx) -> Result<Vec<(Uuid, i64)>> {
    const LOADS: &str = load!("a.above_id", "task t join party p on p.task_id = t.id join unit_above a on a.unit_id = p.unit_id");
    Sql::new(LOADS).fetch_all(tx).await
}

pub(in crate::tasks) async fn loads_of_people(tx: &mut Tx) -> Result<Vec<(Uuid, i64)>> {
    const LOADS: &str = load!("p.person_id", "task t join party p on p.task_id = t.id and p.person_id is not null");
    Sql::new(LOADS).fetch_all(tx).await
}
