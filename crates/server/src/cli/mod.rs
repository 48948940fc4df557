//! The command line: `shibicheng serve` and what an operator needs besides.
//!
//! Every command reads the same options (see [`crate::config`]). Results go to stdout, the log to stderr, so that
//! `TOKEN=$(shibicheng admin token --user …)` works.

mod accounts;
mod backup;
mod bench_data;
mod files;
mod manifest;
mod open;
mod postgres;
mod queue;
mod read_pdf;
mod restore;
mod serve;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};

use crate::{
    app,
    config::{BlobStore, SqliteSync},
    demo, search,
};

/// 事必成：任务督办与绩效平台
#[derive(Debug, Parser)]
#[command(name = "shibicheng", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
struct Common {
    /// A file with options that differ from the defaults.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// `sqlite:PATH` or `postgres://…`.
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Where files' contents and, by default, the database lie.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the web and the API, and works through the queue.
    Serve {
        /// Where, for example 127.0.0.1:8720.
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<String>,
        /// Does not bring the schema up to date, and does not start when that is due.
        #[arg(long)]
        no_migrate: bool,
    },
    /// Works through the queue without serving anything.
    Work,
    /// Brings the schema up to date.
    Migrate,
    /// Loads a demo area into an empty database.
    Demo {
        /// Which.
        #[arg(long, value_enum, default_value = "zone")]
        set: demo::Set,
    },
    /// Keeps accounts without signing in.
    #[command(subcommand)]
    Admin(Admin),
    /// Copies the database and every file into a new folder, while the server may run.
    Backup {
        /// A folder that is empty or does not exist.
        target: PathBuf,
    },
    /// Brings a backup back into an empty data folder.
    Restore {
        /// What `backup` made.
        source: PathBuf,
    },
    /// Keeps the contents of files.
    #[command(subcommand)]
    Files(Files),
    /// Checks the ledger: whether an event was altered, removed or inserted.
    Verify,
    /// Prints the description of the API as JSON.
    Openapi,
    /// Shows the jobs that were given up after all their tries.
    Jobs {
        /// Has each tried anew.
        #[arg(long)]
        again: bool,
    },
    /// Makes the index of the search anew. Not needed after an upgrade: what is missing is made up for while the server runs.
    Reindex,
    /// Prints a new key for notices that browsers show (`[gateway.push]`); another key makes every browser subscribe anew.
    PushKey,
    /// Reads a PDF from its input and prints the words in it; the server calls it.
    #[command(hide = true)]
    ReadPdf,
    /// Adds many tasks for measurements to an area that has people; they have no ledger behind them.
    BenchData {
        /// How many are made up.
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..=10_000_000), required_unless_present = "from_csv")]
        tasks: Option<i64>,
        /// Takes them from a CSV file with the columns id, dept_id, assignee_id, author_id, status_id (1–6), priority_id (1–5), progress,
        /// hours, created_at, due_date, closed_at, title, description.
        #[arg(long, value_name = "FILE", conflicts_with = "tasks")]
        from_csv: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum Files {
    /// Carries every content to the disk or to the bucket, while the server may run. May be broken off and begun again.
    Move {
        /// Where to.
        #[arg(long, value_enum)]
        to: BlobStore,
        /// Removes each copy at the old place as soon as the new one was read and found whole; only where `blob_store` says that new
        /// contents go there.
        #[arg(long)]
        remove: bool,
    },
}

#[derive(Debug, Subcommand)]
enum Admin {
    /// Makes an administrator and prints the initial password.
    Create {
        /// What they sign in with.
        #[arg(long)]
        login: String,
        /// Their name.
        #[arg(long)]
        name: String,
    },
    /// Gives somebody a new initial password and prints it.
    ResetPassword {
        /// What they sign in with.
        #[arg(long, value_name = "LOGIN")]
        user: String,
    },
    /// Prints a token with which a script acts as this person for a year.
    Token {
        /// What they sign in with.
        #[arg(long, value_name = "LOGIN")]
        user: String,
    },
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        Command::Demo { .. } => stay_on_one_core(),
        // Before anything else takes memory or begins a thread.
        Command::ReadPdf => return read_pdf::run(),
        _ => {}
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&error.into());
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// Keeps this thread, and those it begins from now on, on one core. Loading a demo area is a million statements one after the
/// other, each handed to the database's own thread and back: between two cores every handing-over has to wake one that
/// sleeps, and takes more than twice as long (docs/performance.md).
fn stay_on_one_core() {
    #[cfg(target_os = "linux")]
    {
        use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
        let Ok(allowed) = sched_getaffinity(None) else { return };
        let Some(core) = (0..CpuSet::MAX_CPU).find(|core| allowed.is_set(*core)) else { return };
        let mut one = CpuSet::new();
        one.set(core);
        if let Err(error) = sched_setaffinity(None, &one) {
            tracing::debug!(%error, "cannot stay on one core");
        }
    }
}

/// The last word of a program that ends, also where no log is kept.
fn complain(error: &anyhow::Error) {
    eprintln!("shibicheng: {error:#}");
}

/// Says something to the operator or to a script.
#[expect(clippy::print_stdout, reason = "what a command answers goes to stdout")]
fn say(text: impl std::fmt::Display) {
    println!("{text}");
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let common = cli.common;
    match cli.command {
        Command::Serve { listen, no_migrate } => serve::serve(&common, listen, no_migrate).await?,
        Command::Work => serve::work(&common).await?,
        Command::Migrate => {
            let config = open::configure(&common, None)?;
            let db = open::database(&config).await?;
            let due = app::pending(&db).await?;
            app::migrate(&db).await?;
            say(format!("数据库结构已是最新（本次执行 {} 项变更）", due.len()));
            db.close().await;
        }
        Command::Demo { set } => {
            let mut config = open::configure(&common, None)?;
            // A demo area that a power cut interrupts is loaded again; it need not wait for the disk a thousand times.
            config.sqlite_sync = SqliteSync::Normal;
            let app = open::migrated_with(config).await?;
            demo::run(&app, set).await?;
            app.db.close().await;
        }
        Command::Admin(admin) => accounts::run(&open::migrated(&common).await?, admin).await?,
        Command::Backup { target } => return backup::run(&common, &target).await,
        Command::Restore { source } => restore::run(&common, &source).await?,
        Command::Files(Files::Move { to, remove }) => return files::carry(&common, to, remove).await,
        Command::Verify => return verify::run(&common).await,
        Command::Jobs { again } => queue::run(&common, again).await?,
        Command::ReadPdf => return Ok(read_pdf::run()),
        Command::PushKey => say(webpush::VapidKey::generate().context("no key can be made")?.1.reveal()),
        Command::Openapi => say(app::openapi().to_pretty_json().context("the API's description")?),
        Command::Reindex => {
            let app = open::migrated(&common).await?;
            let n = search::rebuild(&app).await?;
            say(format!("检索索引已重建，共 {n} 条"));
            app.db.close().await;
        }
        Command::BenchData { tasks, from_csv } => bench_data::make(&common, tasks, from_csv.as_deref()).await?,
    }
    Ok(ExitCode::SUCCESS)
}
