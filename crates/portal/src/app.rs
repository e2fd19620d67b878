//! What the portal needs to answer: the seams filled by the program, and what is made from the settings.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::response::Response;
use event::time::Zone;
use http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::actions::told::Kept;
use crate::answer;
use crate::config::Config;
use crate::desk::Desk;
use crate::front::{Front, Ownership};
use crate::limit::Pace;
use crate::metrics::Metrics;
use crate::requests::Requests;
use crate::seen::Seen;
use crate::session::Sessions;
use crate::tables::Tables;
use crate::tokens::Tokens;
use crate::verdict::Reach;
use crate::visitor::Visitor;
use crate::watch::Watch;

/// What time it is, microseconds since 1970 UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Something that is read by all and swapped whole.
#[derive(Debug)]
pub struct Slot<T>(RwLock<Arc<T>>);

impl<T> Slot<T> {
    /// A slot with its first content.
    pub fn new(content: T) -> Arc<Self> {
        Arc::new(Self(RwLock::new(Arc::new(content))))
    }

    /// What is in it now; stays what it is for whoever holds it.
    pub fn get(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts something new in its place.
    pub fn set(&self, content: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(content);
    }
}

/// What the program fills.
#[expect(missing_debug_implementations, reason = "seams are traits of the program's")]
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// Whether the country is a made one, whose addresses are those reserved for private use: they are checked like others
    /// then. No setting; the demo alone says so.
    pub is_made: bool,
    /// The one real clock.
    pub clock: Clock,
    /// The zone in which days are cut.
    pub zone: Zone,
    /// The tables, from [`Tables::read`].
    pub tables: Tables,
    /// What is recorded of every address; `None` until it is loaded, and then the portal is ready.
    pub seen: Arc<Slot<Option<Seen>>>,
    /// The national picture.
    pub front: Arc<Slot<Front>>,
    /// The feeds' tokens.
    pub tokens: Arc<Slot<Tokens>>,
    /// The officers' token, from [`crate::session::token_file`]; without it there are no officers' pages.
    pub admin_token: Option<String>,
    /// The token that opens `/metrics` to other machines.
    pub metrics_token: Option<String>,
    /// Who hands out an address.
    pub ownership: Arc<dyn Ownership>,
    /// Where reports go.
    pub desk: Arc<dyn Desk>,
    /// What officers look at.
    pub watch: Arc<dyn Watch>,
    /// Where requests are kept.
    pub requests: Arc<dyn Requests>,
}

/// Everything a handler may use; cheap to clone.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "seams are traits of the program's")]
pub struct App(Arc<Inner>);

struct Inner {
    parts: Parts,
    sessions: Option<Sessions>,
    metrics: Metrics,
    checks: Pace,
    told: Kept,
    filings: Pace,
    logins: Pace,
    arrivals: Arc<Semaphore>,
    arriving: Mutex<HashMap<String, usize>>,
}

impl App {
    /// Ready to serve.
    pub fn new(parts: Parts) -> Self {
        let config = &parts.config;
        Self(Arc::new(Inner {
            sessions: parts.admin_token.as_deref().map(|token| Sessions::new(token, config.is_secure())),
            metrics: Metrics::default(),
            told: Kept::default(),
            checks: Pace::new(config.checks_per_minute, 60),
            filings: Pace::new(config.requests_per_hour, 3600),
            logins: Pace::new(config.logins_per_minute, 60),
            arrivals: Arc::new(Semaphore::new(config.uploads_max)),
            arriving: Mutex::default(),
            parts,
        }))
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.0.parts.config
    }

    /// What the program filled.
    pub fn parts(&self) -> &Parts {
        &self.0.parts
    }

    /// The counters.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Who is in, if officers' pages are open.
    pub fn sessions(&self) -> Option<&Sessions> {
        self.0.sessions.as_ref()
    }

    /// What time it is.
    pub fn now(&self) -> i64 {
        (self.0.parts.clock)()
    }

    /// The day it is in the reporting zone.
    pub fn today(&self) -> i32 {
        self.0.parts.zone.day(self.now())
    }

    /// Counts one more of what may not be done too often.
    ///
    /// # Errors
    /// Seconds to wait.
    pub(crate) fn count(&self, limit: &Pace, visitor: Visitor) -> Result<(), u64> {
        self.count_as(limit, visitor, self.0.parts.ownership.whose(visitor.counted).reach, self.now())
    }

    /// The same for whoever has found out already how the visitor's address is handed out and what time it is.
    ///
    /// # Errors
    /// Seconds to wait.
    pub(crate) fn count_as(&self, limit: &Pace, visitor: Visitor, reach: Reach, now: i64) -> Result<(), u64> {
        let counted = limit.count(visitor.counted, reach.is_shared(), now);
        if counted.is_err() {
            self.metrics().limited.fetch_add(1, Ordering::Relaxed);
        }
        counted
    }

    /// How often an address may be checked.
    pub(crate) fn checks(&self) -> &Pace {
        &self.0.checks
    }

    /// What visitors are told.
    pub(crate) fn told(&self) -> &Kept {
        &self.0.told
    }

    /// How often a request may be filed.
    pub(crate) fn filings(&self) -> &Pace {
        &self.0.filings
    }

    /// How often a token may be tried.
    pub(crate) fn logins(&self) -> &Pace {
        &self.0.logins
    }

    /// Does what may block outside the event loop.
    ///
    /// # Errors
    /// The answer to give when it came to nothing.
    pub(crate) async fn block<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Parts) -> T + Send + 'static,
    ) -> Result<T, Response> {
        let app = self.clone();
        let done = tokio::task::spawn_blocking(move || work(app.parts())).await;
        done.map_err(|_| answer::problem(StatusCode::INTERNAL_SERVER_ERROR))
    }

    /// A place for one more delivery.
    ///
    /// # Errors
    /// Whether this feed, or everybody, has too many under way.
    pub(crate) fn arrive(&self, feed: &str) -> Result<Arrival, Crowded> {
        let all = Arc::clone(&self.0.arrivals).try_acquire_owned().map_err(|_| Crowded::All)?;
        let mut arriving = self.0.arriving.lock().unwrap_or_else(PoisonError::into_inner);
        let of_feed = arriving.entry(feed.to_owned()).or_default();
        if *of_feed >= self.config().uploads_per_feed {
            return Err(Crowded::Feed);
        }
        *of_feed += 1;
        self.metrics().deliveries.fetch_add(1, Ordering::Relaxed);
        Ok(Arrival { app: self.clone(), feed: feed.to_owned(), _all: all })
    }
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crowded {
    /// This feed has too many under way.
    Feed,
    /// Everybody together has.
    All,
}

/// A place; given back when dropped.
pub(crate) struct Arrival {
    app: App,
    feed: String,
    _all: OwnedSemaphorePermit,
}

impl Drop for Arrival {
    fn drop(&mut self) {
        self.app.metrics().deliveries.fetch_sub(1, Ordering::Relaxed);
        let mut arriving = self.app.0.arriving.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_feed) = arriving.get_mut(&self.feed) {
            *of_feed -= 1;
            if *of_feed == 0 {
                arriving.remove(&self.feed);
            }
        }
    }
}
