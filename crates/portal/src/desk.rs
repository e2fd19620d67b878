//! The seam to the pipeline: reports that arrive, and how they went.
//!
//! Calls may block; the portal makes them outside its event loop.

use serde::Serialize;

/// Most characters of a report's id.
pub const ID_MAX: usize = 80;
/// Most characters of a delivered file's name: what Shadowserver's longest ones need, thrice.
pub const NAME_MAX: usize = 200;

/// Where delivered reports go.
pub trait Desk: Send + Sync {
    /// Whether there is a feed of this name.
    fn knows(&self, feed: &str) -> bool;

    /// Begins to take in a file for a feed. `name` is a plain base name. What is dropped unfinished leaves nothing.
    ///
    /// # Errors
    /// Why not, for the sender.
    fn open(&self, feed: &str, name: &str) -> Result<Box<dyn Delivery>, Refused>;

    /// How a delivery went, for a feed if it is said: others may have had the same bytes. `None` for an id nobody got.
    ///
    /// # Errors
    /// Why it cannot be told.
    fn report(&self, feed: Option<&str>, id: &str) -> Result<Option<Report>, Refused>;

    /// Whether deliveries can be taken in now.
    fn ready(&self) -> bool;
}

/// A file being taken in.
pub trait Delivery: Send {
    /// The next bytes.
    ///
    /// # Errors
    /// Why no more are taken.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Refused>;

    /// All bytes are there: when this returns, they are on the disk. The same content for the same feed gets the same
    /// id, however often and however many at once.
    ///
    /// # Errors
    /// Why it is not accepted.
    fn finish(self: Box<Self>) -> Result<Receipt, Refused>;
}

/// Proof that a file was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// Letters, digits and hyphens, at most [`ID_MAX`].
    pub id: String,
    /// Whether the same content was there already.
    pub again: bool,
}

/// Why a delivery is not taken in, by what its sender should do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Come again in so many seconds.
    #[error("take it in now, come again in {0} s")]
    Busy(u32),
    /// The file is to blame: broken archive, beyond a limit.
    #[error("read the file: {0}")]
    Unreadable(String),
    /// We are to blame; the reason is for our log.
    #[error("do our work: {0}")]
    Failed(String),
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Accepted, not read yet.
    Waiting,
    /// Read.
    Done,
    /// It could not be read; the bytes are kept.
    Failed,
}

impl State {
    /// Its word in messages and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// A delivery and how it went. Rows = events + quarantined once it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The delivery's id.
    pub id: String,
    /// Its number in the journal, once it has one.
    pub seq: Option<i64>,
    /// The feed.
    pub feed: String,
    /// The file's name.
    pub name: String,
    /// How far it is.
    pub state: State,
    /// Why it failed.
    pub why: Option<String>,
    /// When it was accepted, microseconds since 1970 UTC.
    pub received: i64,
    /// When it was read.
    pub done: Option<i64>,
    /// Rows of the file.
    pub rows: u64,
    /// Rows that became events.
    pub events: u64,
    /// Rows kept aside.
    pub quarantined: u64,
    /// Of an archive with several reports each of them; the counts above are their sums.
    pub members: Vec<Report>,
}
