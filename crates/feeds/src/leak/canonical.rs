//! The canonical CSV: what is kept of a leak list.

use event::rows::Reason;

/// Its columns.
pub(super) const COLUMNS: [&str; 5] = ["account", "source", "leak_date", "kind", "host"];
/// In the place of an account: the row was not understood. Then come its number and the reason's code.
pub(super) const UNREADABLE: &str = "#unreadable";

/// What is kept of a row; empty where nothing is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Kept {
    pub(super) account: String,
    pub(super) source: String,
    pub(super) leak_date: String,
    pub(super) kind: String,
    pub(super) host: String,
}

pub(super) fn write_header(out: &mut Vec<u8>) {
    write(COLUMNS, out);
}

/// Writes a row, or that it was none.
pub(super) fn write_row(number: u64, row: &Result<Kept, Reason>, out: &mut Vec<u8>) {
    match row {
        Ok(Kept { account, source, leak_date, kind, host }) => write([account, source, leak_date, kind, host], out),
        Err(reason) => write([UNREADABLE, &number.to_string(), reason.code(), "", ""], out),
    }
}

/// The reason that such a row gives; one that is none of ours says only that much.
pub(super) fn reason(code: &str) -> Reason {
    Reason::ALL.into_iter().find(|reason| reason.code() == code).unwrap_or(Reason::Malformed)
}

fn write(cells: [&str; 5], out: &mut Vec<u8>) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        match cell.contains(['"', ',']) {
            true => out.extend_from_slice(format!("\"{}\"", cell.replace('"', "\"\"")).as_bytes()),
            false => out.extend_from_slice(cell.as_bytes()),
        }
    }
    out.push(b'\n');
}
