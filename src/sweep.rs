//! The one worker loop: register for wake-up, take what is due, do it, sleep.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// First pause after a failure; it doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Runs `work` until `shutdown`.
///
/// `work` says how many things it did: after none the loop sleeps until `wake`, or for `idle` at most. The loop registers for a wake-up before it looks for work, so that none is missed between looking and sleeping.
/// A round that fails or panics is logged here and tried again after a pause that grows. A round under way when `shutdown`
/// comes is finished.
pub async fn run<Work, Doing>(
    name: &'static str,
    wake: Arc<Notify>,
    idle: Duration,
    shutdown: CancellationToken,
    mut work: Work,
) where
    Work: FnMut() -> Doing + Send,
    Doing: Future<Output = anyhow::Result<usize>> + Send,
{
    let mut pause = PAUSE;
    while !shutdown.is_cancelled() {
        let woken = wake.notified();
        tokio::pin!(woken);
        woken.as_mut().enable();
        let round = AssertUnwindSafe(work()).catch_unwind().await;
        match round.unwrap_or_else(|_| Err(anyhow::anyhow!("it panicked"))) {
            Ok(0) => {
                pause = PAUSE;
                tokio::select! {
                    () = woken => {}
                    () = tokio::time::sleep(idle) => {}
                    () = shutdown.cancelled() => {}
                }
            }
            Ok(_) => {
                pause = PAUSE;
                tokio::task::yield_now().await;
            }
            Err(error) => {
                tracing::error!(sweep = name, "the {name} loop failed and tries again: {error:#}");
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = shutdown.cancelled() => {}
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_wake_up_during_work_is_not_missed_and_failures_are_tried_again() {
        let (wake, shutdown, rounds) = (Arc::new(Notify::new()), CancellationToken::new(), AtomicUsize::new(0));
        let forever = Duration::from_secs(1_000_000_000);
        let begun = tokio::time::Instant::now();
        run("test", Arc::clone(&wake), forever, shutdown.clone(), || async {
            match rounds.fetch_add(1, Ordering::Relaxed) {
                0 => anyhow::bail!("once"),
                1 => {
                    wake.notify_waiters();
                    Ok(0)
                }
                2 => Ok(1),
                _ => {
                    shutdown.cancel();
                    Ok(0)
                }
            }
        })
        .await;
        assert_eq!(rounds.load(Ordering::Relaxed), 4);
        assert!(begun.elapsed() < forever, "the wake-up was missed");
    }
}
