//! Logs of [Zeek](https://docs.zeek.org/en/master/log-formats.html): `conn`, `dns`, `ssl`, `http` and any other with the
//! addresses of a connection, as TSV and as JSON lines, even both in one file.
//!
//! A TSV log says in lines that begin with `#` how it is written; a new header holds from there on, so that files may be
//! put one behind the other. A row before `#fields`, or with more or fewer cells than it, is rejected.

use std::borrow::Cow;

use event::rows::{Problem, Reason};
use memchr::{memchr, memchr_iter};

use super::clock::Clock;
use super::line::{Line, Told, end};
use super::members::{self, pick};
use super::place::request;

/// What is read of a row, by place: see [`At`].
const NAMES: [&str; 16] = [
    "ts",
    "uid",
    "id.orig_h",
    "id.orig_p",
    "id.resp_h",
    "id.resp_p",
    "proto",
    "service",
    "query",
    "server_name",
    "host",
    "uri",
    "method",
    "AA",
    "established",
    "_path",
];

/// Places in [`NAMES`].
#[derive(Debug, Clone, Copy)]
enum At {
    Time,
    Uid,
    From,
    FromPort,
    To,
    ToPort,
    Proto,
    Service,
    Query,
    ServerName,
    Host,
    Uri,
    Method,
    Aa,
    Established,
    Path,
}

/// What a log is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Dns,
    Tls,
    Http,
    Other,
}

impl Shape {
    /// By its path, else by what it has: a member that says nothing may be left out in JSON.
    fn of(path: &str, has: impl Fn(At) -> bool) -> Self {
        match path {
            "dns" => Self::Dns,
            "ssl" => Self::Tls,
            "http" => Self::Http,
            "conn" => Self::Other,
            _ if has(At::Query) || has(At::Aa) => Self::Dns,
            _ if has(At::ServerName) || has(At::Established) => Self::Tls,
            _ if has(At::Uri) || has(At::Host) && has(At::Method) => Self::Http,
            _ => Self::Other,
        }
    }

    fn application(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::Http => "http",
            Self::Other => "",
        }
    }
}

/// Reads such a log; holds what its last header said.
#[derive(Debug)]
pub(super) struct Reader {
    separator: u8,
    unset: String,
    empty: String,
    path: String,
    fields: Option<Fields>,
}

/// The columns of a TSV log.
#[derive(Debug)]
struct Fields {
    count: usize,
    /// By column, up to the last that is read: its place in [`NAMES`].
    wanted: Vec<Option<usize>>,
    shape: Shape,
}

impl Default for Reader {
    fn default() -> Self {
        Self { separator: b'\t', unset: "-".into(), empty: "(empty)".into(), path: String::new(), fields: None }
    }
}

impl Reader {
    pub(super) fn read<'r>(&mut self, text: &'r str, clock: &mut Clock) -> Result<Told<'r>, Problem> {
        match text.as_bytes() {
            [b'#', ..] => {
                self.header(text);
                Ok(Told::NoRow)
            }
            [b'{', ..] => json(text, clock),
            _ => self.row(text, clock),
        }
    }

    /// One line of a header; what is not known there says nothing of the rows.
    fn header(&mut self, text: &str) {
        if let Some(separator) = text.strip_prefix("#separator ") {
            let separator = match *unescaped(separator).as_bytes() {
                [byte] => byte,
                // No row has such a byte, so none has the right number of cells.
                _ => 0,
            };
            *self = Self { separator, ..Self::default() };
            return;
        }
        let Some((word, rest)) = text.split_once(char::from(self.separator)) else { return };
        match word {
            "#unset_field" => self.unset = rest.to_owned(),
            "#empty_field" => self.empty = rest.to_owned(),
            "#path" => self.path = rest.to_owned(),
            "#fields" => self.fields = Some(Fields::new(rest, self.separator, &self.path)),
            _ => {}
        }
    }

    fn row<'r>(&self, text: &'r str, clock: &mut Clock) -> Result<Told<'r>, Problem> {
        let Some(fields) = &self.fields else { return Err(Problem::new("#fields", "", Reason::MissingColumn)) };
        let cells = fields.cut(text, self.separator).ok_or_else(|| Problem::new("", "", Reason::Malformed))?;
        let cell = |at: At| cells[at as usize].filter(|cell| *cell != self.unset && *cell != self.empty);
        line(fields.shape, |at| cell(at).map(unescaped), clock)
    }
}

impl Fields {
    fn new(names: &str, separator: u8, path: &str) -> Self {
        let names: Vec<_> = names.split(char::from(separator)).collect();
        let place = |name: &&str| NAMES.iter().position(|known| known == name);
        let mut wanted: Vec<_> = names.iter().map(place).collect();
        let last = wanted.iter().rposition(Option::is_some).map_or(0, |at| at + 1);
        wanted.truncate(last);
        let shape = Shape::of(path, |at| wanted.contains(&Some(at as usize)));
        Self { count: names.len(), wanted, shape }
    }

    /// The cells that are read; `None` if there are not as many as columns.
    #[inline]
    fn cut<'r>(&self, text: &'r str, separator: u8) -> Option<members::Picked<'r, { NAMES.len() }>> {
        let (mut cells, mut ends) = ([None; NAMES.len()], memchr_iter(separator, text.as_bytes()));
        let mut start = 0;
        for (column, place) in self.wanted.iter().enumerate() {
            let end = match ends.next() {
                Some(end) => end,
                None if column + 1 == self.count => text.len(),
                None => return None,
            };
            if let Some(place) = *place {
                cells[place] = text.get(start..end);
            }
            start = end + 1;
        }
        let rest = match text.as_bytes().get(start..) {
            Some(rest) => memchr_iter(separator, rest).count() + 1,
            None => 0,
        };
        (self.wanted.len() + rest == self.count).then_some(cells)
    }
}

fn json<'r>(text: &'r str, clock: &mut Clock) -> Result<Told<'r>, Problem> {
    let members = pick(&NAMES, text).ok_or_else(|| Problem::new("", "", Reason::Malformed))?;
    let member = |at: At| members[at as usize].and_then(members::text);
    let path = member(At::Path);
    let shape = Shape::of(path.as_deref().unwrap_or_default(), |at| members[at as usize].is_some());
    line(shape, member, clock)
}

fn line<'r>(shape: Shape, cell: impl Fn(At) -> Option<Cow<'r, str>>, clock: &mut Clock) -> Result<Told<'r>, Problem> {
    let [from, from_port, to, to_port] = [At::From, At::FromPort, At::To, At::ToPort];
    let transport = cell(At::Proto).unwrap_or_default();
    // Of ICMP there stand a type and a code.
    let has_ports = transport != "icmp";
    let side = |ip: At, port: At| {
        let written = if has_ports { cell(port) } else { None };
        end([NAMES[ip as usize], NAMES[port as usize]], cell(ip).as_deref(), written.as_deref())
    };
    let mut line = Line {
        at: clock.read("ts", &cell(At::Time).unwrap_or_default())?,
        from: side(from, from_port)?,
        to: side(to, to_port)?,
        transport,
        application: shape.application().into(),
        mark: ("extra.uid", cell(At::Uid).unwrap_or_default()),
        ..Line::default()
    };
    match shape {
        Shape::Dns => {
            // Whom the query was sent to is the resolver.
            line.to = None;
            line.name = cell(At::Query);
        }
        Shape::Tls => line.name = cell(At::ServerName),
        Shape::Http => request(&mut line, cell(At::Host), cell(At::Uri)),
        Shape::Other => line.application = service(cell(At::Service)),
    }
    Ok(if line.is_empty() { Told::Nothing } else { Told::Line(line) })
}

/// What Zeek found a connection to speak: one word, or several with commas between them.
fn service(words: Option<Cow<'_, str>>) -> Cow<'_, str> {
    match words.as_deref() {
        Some("ssl") => "tls".into(),
        _ => words.filter(|words| !words.contains(',')).unwrap_or_default(),
    }
}

/// `\x09` as the byte that was meant; bytes that are then no UTF-8 are read as Latin-1.
#[inline]
fn unescaped(text: &str) -> Cow<'_, str> {
    if memchr(b'\\', text.as_bytes()).is_none() { Cow::Borrowed(text) } else { Cow::Owned(unescape(text)) }
}

#[cold]
fn unescape(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = match rest {
            [b'\\', b'x', high, low, ..] => hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { &rest[4..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|error| error.as_bytes().iter().map(|byte| char::from(*byte)).collect())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
