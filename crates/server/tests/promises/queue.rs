//! What rooms rely on in the queue of jobs.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use db::{Sql, Tx};
use jobs::{Handler, Job, JobError, JobFuture, JobId, NewJob, Runner};
use serde_json::json;
use testkit::{TestApp, both};
use tokio::{sync::Notify, time::timeout};
use tokio_util::sync::CancellationToken;

const KIND: &str = "test.many";

/// Writes numbers down, but none that is below zero.
#[derive(Clone, Default)]
struct Writer {
    runs: Arc<Mutex<Vec<usize>>>,
    ran: Arc<Notify>,
}

impl Handler for Writer {
    fn run<'a>(&'a self, tx: &'a mut Tx, jobs: &'a [Job]) -> JobFuture<'a> {
        Box::pin(async move {
            self.runs.lock().unwrap().push(jobs.len());
            for job in jobs {
                let n = job.payload["n"].as_i64().ok_or_else(|| JobError::fail("no number"))?;
                Sql::new("insert into told (n) values (").bind(n).push(")").execute(tx).await?;
                if n < 0 {
                    return Err(JobError::retry("below zero"));
                }
            }
            self.ran.notify_one();
            Ok(())
        })
    }
}

async fn told(app: &TestApp) -> Vec<i64> {
    let mut tx = app.app.db.read().await.unwrap();
    let rows: Vec<(i64,)> = Sql::new("select n from told order by n").fetch_all(&mut tx).await.unwrap();
    rows.into_iter().map(|(n,)| n).collect()
}

async fn begin(app: &TestApp) -> (Runner, Writer) {
    let mut tx = app.app.db.begin().await.unwrap();
    Sql::new("create table told (n bigint not null)").execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let writer = Writer::default();
    let runner = Runner::new(app.app.db.clone(), app.app.clock.clone(), app.app.rng.clone());
    (runner.on_many(KIND, writer.clone()), writer)
}

async fn enqueue(app: &TestApp, numbers: impl IntoIterator<Item = i64>) {
    let mut tx = app.app.db.begin().await.unwrap();
    for n in numbers {
        let now = app.app.clock.now();
        let job = NewJob { kind: KIND, payload: json!({ "n": n }), run_at: now, dedupe: None };
        jobs::enqueue(&mut tx, JobId::new(&app.app.rng, now), job).await.unwrap();
    }
    tx.commit().await.unwrap();
}

both! {
    async fn of_jobs_done_at_once_one_that_cannot_be_done_keeps_none_of_the_others_back(app) {
        app.run_jobs().await;
        let (runner, writer) = begin(app).await;
        enqueue(app, [1, 2, -3, 4, 5]).await;
        assert_eq!(runner.run_all().await, Err("job test.many: below zero".to_owned()));
        assert_eq!(told(app).await, [1, 2, 4, 5]);
        assert_eq!(*writer.runs.lock().unwrap(), [5, 1, 1, 1, 1, 1]);
        // It is tried again later.
        let left = jobs::unfinished(&mut app.app.db.read().await.unwrap(), &[KIND]).await.unwrap();
        assert_eq!(left, [json!({ "n": -3 })]);
        assert_eq!(runner.run_all().await, Ok(0));
    }

    async fn however_many_there_are_no_more_are_done_in_one_transaction_than_others_can_wait_for(app) {
        app.run_jobs().await;
        let (runner, writer) = begin(app).await;
        enqueue(app, 0..70).await;
        assert_eq!(runner.run_all().await, Ok(70));
        assert_eq!(told(app).await, (0..70).collect::<Vec<_>>());
        assert_eq!(*writer.runs.lock().unwrap(), [32, 32, 6]);
    }

    async fn jobs_that_keep_coming_are_done_several_at_once_and_none_waits_for_long(app) {
        app.run_jobs().await;
        let (runner, writer) = begin(app).await;
        let stop = CancellationToken::new();
        let coming = async {
            let began = Instant::now();
            for n in 0..40 {
                enqueue(app, [n]).await;
                if n == 0 {
                    // The first is not kept waiting.
                    writer.ran.notified().await;
                }
            }
            while told(app).await.len() < 40 {
                // It is told before it has committed.
                let _ = timeout(Duration::from_millis(20), writer.ran.notified()).await;
            }
            stop.cancel();
            began.elapsed()
        };
        // As the program does: two workers that are one.
        let other = runner.clone();
        let (took, (), ()) = tokio::join!(coming, runner.serve(stop.clone()), other.serve(stop.clone()));
        let runs = writer.runs.lock().unwrap().clone();
        assert_eq!((runs[0], runs.iter().sum::<usize>()), (1, 40), "{runs:?}");
        let rests = usize::try_from(took.as_millis() / Duration::from_millis(250).as_millis()).unwrap();
        // A run that takes as many as it can is followed by the next without a rest.
        let full = runs.iter().filter(|n| **n == 32).count();
        assert!(runs.len() <= rests + 2 + full, "{runs:?} in {took:?}");
    }
}
