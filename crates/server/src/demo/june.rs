use crate::{app::App, org::Unit};

pub(super) async fn load(_app: &App, _existing: &[Unit]) -> anyhow::Result<()> {
    anyhow::bail!("not yet")
}
