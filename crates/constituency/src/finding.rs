//! What is wrong with a table: one finding for each thing written that could not be taken as written.

use serde::Serialize;

/// Most findings kept of one reading; what is beyond them is counted in a last one.
pub const FINDINGS_MAX: usize = 20_000;
/// Most characters kept of a value that is complained about.
const VALUE_MAX: usize = 200;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something written is not used: the cell where the message says so, else the row or the file.
    Error,
    /// Everything is used, perhaps put right; a person should look.
    Warning,
}

/// What is wrong; the key under which a person finds the text in his language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// A file that is none of the four tables, or one of them twice; a source that has not the form it should have.
    UnknownFile,
    /// One of the four tables was not given.
    MissingFile,
    /// No header line.
    NoHeader,
    /// A column the table does not have.
    UnknownColumn,
    /// A column the table cannot do without.
    MissingColumn,
    /// The same column twice.
    RepeatedColumn,
    /// Quotes that do not close, or another number of cells than the header has.
    BadRow,
    /// More rows than a table may have.
    TooManyRows,
    /// A code that is empty, too long or has blanks.
    BadCode,
    /// A cell that must not be empty.
    Empty,
    /// Not `YYYY-MM-DD`.
    BadDate,
    /// `valid_from` is not before `valid_to`.
    NoDays,
    /// A kind of organisation that is not in the list.
    UnknownKind,
    /// No such province.
    UnknownPlace,
    /// A code that `organisations.csv` does not have.
    UnknownOrganisation,
    /// The row holds on days on which its organisation does not exist.
    OutsideOrganisation,
    /// An organisation above itself.
    ParentLoop,
    /// Two rows of one code on the same days.
    Overlap,
    /// Neither a network in prefix notation nor a range of addresses.
    BadNetwork,
    /// A network written with bits beyond its prefix.
    HostBits,
    /// A word that is no flag, or two that contradict each other.
    BadFlags,
    /// Neither an operator nor an organisation.
    NoOwner,
    /// Not an autonomous system number.
    BadAsn,
    /// Not a domain name.
    BadDomain,
    /// A name under which anyone may register.
    RegistrySuffix,
    /// Two owners of the same thing on the same days: neither is answered.
    Conflict,
    /// Two rows that say the same on the same days.
    Repeated,
    /// More findings than are kept.
    TooMany,
}

impl Code {
    /// How bad it is.
    pub fn severity(self) -> Severity {
        match self {
            Self::MissingFile | Self::Empty | Self::OutsideOrganisation | Self::HostBits | Self::Repeated => {
                Severity::Warning
            }
            _ => Severity::Error,
        }
    }
}

/// One thing that is wrong with one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file, as it was named.
    pub file: String,
    /// Line from 1; 0 when it is about the whole file.
    pub line: u32,
    /// Column name, or empty when it is about the whole row.
    pub column: String,
    /// The value as written, cut to 200 characters.
    pub value: String,
    /// What is wrong.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The same for a log: an English fragment.
    pub message: String,
    /// Of a conflict the codes that are named, this row's first; else empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rivals: Vec<String>,
}

/// Where in the tables a finding is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'t> {
    pub(crate) file: &'t str,
    pub(crate) line: u32,
}

/// Findings being gathered, up to [`FINDINGS_MAX`].
#[derive(Debug, Default)]
pub(crate) struct Findings {
    kept: Vec<Finding>,
    beyond: usize,
}

impl Findings {
    pub(crate) fn add(&mut self, at: At<'_>, column: &str, value: &str, code: Code, message: impl Into<String>) {
        self.add_rivals(at, column, value, code, message, Vec::new());
    }

    /// As [`add`](Self::add), of rows that name different codes.
    pub(crate) fn add_rivals(
        &mut self,
        at: At<'_>,
        column: &str,
        value: &str,
        code: Code,
        message: impl Into<String>,
        rivals: Vec<String>,
    ) {
        if self.kept.len() >= FINDINGS_MAX {
            self.beyond += 1;
            return;
        }
        self.kept.push(Finding {
            file: at.file.to_owned(),
            line: at.line,
            column: column.to_owned(),
            value: value.chars().take(VALUE_MAX).collect(),
            code,
            severity: code.severity(),
            message: message.into(),
            rivals,
        });
    }

    /// By file and line, with a last one that counts those left off.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        self.kept.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        let beyond = std::mem::take(&mut self.beyond);
        if beyond > 0 {
            let everywhere = At { file: "", line: 0 };
            self.kept.truncate(FINDINGS_MAX - 1);
            self.add(everywhere, "", "", Code::TooMany, format!("{} more findings are not shown", beyond + 1));
        }
        self.kept
    }
}
