//! Measures how the system looks out for tasks, on an area that nobody serves meanwhile: taking in tasks that nobody looks at, a look
//! when nothing is due, and the moment at which most is due. It writes reminders into the area; nothing leaves it.
#![expect(clippy::print_stdout, reason = "its table is what it is for")]

use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Parser;
use db::Sql;
use kit::{Clock, Moment, Rng};
use server::{
    access,
    app::{self, App, Base},
    config::Config,
    notify::Gateways,
    supervision,
};

/// Measures reminders.
#[derive(Debug, Parser)]
struct Cli {
    /// The area's database.
    #[arg(long)]
    database_url: String,
}

/// How often an idle look is taken.
const LOOKS: usize = 200;

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let config = Config::load(None, [], &[("database_url", cli.database_url.clone())])?;
    let db = db::Db::open(&config.database(), &config.database_options()).await?;
    db.migrate(&app::MIGRATIONS).await?;
    let blobs = blob::Store::at(&std::env::temp_dir().join("bench-no-files")).await?;
    let clock = Clock::manual(Clock::system().now());
    let rng = Rng::from_system();
    let app = app::assemble(Base { db, clock, rng, blobs, config, gateways: Gateways::default(), metrics: None });
    println!("| what | n | time |\n|---|---|---|");

    let began = Instant::now();
    let taken = take_in(&app).await?;
    println!("| tasks that nobody looked at are taken in | {taken} | {:.1} s |", began.elapsed().as_secs_f64());

    let mut times = Vec::new();
    for _ in 0..LOOKS {
        let began = Instant::now();
        anyhow::ensure!(!is_due(&app).await?, "something is due: the area has to be quiet");
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    println!("| a look when nothing is due, p50 / p99 | {LOOKS} | {:.2} / {:.2} ms |", ms(at(50)), ms(at(99)));

    let (next, n) = busiest(&app).await?.context("nothing lies ahead")?;
    app.clock.set(next);
    let before = messages(&app).await?;
    let began = Instant::now();
    while is_due(&app).await? {
        let mut tx = app.db.begin().await?;
        let ctx = app.ctx_in(&mut tx, access::system_principal()).await.map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
        supervision::sweep(&mut tx, &ctx).await.map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
        tx.commit().await?;
    }
    let took = began.elapsed().as_secs_f64();
    let sent = messages(&app).await? - before;
    println!("| what is due by {next}, {n} tasks of it at that moment: messages planned, written and queued | {sent} | {took:.1} s |");
    app.db.close().await;
    Ok(())
}

async fn take_in(app: &App) -> anyhow::Result<usize> {
    let mut all = 0;
    loop {
        let mut tx = app.db.begin().await?;
        let ctx = app.ctx_in(&mut tx, access::system_principal()).await.map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
        let n = supervision::take_in(&mut tx, &ctx).await.map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
        tx.commit().await?;
        all += n;
        if n == 0 {
            return Ok(all);
        }
    }
}

async fn is_due(app: &App) -> anyhow::Result<bool> {
    let mut tx = app.db.read().await?;
    let ctx = app.ctx_in(&mut tx, access::system_principal()).await.map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
    supervision::is_due(&mut tx, &ctx).await.map_err(|refusal| anyhow::anyhow!("{refusal}"))
}

/// The moment at which most tasks are to be looked at, and how many.
async fn busiest(app: &App) -> anyhow::Result<Option<(Moment, i64)>> {
    let sql = Sql::new(
        "select next_at, count(*) from lookout where next_at is not null group by next_at order by count(*) desc, next_at limit 1",
    );
    Ok(sql.fetch_all(&mut app.db.read().await?).await?.into_iter().next())
}

async fn messages(app: &App) -> anyhow::Result<i64> {
    let (n,): (i64,) = Sql::new("select count(*) from message").fetch_one(&mut app.db.read().await?).await?;
    Ok(n)
}
