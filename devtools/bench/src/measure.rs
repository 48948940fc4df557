//! Rounds of requests, so many at a time.

use std::{
    future::Future,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// What a round took; times in milliseconds.
pub(crate) struct Figures {
    pub(crate) requests: usize,
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
    pub(crate) rate: f64,
}

/// Asks again and again, `at_once` at a time, until there were so many or so many seconds are over; a tenth of that warms up.
pub(crate) async fn round<F: Future<Output = anyhow::Result<()>>>(
    at_once: usize,
    (requests, seconds): (usize, u64),
    ask: impl Fn() -> F,
) -> anyhow::Result<Figures> {
    run(at_once, requests / 20, Duration::from_secs(seconds) / 10, &ask).await?;
    run(at_once, requests, Duration::from_secs(seconds), &ask).await
}

async fn run<F: Future<Output = anyhow::Result<()>>>(
    at_once: usize,
    requests: usize,
    most: Duration,
    ask: &impl Fn() -> F,
) -> anyhow::Result<Figures> {
    let left = AtomicUsize::new(requests);
    let begun = Instant::now();
    let worker = async || {
        let mut times = Vec::new();
        while begun.elapsed() < most && left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok() {
            let started = Instant::now();
            ask().await?;
            times.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        anyhow::Ok(times)
    };
    let mut workers: Vec<_> = (0..at_once).map(|_| Box::pin(worker())).collect();
    let mut times = Vec::new();
    // All of them on this task: the server needs the machine more than whoever measures it.
    let mut done = vec![false; workers.len()];
    std::future::poll_fn(|cx| {
        for (worker, done) in workers.iter_mut().zip(&mut done) {
            if !*done && let std::task::Poll::Ready(result) = worker.as_mut().poll(cx) {
                *done = true;
                match result {
                    Ok(own) => times.extend(own),
                    Err(error) => return std::task::Poll::Ready(Err(error)),
                }
            }
        }
        if done.iter().all(|done| *done) { std::task::Poll::Ready(Ok(())) } else { std::task::Poll::Pending }
    })
    .await?;
    let took = begun.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a list")]
        let place = (times.len() as f64 * share) as usize;
        times.get(place.min(times.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
    };
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rate = times.len() as f64 / took;
    Ok(Figures { requests: times.len(), p50: at(0.5), p95: at(0.95), p99: at(0.99), rate })
}
