//! Demo areas: a whole organisation with its work, made in seconds, for people who look around and for tests.
//!
//! Nothing is written into the tables directly: the play ([`life`], [`acts`]) moves a clock through the past and lets the
//! area's people do what people do, with the verbs of the rooms below. So ledger, lamps, reports and figures are true.
//! Everything thrown comes from seeds: the same set on the same day is the same area, to the last hash of its ledger.
//!
//! *Invariants*: only an empty database is loaded into; every name, place and telephone number is invented.
//!
//! Owns no table. *Not here*: the notice at the top of every page (`access` knows that this is a demo area).

mod acts;
mod beside;
mod cast;
mod chat;
mod clock;
mod dice;
mod field;
mod furniture;
mod hours;
mod june;
mod layout;
mod life;
mod names;
mod orders;
mod papers;
mod people;
mod plot;
mod shape;
mod speech;
mod stage;
mod writing;
mod zone;

use anyhow::ensure;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    access,
    app::App,
    guarded,
    org::{self, Unit},
    tasks::{self, Filter},
};

/// What everybody in a demo area signs in with.
pub const PASSWORD: &str = "Shibicheng-2026";

/// Who to sign in as, to see what a role sees.
pub const LOGINS: &[(&str, &str)] = &[
    ("leader", "管委会主任"),
    ("deputy1", "管委会副主任，另有 deputy2 至 deputy4"),
    ("centre1", "政务运营中心主任，另有 centre2 至 centre9"),
    ("head1", "经济发展局局长，其他单位为“代码.head”，例如 gjj.head（规划建设局）"),
    ("liaison1", "经济发展局联络员，其他单位为“代码.liaison”"),
    ("handler1", "经济发展局经办人，其他为“代码.w1”等"),
    ("admin", "系统管理员"),
];

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(clock::show, clock::put_forward))
}

pub use clock::clock as movable_clock;

/// A demo area to be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Set {
    /// A fictitious new area with 24 months of history up to today.
    Zone,
    /// June 2021 as the first such system had it.
    #[value(name = "june-2021")]
    June2021,
}

/// Loads a demo area into an empty database and says how to sign in.
pub async fn run(app: &App, set: Set) -> anyhow::Result<()> {
    match set {
        Set::Zone => load_zone(app, zone::MONTHS).await?,
        Set::June2021 => load_june_2021(app).await?,
    }
    say(&format!("演示数据已装入，以下账号的密码均为 {PASSWORD}"));
    for (login, who) in LOGINS {
        say(&format!("  {login:<10}{who}"));
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what a command answers goes to stdout")]
fn say(text: &str) {
    println!("{text}");
}

/// Loads the zone with a history of so many months.
pub async fn load_zone(app: &App, months: usize) -> anyhow::Result<()> {
    zone::load(app, months, &empty(app).await?).await
}

/// Loads June 2021, which ends with that month whatever the time is now.
pub async fn load_june_2021(app: &App) -> anyhow::Result<()> {
    june::load(app, &empty(app).await?).await
}

/// Refuses a database that holds anything but what the first start makes; answers that.
async fn empty(app: &App) -> anyhow::Result<Vec<Unit>> {
    let ctx = app.ctx(access::system_principal());
    let mut tx = app.db.read().await?;
    let units = org::list_units(&mut tx, &ctx).await?;
    let ids: Vec<_> = units.iter().map(|unit| unit.id).collect();
    let persons = org::persons_of_units(&mut tx, &ids, ctx.today()).await?.len();
    let tasks = tasks::total(&mut tx, &ctx, &Filter::default()).await?;
    ensure!(
        units.len() <= 1 && persons <= 1 && tasks == 0,
        "数据库里已有 {} 个单位、{persons} 名人员、{tasks} 项任务；演示数据只能装入空数据库，请换一个 --data-dir 或 --database-url",
        units.len(),
    );
    Ok(units)
}
