//! The routes of tasks.

mod export;
mod life;
mod lists;
mod parts;
mod requests;
mod rules;
mod saved;
mod series;
mod shapes;
mod standing;
mod tags;
mod templates;
mod versions;

use db::Tx;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    app::{App, Ctx, Outcome, Refusal},
    guarded,
    http::Problem,
    tasks::{PartyId, ReportId, RequestId, RiskId, TaskId, WaitId, import, kinds, store, view},
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(lists::list, life::create))
        .routes(guarded!(lists::count))
        .routes(guarded!(export::export))
        .routes(guarded!(shapes::calendar))
        .routes(guarded!(shapes::gantt))
        .routes(guarded!(saved::list, saved::keep))
        .routes(guarded!(saved::change, saved::remove))
        .routes(guarded!(saved::arrange))
        .routes(guarded!(templates::copy))
        .routes(guarded!(templates::preview_copy))
        .routes(guarded!(templates::list, templates::keep))
        .routes(guarded!(templates::show, templates::change))
        .routes(guarded!(templates::preview))
        .routes(guarded!(templates::make))
        .routes(guarded!(series::list, series::begin))
        .routes(guarded!(series::preview))
        .routes(guarded!(series::show, series::change))
        .routes(guarded!(series::trial))
        .routes(guarded!(series::change_occurrence, series::undo_occurrence))
        .routes(guarded!(series::suspend))
        .routes(guarded!(series::resume))
        .routes(guarded!(series::end))
        .routes(guarded!(series::take_over))
        .routes(guarded!(standing::review))
        .routes(guarded!(lists::summary))
        .routes(guarded!(lists::by_unit))
        .routes(guarded!(tags::list))
        .routes(guarded!(tags::put))
        .routes(guarded!(tags::change))
        .routes(guarded!(life::show, life::edit, life::delete))
        .routes(guarded!(lists::tree))
        .routes(guarded!(lists::timeline))
        .routes(guarded!(life::set_children))
        .routes(guarded!(life::submit))
        .routes(guarded!(life::approve))
        .routes(guarded!(life::sign))
        .routes(guarded!(life::assign))
        .routes(guarded!(life::give_back))
        .routes(guarded!(life::rule))
        .routes(guarded!(life::report))
        .routes(guarded!(life::review))
        .routes(guarded!(life::ask_to_close))
        .routes(guarded!(requests::ask))
        .routes(guarded!(requests::decide))
        .routes(guarded!(requests::withdraw))
        .routes(guarded!(life::verify))
        .routes(guarded!(life::attach))
        .routes(guarded!(parts::complete))
        .routes(guarded!(parts::waive))
        .routes(guarded!(parts::reopen_part))
        .routes(guarded!(parts::wait))
        .routes(guarded!(parts::end_wait))
        .routes(guarded!(parts::raise_risk))
        .routes(guarded!(parts::answer_risk))
        .routes(guarded!(parts::ask_report))
        .routes(guarded!(parts::withdraw_report))
        .routes(guarded!(parts::recall))
        .routes(guarded!(parts::annul))
        .routes(guarded!(parts::reopen))
        .routes(guarded!(parts::link))
        .routes(guarded!(parts::unlink))
        .routes(guarded!(parts::merge))
        .routes(guarded!(versions::replace))
        .routes(guarded!(rules::show, rules::write))
        .routes(guarded!(rules::preview))
        .merge(kinds::routes())
        .merge(import::routes())
}

/// What a request to change something names.
#[derive(Clone, Copy, Debug)]
enum About {
    /// A task.
    Task(TaskId),
    /// What somebody asked for about a task.
    Request(RequestId),
    /// A report on a task.
    Report(ReportId),
    /// A party of a task.
    Party(PartyId),
    /// A time of waiting.
    Wait(WaitId),
    /// A risk.
    Risk(RiskId),
}

impl From<TaskId> for About {
    fn from(id: TaskId) -> Self {
        Self::Task(id)
    }
}

impl From<RequestId> for About {
    fn from(id: RequestId) -> Self {
        Self::Request(id)
    }
}

impl From<ReportId> for About {
    fn from(id: ReportId) -> Self {
        Self::Report(id)
    }
}

impl From<PartyId> for About {
    fn from(id: PartyId) -> Self {
        Self::Party(id)
    }
}

impl From<WaitId> for About {
    fn from(id: WaitId) -> Self {
        Self::Wait(id)
    }
}

impl From<RiskId> for About {
    fn from(id: RiskId) -> Self {
        Self::Risk(id)
    }
}

impl About {
    /// The task it belongs to.
    async fn task(self, tx: &mut Tx) -> Outcome<TaskId> {
        match self {
            Self::Task(id) => Some(id),
            Self::Request(id) => store::request(tx, id).await?.map(|row| row.task_id),
            Self::Party(id) => store::task_of_party(tx, id).await?,
            Self::Wait(id) => store::wait(tx, id).await?.map(|row| row.task_id),
            Self::Risk(id) => store::risk(tx, id).await?.map(|row| row.task_id),
            Self::Report(id) => store::report(tx, id).await?.map(|row| row.task_id),
        }
        .ok_or(Refusal::NotFound)
    }
}

/// The parts of a query that are called so, and all others: two sets of parameters in one query.
fn apart(query: &str, own: &[&str]) -> (String, String) {
    let is_own = |pair: &&str| pair.split('=').next().is_some_and(|name| own.contains(&name));
    let (own, rest): (Vec<&str>, Vec<&str>) = query.split('&').filter(|pair| !pair.is_empty()).partition(is_own);
    (own.join("&"), rest.join("&"))
}

/// Adds the task's present state to a conflict, so that the second of two people sees what the first did.
async fn explain(app: &App, ctx: &Ctx, about: impl Into<About>, problem: Problem) -> Problem {
    if !problem.is_late() {
        return problem;
    }
    let current = async {
        let mut tx = app.db.read().await.map_err(Refusal::from)?;
        let id = about.into().task(&mut tx).await?;
        view::detail(&mut tx, ctx, id).await
    };
    match current.await.map(serde_json::to_value) {
        Ok(Ok(value)) => problem.with_current(value),
        _ => problem,
    }
}
