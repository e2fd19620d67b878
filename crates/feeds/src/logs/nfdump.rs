//! Flows as CSV of [nfdump](https://github.com/phaag/nfdump) (`-o csv`): the form of 1.6 (`ts,te,td,sa,da,sp,dp,pr,…`)
//! and that of 1.7 (`firstSeen,…,srcAddr,…`), in any order of columns.
//!
//! A new header holds from there on. What follows the word `Summary` is no row until the next header.

use event::rows::{Problem, Reason};

use super::clock::Clock;
use super::line::{Line, Told, end};

/// What is read of a row: the column in the form of 1.6 and that of 1.7.
const NAMES: [[&str; 2]; 8] = [
    ["ts", "firstSeen"],
    ["sa", "srcAddr"],
    ["sp", "srcPort"],
    ["da", "dstAddr"],
    ["dp", "dstPort"],
    ["pr", "proto"],
    ["flowID", "flowID"],
    ["sniName", "sniName"],
];

/// Most columns of a flow that are looked at. The widest form has about a hundred.
const COLUMNS_MAX: usize = 1000;

/// Reads such a file; holds where the columns are.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// By column, up to the last that is read: its place in [`NAMES`].
    columns: Vec<Option<usize>>,
    is_summary: bool,
}

impl Reader {
    pub(super) fn read<'r>(&mut self, text: &'r str, clock: &mut Clock) -> Result<Told<'r>, Problem> {
        if let Some(columns) = header(text) {
            *self = Self { columns, is_summary: false };
            return Ok(Told::NoRow);
        }
        if self.is_summary || text.starts_with("Summary") || text.starts_with("No matched flows") {
            self.is_summary |= text.starts_with("Summary");
            return Ok(Told::NoRow);
        }
        self.row(text, clock)
    }

    fn row<'r>(&self, text: &'r str, clock: &mut Clock) -> Result<Told<'r>, Problem> {
        let [time, from, from_port, to, to_port, transport, flow, name] = self.cut(text)?;
        let has_ports = !transport.as_bytes().get(..4).is_some_and(|head| head.eq_ignore_ascii_case(b"icmp"));
        let port = |text| Some(text).filter(|_| has_ports);
        let line = Line {
            at: clock.read("ts", time)?,
            from: end(["sa", "sp"], Some(from), port(from_port))?,
            to: end(["da", "dp"], Some(to), port(to_port))?,
            name: Some(name).filter(|name| !name.is_empty()).map(Into::into),
            transport: transport.into(),
            mark: ("extra.flow_id", flow.into()),
            ..Line::default()
        };
        Ok(if line.is_empty() { Told::Nothing } else { Told::Line(line) })
    }

    /// The cells that are read, empty where there is no such column.
    fn cut<'r>(&self, text: &'r str) -> Result<[&'r str; NAMES.len()], Problem> {
        let has = |name| self.columns.contains(&Some(name));
        if let Some(missing) = [0, 1, 3].into_iter().find(|name| !has(*name)) {
            return Err(Problem::new(NAMES[missing][0], "", Reason::MissingColumn));
        }
        let (mut cells, mut written) = ([""; NAMES.len()], text.split(','));
        for place in &self.columns {
            let Some(cell) = written.next() else { return Err(Problem::new("", "", Reason::Malformed)) };
            if let Some(place) = *place {
                cells[place] = cell.trim_ascii();
            }
        }
        Ok(cells)
    }
}

/// The places of the columns, if this is a header: it names the time or an address.
fn header(text: &str) -> Option<Vec<Option<usize>>> {
    if !text.as_bytes().first()?.is_ascii_alphabetic() {
        return None;
    }
    let place = |cell: &str| NAMES.iter().position(|names| names.contains(&cell.trim_ascii()));
    let mut columns: Vec<_> = text.split(',').take(COLUMNS_MAX).map(place).collect();
    let last = columns.iter().rposition(Option::is_some)?;
    columns.truncate(last + 1);
    [0, 1, 3].iter().any(|name| columns.contains(&Some(*name))).then_some(columns)
}
