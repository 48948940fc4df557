//! `verify`: is the ledger as it was written?

use std::process::ExitCode;

use super::{Common, open, say};
use crate::audit;

/// Checks every chain and says where the first break of each lies.
pub(super) async fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let config = open::configure(common, None)?;
    let db = open::database(&config).await?;
    let mut tx = db.read().await?;
    let (mut events, mut breaks) = (0, 0);
    let streams = audit::streams(&mut tx).await?;
    for stream in &streams {
        let chain = audit::whole_stream(&mut tx, *stream).await?;
        events += chain.len();
        if let Some(at) = audit::verify(&chain) {
            breaks += 1;
            say(format!("台账 {stream} 自第 {} 条起与写入时不符", at.seq));
        }
    }
    drop(tx);
    db.close().await;
    if breaks > 0 {
        say(format!("共核对 {} 条链、{events} 条记录，其中 {breaks} 条链被改动过", streams.len()));
        return Ok(ExitCode::FAILURE);
    }
    say(format!("共核对 {} 条链、{events} 条记录，均与写入时一致", streams.len()));
    Ok(ExitCode::SUCCESS)
}
