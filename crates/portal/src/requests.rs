//! What a visitor may ask of the authority: that an address is wrongly listed, that what is kept be erased.
//!
//! Every request has a code, which is its visitor's only key to it, and a day by which it is answered.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::tables::{BadTable, rows};
use crate::watch::Unanswered;

/// Most characters of the text of a request.
pub const TEXT_MAX: usize = 2000;
/// Most characters of a contact (an e-mail address has at most 254, RFC 5321).
pub const CONTACT_MAX: usize = 254;
/// Most requests the officers' page shows.
pub const LIST_MAX: usize = 500;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wish {
    /// *This address is wrongly listed.*
    Wrong,
    /// *Erase what is kept about me.*
    Erase,
}

impl Wish {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Wrong, Self::Erase];

    /// Its word in tables and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Erase => "erase",
        }
    }

    /// Its part of the path.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Wrong => "ghi-nhan-sai",
            Self::Erase => "xoa-du-lieu",
        }
    }
}

/// A request. Its address is the one its visitor came from, if he agreed to send it along.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Its code.
    pub code: String,
    /// What is asked.
    pub wish: Wish,
    /// Which address it is about.
    pub address: Option<IpAddr>,
    /// How to reach the visitor.
    pub contact: String,
    /// What he says.
    pub text: String,
    /// When it came, microseconds since 1970 UTC.
    pub at: i64,
    /// The last day (number since 1970) to answer it.
    pub due: i32,
    /// When it was answered.
    pub closed: Option<i64>,
}

impl std::fmt::Debug for Request {
    /// Without what its visitor said.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request").field("wish", &self.wish).field("due", &self.due).finish_non_exhaustive()
    }
}

/// Where requests are kept. Whoever keeps them erases closed ones when `data/retention.csv` says so.
pub trait Requests: Send + Sync {
    /// Keeps a new one; when this returns, it is on the disk.
    ///
    /// # Errors
    /// What went wrong.
    fn file(&self, request: &Request) -> Result<(), Unanswered>;

    /// The one of a code.
    ///
    /// # Errors
    /// What went wrong.
    fn find(&self, code: &str) -> Result<Option<Request>, Unanswered>;

    /// At most [`LIST_MAX`], open ones first, by the day they are due.
    ///
    /// # Errors
    /// What went wrong.
    fn list(&self) -> Result<Vec<Request>, Unanswered>;

    /// An officer has answered it.
    ///
    /// # Errors
    /// What went wrong.
    fn close(&self, code: &str, now: i64) -> Result<(), Unanswered>;
}

/// How soon requests are answered; `data/clocks.csv`.
#[derive(Debug, Clone)]
pub struct Clocks {
    days: BTreeMap<Wish, i32>,
}

impl Clocks {
    /// The shipped table.
    pub const SHIPPED: &'static str = include_str!("../data/clocks.csv");

    /// Reads a table.
    ///
    /// # Errors
    /// The first line that is not of the table's form, or a kind of request that is missing.
    pub fn parse(text: &str) -> Result<Self, BadTable> {
        let mut days = BTreeMap::new();
        for (line, cells) in rows(text) {
            let bad = || BadTable::line(line, &cells);
            let [name, count] = cells[..] else { return Err(bad()) };
            let wish = Wish::ALL.into_iter().find(|wish| wish.name() == name).ok_or_else(bad)?;
            days.insert(wish, count.parse().map_err(|_| bad())?);
        }
        match Wish::ALL.into_iter().find(|wish| !days.contains_key(wish)) {
            Some(wish) => Err(BadTable::missing(wish.name())),
            None => Ok(Self { days }),
        }
    }

    /// Days to answer.
    pub fn days(&self, wish: Wish) -> i32 {
        self.days.get(&wish).copied().unwrap_or_default()
    }
}
