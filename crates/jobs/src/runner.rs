use std::{
    collections::{BTreeMap, HashMap, HashSet},
    convert::Infallible,
    slice,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use db::{Db, Result, Tx};
use futures_util::{FutureExt as _, future::BoxFuture};
use kit::{Clock, Moment, Rng};
use tokio_util::sync::CancellationToken;

use crate::{
    Job, JobError, JobId,
    store::{self, NewJob, TOPIC},
};

/// What a handler returns.
pub type JobFuture<'a> = BoxFuture<'a, std::result::Result<(), JobError>>;

/// What has to be known before the transaction begins.
type Preparation = Arc<dyn Fn(Job) -> BoxFuture<'static, std::result::Result<serde_json::Value, JobError>> + Send + Sync>;

/// Whether there is work for a job.
type Probe = Arc<dyn for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, std::result::Result<bool, JobError>> + Send + Sync>;

/// Does jobs of one kind in the given transaction, which also removes them: one, or as many as are due where [`Runner::on_many`] taught it.
pub trait Handler: Send + Sync + 'static {
    /// Does them. Everything written is given up when the answer is an error.
    fn run<'a>(&'a self, tx: &'a mut Tx, jobs: &'a [Job]) -> JobFuture<'a>;
}

/// What a process that dies had in hand is another's after so long.
const LEASE: Duration = Duration::from_secs(15);
/// So often a job that takes longer says that it is still worked on.
const RENEWAL: Duration = Duration::from_secs(5);
const MAX_ATTEMPTS: i64 = 12;
/// On SQLite jobs share a transaction until it has taken so long: whoever else writes waits for it, and each commit for the disk.
const TOGETHER: Duration = Duration::from_millis(25);
/// So many jobs of a kind that is done many at once are done at once.
const MOST_AT_ONCE: i64 = 32;
/// After those that were there a kind that is done many at once rests for so long, so that the next ones are several, too.
const REST: Duration = Duration::from_millis(250);
/// However many signals are lost, a worker looks this often.
const IDLE_LOOK: Duration = Duration::from_secs(5);

/// Claims due jobs and runs them. Any number of runners, in any number of processes, share the work.
#[derive(Clone)]
pub struct Runner {
    db: Db,
    clock: Clock,
    rng: Rng,
    handlers: HashMap<&'static str, Arc<dyn Handler>>,
    /// Kinds done many at once.
    many: HashSet<&'static str>,
    /// Until when some of them rest; for all workers that are clones of one.
    resting: Arc<Mutex<HashMap<&'static str, Instant>>>,
    preparations: HashMap<&'static str, Preparation>,
    /// What is looked for when nothing is due.
    probes: Vec<(&'static str, Probe)>,
    /// In order: nodes that plant at the same moment lock the same keys one after the other.
    recurring: BTreeMap<&'static str, Duration>,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner").field("kinds", &self.handlers.keys().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

impl Runner {
    /// A runner that knows no job yet.
    #[must_use]
    pub fn new(db: Db, clock: Clock, rng: Rng) -> Self {
        Self {
            db,
            clock,
            rng,
            handlers: HashMap::new(),
            many: HashSet::new(),
            resting: Arc::default(),
            preparations: HashMap::new(),
            probes: Vec::new(),
            recurring: BTreeMap::new(),
        }
    }

    /// Teaches it one kind of job.
    #[must_use]
    pub fn on(mut self, kind: &'static str, handler: impl Handler) -> Self {
        self.handlers.insert(kind, Arc::new(handler));
        self
    }

    /// Teaches it a kind of job of which many are done at once for little more than one. The first after a pause is done on the spot; while
    /// more keep coming they are done a few times a second, all that have come by then. Where doing them together fails, each is done
    /// alone, so that one that cannot be done keeps none of the others back.
    #[must_use]
    pub fn on_many(mut self, kind: &'static str, handler: impl Handler) -> Self {
        self.many.insert(kind);
        self.on(kind, handler)
    }

    /// Teaches it a kind of job that first does something slow without a transaction, such as reading a large file, so that nobody
    /// who writes has to wait for it. What that answers takes the place of the payload. It may happen more than once.
    #[must_use]
    pub fn on_prepared<F>(mut self, kind: &'static str, prepare: F, handler: impl Handler) -> Self
    where
        F: Fn(Job) -> BoxFuture<'static, std::result::Result<serde_json::Value, JobError>> + Send + Sync + 'static,
    {
        self.preparations.insert(kind, Arc::new(prepare));
        self.on(kind, handler)
    }

    /// Teaches it to look whether there is work for a job of a kind it knows, whenever nothing else is due: what is found makes a job,
    /// and looking writes nothing. The job has to deal with what was found, or put it off.
    #[must_use]
    pub fn when<F>(mut self, kind: &'static str, probe: F) -> Self
    where
        F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, std::result::Result<bool, JobError>> + Send + Sync + 'static,
    {
        self.probes.push((kind, Arc::new(probe)));
        self
    }

    /// Teaches it a job that comes again by itself, `every` apart; after a pause it runs once, not once for each miss.
    #[must_use]
    pub fn every(mut self, kind: &'static str, every: Duration, handler: impl Handler) -> Self {
        self.recurring.insert(kind, every);
        self.on(kind, handler)
    }

    /// Runs the recurring jobs that are not in the queue yet.
    async fn plant(&self) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if tx.writes_alone() {
            // Such a database has one process at a time: whoever holds a lease is dead, or another worker that began a moment ago,
            // for which the token decides.
            store::end_leases(&mut tx).await?;
        }
        for kind in self.recurring.keys() {
            let now = self.clock.now();
            let job = NewJob { kind, payload: serde_json::Value::Null, run_at: now, dedupe: Some(kind) };
            store::enqueue(&mut tx, JobId::new(&self.rng, now), job).await?;
        }
        tx.commit().await
    }

    /// Does everything that is due now, what it causes included, and answers how many jobs ran. For tests and for
    /// programs that end; a job that fails for good is an error there, so that no test overlooks it.
    ///
    /// # Errors
    /// The database failed, or a job was given up: its kind and what it said.
    pub async fn run_all(&self) -> std::result::Result<usize, String> {
        self.plant().await.map_err(|error| error.to_string())?;
        let mut ran = 0;
        loop {
            // Nothing rests: it is to be over soon, and there is no more to come.
            self.resting.lock().unwrap_or_else(PoisonError::into_inner).clear();
            let outcomes = self.step().await.map_err(|error| error.to_string())?;
            if outcomes.is_empty() {
                if self.found().await.map_err(|error| error.to_string())? {
                    continue;
                }
                return Ok(ran);
            }
            for outcome in outcomes {
                ran += 1;
                if let Outcome::Bad { kind, error } = outcome {
                    return Err(format!("job {kind}: {error}"));
                }
            }
        }
    }

    /// Works until `stop`; the job in hand is finished first.
    pub async fn serve(&self, stop: CancellationToken) {
        let mut signals = self.db.signals().subscribe();
        let mut planted = false;
        while !stop.is_cancelled() {
            if !planted {
                planted = self.plant().await.inspect_err(|error| tracing::warn!(%error, "cannot plant recurring jobs")).is_ok();
            }
            match self.step().await {
                Ok(outcomes) if !outcomes.is_empty() => continue,
                Ok(_) => match self.found().await {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(error) => tracing::warn!(%error, "cannot look for work"),
                },
                Err(error) => {
                    tracing::warn!(%error, "the queue is out of reach, trying again");
                    metrics::counter!("jobs_claim_errors_total").increment(1);
                    tokio::select! { () = stop.cancelled() => break, () = tokio::time::sleep(Duration::from_secs(1)) => continue }
                }
            }
            let pause = self.pause().await;
            let wake = async {
                loop {
                    match signals.recv().await {
                        Ok(signal) if signal.topic == TOPIC => break,
                        Ok(_) => {}
                        Err(_) => break,
                    }
                }
            };
            tokio::select! { () = stop.cancelled() => break, () = tokio::time::sleep(pause) => {}, () = wake => {} }
        }
    }

    async fn pause(&self) -> Duration {
        let now = self.clock.now();
        let (resting, ends) = self.resting();
        let due = async { store::next_due(&mut self.db.read().await?, now, &resting).await }.await;
        let wait = match due {
            Ok(Some((at, _))) => {
                let wait = at.millis().saturating_sub(now.millis()).max(10);
                Duration::from_millis(u64::try_from(wait).unwrap_or(10)).min(IDLE_LOOK)
            }
            _ => IDLE_LOOK,
        };
        ends.map_or(wait, |end| wait.min(end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))))
    }

    /// The kinds that rest now, and when the first of them does no longer.
    fn resting(&self) -> (Vec<&'static str>, Option<Instant>) {
        let now = Instant::now();
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.retain(|_, end| *end > now);
        (resting.keys().copied().collect(), resting.values().min().copied())
    }

    /// Looks for work that has no job yet; whether there is a new one.
    async fn found(&self) -> Result<bool> {
        if self.probes.is_empty() {
            return Ok(false);
        }
        let mut kinds = Vec::new();
        let mut tx = self.db.read().await?;
        for (kind, probe) in &self.probes {
            match probe(&mut tx).await {
                Ok(true) => kinds.push(*kind),
                Ok(false) => {}
                Err(error) => tracing::warn!(kind, ?error, "cannot look for work"),
            }
        }
        drop(tx);
        if kinds.is_empty() {
            return Ok(false);
        }
        let mut any = false;
        let mut tx = self.db.begin_repeatable().await?;
        for kind in kinds {
            let job = NewJob { kind, payload: serde_json::json!({}), run_at: self.clock.now(), dedupe: Some(kind) };
            any |= store::enqueue(&mut tx, JobId::new(&self.rng, self.clock.now()), job).await?.is_some();
        }
        tx.commit().await?;
        Ok(any)
    }

    /// Runs what is due next, or several at once; nothing when nothing is due.
    async fn step(&self) -> Result<Vec<Outcome>> {
        let now = self.clock.now();
        // A look that takes no lock: an idle queue costs one indexed read.
        let next = store::next_due(&mut self.db.read().await?, now, &self.resting().0).await?;
        let Some((due, kind)) = next else { return Ok(Vec::new()) };
        if due > now {
            return Ok(Vec::new());
        }
        if self.preparations.contains_key(kind.as_str()) {
            return Ok(self.leased().await?.into_iter().collect());
        }
        self.held().await
    }

    /// Runs a due job, on SQLite several one after the other, in one transaction that holds its row. It needs no lease: when the
    /// process dies, nothing was done and the row is free.
    async fn held(&self) -> Result<Vec<Outcome>> {
        let began = Instant::now();
        // What a power cut takes is still in the queue.
        let mut tx = self.db.begin_repeatable().await?;
        let mut outcomes = Vec::new();
        while outcomes.is_empty() || (tx.writes_alone() && began.elapsed() < TOGETHER) {
            let (now, resting) = (self.clock.now(), self.resting().0);
            let Some(job) = store::hold_due(&mut tx, now, &resting).await? else { break };
            if self.preparations.contains_key(job.kind.as_str()) {
                break;
            }
            match self.many.get(job.kind.as_str()) {
                Some(kind) => self.together(&mut tx, kind, job, &mut outcomes).await?,
                None => outcomes.push(self.alone(&mut tx, job).await?),
            }
        }
        tx.commit().await?;
        Ok(outcomes)
    }

    /// Does a job whose row is held.
    async fn alone(&self, tx: &mut Tx, job: Job) -> Result<Outcome> {
        let started = Instant::now();
        let result = tx.attempt(async |tx| self.handle(tx, slice::from_ref(&job)).await).await?;
        metrics::histogram!("job_seconds", "kind" => job.kind.clone()).record(started.elapsed().as_secs_f64());
        if let Err(error) = result {
            return self.put_back(tx, job, None, error).await;
        }
        match self.recurring.get(job.kind.as_str()) {
            Some(every) => store::repeat(tx, job.id, None, self.clock.now().plus(*every)).await?,
            None => store::finish(tx, job.id, None).await?,
        };
        Ok(Outcome::Done)
    }

    /// Does a job whose row is held, and all others of its kind that are due, at once.
    async fn together(&self, tx: &mut Tx, kind: &'static str, first: Job, outcomes: &mut Vec<Outcome>) -> Result<()> {
        let others = store::hold_others(tx, self.clock.now(), &first, MOST_AT_ONCE - 1).await?;
        let jobs: Vec<Job> = std::iter::once(first).chain(others).collect();
        let is_all = i64::try_from(jobs.len()).is_ok_and(|n| n < MOST_AT_ONCE);
        if is_all {
            self.resting.lock().unwrap_or_else(PoisonError::into_inner).insert(kind, Instant::now() + REST);
        }
        if jobs.len() > 1 {
            let started = Instant::now();
            let result = tx.attempt(async |tx| self.handle(tx, &jobs).await).await?;
            match result {
                Ok(()) => {
                    let share = started.elapsed().as_secs_f64() / f64::from(u32::try_from(jobs.len()).unwrap_or(u32::MAX));
                    metrics::histogram!("job_seconds", "kind" => kind).record_many(share, jobs.len());
                    store::finish_all(tx, &jobs).await?;
                    outcomes.extend(jobs.iter().map(|_| Outcome::Done));
                    return Ok(());
                }
                Err(error) => tracing::info!(kind, ?error, jobs = jobs.len(), "jobs are done one by one"),
            }
        }
        for job in jobs {
            outcomes.push(self.alone(tx, job).await?);
        }
        Ok(())
    }

    /// Claims a job that takes its time before it writes, and runs it; `None` when nothing is due.
    async fn leased(&self) -> Result<Option<Outcome>> {
        let now = self.clock.now();
        let lease = JobId::new(&self.rng, now);
        // What is prepared may not be to be taken back: what asks for it must not be, either.
        let mut tx = self.db.begin().await?;
        let claimed = store::claim(&mut tx, now, now.plus(LEASE), lease).await?;
        tx.commit().await?;
        let Some(job) = claimed else { return Ok(None) };
        let started = Instant::now();
        let result = tokio::select! { result = self.attempt(&job, lease) => result, never = self.hold(&job, lease) => match never {} };
        metrics::histogram!("job_seconds", "kind" => job.kind.clone()).record(started.elapsed().as_secs_f64());
        let error = match result {
            Ok(()) => return Ok(Some(Outcome::Done)),
            Err(error) => error,
        };
        let mut tx = self.db.begin().await?;
        let outcome = self.put_back(&mut tx, job, Some(lease), error).await?;
        tx.commit().await?;
        Ok(Some(outcome))
    }

    /// Writes down what went wrong and when to try again, if at all.
    async fn put_back(&self, tx: &mut Tx, job: Job, lease: Option<JobId>, error: JobError) -> Result<Outcome> {
        let (text, next) = match error {
            JobError::Retry(text) if job.attempts < MAX_ATTEMPTS || self.recurring.contains_key(job.kind.as_str()) => {
                (text, Some(self.back_off(job.attempts)))
            }
            JobError::Retry(text) | JobError::Fail(text) => (text, None),
        };
        tracing::warn!(job.id = %job.id, job.kind = %job.kind, job.attempts = job.attempts, error = %text, "a job did not succeed");
        metrics::counter!("job_errors_total", "kind" => job.kind.clone()).increment(1);
        store::put_back(tx, &job, lease, &text.chars().take(2000).collect::<String>(), next).await?;
        Ok(Outcome::Bad { kind: job.kind, error: text })
    }

    /// Does jobs of one kind.
    async fn handle(&self, tx: &mut Tx, jobs: &[Job]) -> std::result::Result<(), JobError> {
        let Some(handler) = jobs.first().and_then(|job| self.handlers.get(job.kind.as_str())) else {
            // A newer node may know it: not ours to fail.
            return Err(JobError::retry("no handler for this kind of job in this version"));
        };
        let run = std::panic::AssertUnwindSafe(handler.run(tx, jobs)).catch_unwind();
        run.await.unwrap_or_else(|_| Err(JobError::fail("the handler panicked")))
    }

    /// Keeps the lease for as long as somebody asks for it.
    async fn hold(&self, job: &Job, lease: JobId) -> Infallible {
        loop {
            tokio::time::sleep(RENEWAL).await;
            let until = self.clock.now().plus(LEASE);
            let renewed = async {
                let mut tx = self.db.begin().await?;
                store::renew(&mut tx, job.id, lease, until).await?;
                tx.commit().await
            };
            if let Err(error) = renewed.await {
                tracing::debug!(job.id = %job.id, job.kind = %job.kind, %error, "a lease could not be renewed");
            }
        }
    }

    async fn attempt(&self, job: &Job, lease: JobId) -> std::result::Result<(), JobError> {
        let prepared;
        let mut given = job;
        if let Some(prepare) = self.preparations.get(job.kind.as_str()) {
            let work = std::panic::AssertUnwindSafe(prepare(job.clone())).catch_unwind();
            let payload = work.await.map_err(|_| JobError::fail("the preparation panicked"))??;
            prepared = Job { payload, ..job.clone() };
            given = &prepared;
        }
        let mut tx = self.db.begin().await?;
        if let Err(error) = self.handle(&mut tx, slice::from_ref(given)).await {
            let _ = tx.rollback().await;
            return Err(error);
        }
        let ours = match self.recurring.get(job.kind.as_str()) {
            Some(every) => store::repeat(&mut tx, job.id, Some(lease), self.clock.now().plus(*every)).await?,
            None => store::finish(&mut tx, job.id, Some(lease)).await?,
        };
        if ours {
            tx.commit().await?;
        } else {
            tx.rollback().await?;
        }
        Ok(())
    }

    /// 1 s, 2 s, 4 s … up to an hour, each with up to half as much again at random.
    fn back_off(&self, attempts: i64) -> Moment {
        let seconds = 1_u64 << u32::try_from(attempts.clamp(1, 12)).unwrap_or(1).saturating_sub(1);
        let millis = seconds.min(3600) * 1000;
        self.clock.now().plus(Duration::from_millis(millis + self.rng.below(millis / 2)))
    }
}

enum Outcome {
    Done,
    Bad { kind: String, error: String },
}
