//! Measures a running server against its floor, in one run: a page of the task list against the SQL of the same page and a bare
//! route, a report against a raw durable commit. `bin/bench` starts the server and calls this; only 127.0.0.1 is asked.
#![expect(clippy::print_stdout, reason = "its table is what it is for")]

mod floor;
mod http;
mod measure;

use anyhow::Context as _;
use clap::Parser;
use server::{access, config::Config, tasks::FilterQuery};

use self::{
    http::Target,
    measure::{Figures, round},
};

/// At how many requests at a time.
const AT_ONCE: [usize; 3] = [1, 8, 32];

/// Measures pages and reports of a running server.
#[derive(Debug, Parser)]
struct Cli {
    /// Where the server listens on 127.0.0.1.
    #[arg(long)]
    port: u16,
    /// Its database.
    #[arg(long)]
    database_url: String,
    /// Who asks.
    #[arg(long)]
    login: String,
    /// A token of theirs.
    #[arg(long)]
    token: String,
    /// The query of the page.
    #[arg(long, default_value = "state=dispatched,active&sort=due_day")]
    query: String,
    /// Requests of each round at most; a round ends after so many seconds in any case.
    #[arg(long, default_value_t = 20_000)]
    requests: usize,
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Measures reports, too, which changes the area.
    #[arg(long)]
    reports: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let config = Config::load(None, [], &[("database_url", cli.database_url.clone())])?;
    let db = db::Db::open(&config.database(), &config.database_options()).await?;
    page(&cli, &db).await?;
    if cli.reports {
        reports(&cli).await?;
    }
    db.close().await;
    Ok(())
}

fn line(what: &str, at_once: usize, figures: &Figures) {
    let Figures { requests, p50, p95, p99, rate } = figures;
    println!("| {what} | {at_once} | {requests} | {p50:.2} | {p95:.2} | {p99:.2} | {rate:.0} |");
}

fn head() {
    println!("| what | at a time | n | p50 ms | p95 ms | p99 ms | a second |\n|---|---|---|---|---|---|---|");
}

async fn page(cli: &Cli, db: &db::Db) -> anyhow::Result<()> {
    let mut tx = db.read().await?;
    let person = access::find_person_by_login(&mut tx, &cli.login).await?.context("nobody of this login")?;
    let clock = kit::Clock::system();
    let actor = access::load_principal(&mut tx, person, clock.today()).await.map_err(|e| anyhow::anyhow!("{e}"))?.context("not active")?;
    drop(tx);
    let floor = floor::Page::new(db.clone(), actor, clock, cli.query.clone());
    let target = Target::new(cli.port, Some(&cli.token));
    let path = format!("/api/v1/tasks?{}", cli.query);
    println!("\n`{path}` as {}\n", cli.login);
    head();
    let mut ratios = Vec::new();
    for at_once in AT_ONCE {
        let most = (cli.requests, cli.seconds);
        let bare = round(at_once, most, || target.get("/healthz", false)).await?;
        let sql = round(at_once, most, || floor.ask()).await?;
        let fresh = round(at_once, most, || target.get(&path, true)).await?;
        let again = round(at_once, most, || target.get(&path, false)).await?;
        line("bare route", at_once, &bare);
        line("SQL of the page", at_once, &sql);
        line("the page, made each time", at_once, &fresh);
        line("the page, as it is asked for", at_once, &again);
        let of = |ours: &Figures| (ours.p50 / (bare.p50 + sql.p50), ours.p99 / (bare.p99 + sql.p99));
        ratios.push((at_once, of(&fresh), of(&again)));
    }
    println!("\n| against SQL + bare route | at a time | p50 | p99 |\n|---|---|---|---|");
    for (at_once, fresh, again) in ratios {
        println!(
            "| made each time | {at_once} | {:.2} | {:.2} |\n| as it is asked for | {at_once} | {:.2} | {:.2} |",
            fresh.0, fresh.1, again.0, again.1
        );
    }
    Ok(())
}

async fn reports(cli: &Cli) -> anyhow::Result<()> {
    let target = Target::new(cli.port, Some(&cli.token));
    let mut tasks = Vec::new();
    for task in target.ids("/api/v1/tasks?mine=unit&state=active&leaves=true&limit=200").await? {
        if target.may_report(&task).await? {
            tasks.push(task);
        }
    }
    anyhow::ensure!(!tasks.is_empty(), "{} has no active task to report on", cli.login);
    println!("\nreports of {} on {} tasks, each synced to the disk\n", cli.login, tasks.len());
    head();
    let commits = floor::Commits::prepare(&cli.database_url).await?;
    let mut shares = Vec::new();
    for at_once in [1, 8] {
        let most = (cli.requests.min(4000), cli.seconds);
        let raw = round(at_once, most, || commits.one()).await?;
        line("a durable row", at_once, &raw);
        for (what, whole) in [("a report", true), ("a report, Prefer: return=minimal", false)] {
            let ours = round(at_once, most, || target.report(&tasks, whole)).await?;
            line(what, at_once, &ours);
            shares.push((what, at_once, ours.rate / raw.rate));
        }
    }
    commits.remove().await?;
    println!("\n| reports a second, of durable rows a second | at a time | share |\n|---|---|---|");
    for (what, at_once, share) in shares {
        println!("| {what} | {at_once} | {:.0} % |", share * 100.0);
    }
    Ok(())
}

/// For whoever reads a list with the same words as the server.
fn filter(query: &str) -> anyhow::Result<FilterQuery> {
    server::http::Query::<FilterQuery>::read(query).map(|query| query.0).map_err(|_| anyhow::anyhow!("not a query of the list: {query}"))
}
