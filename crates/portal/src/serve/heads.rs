//! How long a head may take: one timer of the runtime for a connection, not one for each request.
//!
//! A request's deadline is always later than that of the one before. The timer stays set for the earliest, and is set
//! further only when it goes off, once in so many seconds instead of thousands of times.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

/// The timer of one connection.
#[derive(Default)]
pub(super) struct Heads(Arc<OneTimer>);

type OneTimer = Mutex<Option<Pin<Box<tokio::time::Sleep>>>>;

/// One head's time.
struct Until {
    timer: Arc<OneTimer>,
    deadline: tokio::time::Instant,
}

impl Timer for Heads {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Until { timer: Arc::clone(&self.0), deadline: deadline.into() })
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into()
    }
}

impl Sleep for Until {}

impl Future for Until {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut timer = self.timer.lock().unwrap_or_else(PoisonError::into_inner);
        let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(self.deadline)));
        if timer.deadline() > self.deadline {
            timer.as_mut().reset(self.deadline);
        }
        loop {
            ready!(timer.as_mut().poll(context));
            if timer.deadline() >= self.deadline {
                return Poll::Ready(());
            }
            timer.as_mut().reset(self.deadline);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_head_has_its_own_time_and_no_more() {
        let heads = Heads::default();
        let begun = heads.now();
        let short = Duration::from_millis(20);
        // Set, dropped before its time as by a head that came, and set further.
        for times in 1..=3 {
            let mut gone = heads.sleep_until(begun + times * short);
            assert!(tokio::time::timeout(Duration::ZERO, &mut gone).await.is_err());
        }
        heads.sleep_until(begun + 5 * short).await;
        assert!(begun.elapsed() >= 5 * short);
        let later = heads.now();
        let mut long = heads.sleep(Duration::from_secs(600));
        assert!(tokio::time::timeout(Duration::ZERO, &mut long).await.is_err());
        heads.sleep(short).await;
        assert!(later.elapsed() >= short && later.elapsed() < Duration::from_secs(300), "a shorter time is kept too");
    }
}
