//! One connection held against every set of indicators.

use std::net::IpAddr;

/// One side of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Its address.
    pub ip: IpAddr,
    /// Its port, where the log tells one.
    pub port: Option<u16>,
}

/// What one row of a log tells of one connection, its texts as they were written.
#[derive(Debug, Clone, Copy)]
pub struct Contact<'r> {
    /// When it began, microseconds since 1970.
    pub at: i64,
    /// Who opened it; of a query, who asked.
    pub from: Option<End>,
    /// Whom it was opened to; of a query, nobody (the resolver is no contact).
    pub to: Option<End>,
    /// The name that was asked for or called: a DNS query, a TLS server name, the host of a URL.
    pub name: Option<&'r str>,
    /// Of an HTTP request what follows the host: path and query.
    pub path: Option<&'r str>,
}

/// Which side of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// [`Contact::from`].
    From,
    /// [`Contact::to`].
    To,
}

/// What an indicator is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A name with all names below it.
    Domain,
    /// An address, whatever the port.
    Address,
    /// An address with a port.
    AddressPort,
    /// A host (name or address, perhaps with a port) with a path.
    Url,
    /// A path on whatever host; only of logs that have URLs.
    Path,
}

/// A connection that touched a known malware host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit<'s> {
    /// The side that is ours.
    pub inside: Side,
    /// What the indicator is.
    pub kind: Kind,
    /// The indicator as it stands in its set.
    pub indicator: &'s str,
    /// The family as its set calls it.
    pub family: &'s str,
    /// Where it comes from.
    pub source: &'s str,
    /// How sure its source is, per cent.
    pub confidence: Option<u8>,
}

/// Everything a log is held against: indicators, what is never one, and which addresses are ours.
#[derive(Debug, Clone, Default)]
pub struct Watch;

impl Watch {
    /// What a connection touched, the most telling indicator first: URL, name, address with port, address, path.
    pub fn find(&self, _contact: &Contact<'_>) -> Option<Hit<'_>> {
        None
    }
}
