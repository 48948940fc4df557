//! To come.
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}

/// A demo area to be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Set {
    /// A fictitious new area with 24 months of history up to today.
    Zone,
    /// June 2021 as the first such system had it.
    #[value(name = "june-2021")]
    June2021,
}

/// Loads a demo area into an empty database; stub.
pub async fn run(_app: &App, set: Set) -> anyhow::Result<()> {
    anyhow::bail!("the demo set {set:?} is not there yet")
}
