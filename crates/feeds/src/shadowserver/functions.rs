//! What may be done to a cell before it is stored: the functions a schema names.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use event::{clean, time};

use crate::record::Row;

/// Most digits of a whole number, as in Python (`sys.int_info.default_max_str_digits`).
const DIGITS_MAX: usize = 4300;

/// What a function makes of a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'t> {
    /// Nothing was said.
    Nothing,
    /// The cell cannot be read as what it should be.
    Failure,
    /// A text.
    Text(Cow<'t, str>),
    /// `true`, `false` or a number, as JSON writes it.
    Literal(Cow<'t, str>),
}

/// The functions, in the words of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    AddUtcToTimestamp,
    CategoryOrDetail,
    ConvertBool,
    ConvertDate,
    ConvertFloat,
    ConvertHttpHostAndUrl,
    ConvertInt,
    ExtractCveFromTag,
    ForceBase64,
    InvalidateZero,
    ScanExchangeIdentifier,
    ScanExchangeTaxonomy,
    ScanExchangeType,
    ValidateFqdn,
    ValidateIp,
    ValidateNetwork,
    ValidateToNone,
}

impl Function {
    /// The function of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "add_UTC_to_timestamp" => Self::AddUtcToTimestamp,
            "category_or_detail" => Self::CategoryOrDetail,
            "convert_bool" => Self::ConvertBool,
            "convert_date" | "convert_date_utc" => Self::ConvertDate,
            "convert_float" => Self::ConvertFloat,
            "convert_http_host_and_url" => Self::ConvertHttpHostAndUrl,
            "convert_int" => Self::ConvertInt,
            "extract_cve_from_tag" => Self::ExtractCveFromTag,
            "force_base64" => Self::ForceBase64,
            "invalidate_zero" => Self::InvalidateZero,
            "scan_exchange_identifier" => Self::ScanExchangeIdentifier,
            "scan_exchange_taxonomy" => Self::ScanExchangeTaxonomy,
            "scan_exchange_type" => Self::ScanExchangeType,
            "validate_fqdn" => Self::ValidateFqdn,
            "validate_ip" => Self::ValidateIp,
            "validate_network" => Self::ValidateNetwork,
            "validate_to_none" => Self::ValidateToNone,
            _ => return None,
        })
    }

    /// Whether it makes nothing of an empty cell.
    pub(super) fn skips_empty(self) -> bool {
        use Function as F;
        let exchange = matches!(self, F::ScanExchangeIdentifier | F::ScanExchangeTaxonomy | F::ScanExchangeType);
        !exchange && !matches!(self, F::AddUtcToTimestamp | F::CategoryOrDetail | F::ConvertHttpHostAndUrl)
    }

    /// Applies it to a cell of a row.
    pub(super) fn apply<'t>(self, cell: &'t str, row: &Named<'t>) -> Value<'t> {
        match self {
            Self::AddUtcToTimestamp => add_utc(cell),
            Self::CategoryOrDetail => category_or_detail(row),
            Self::ConvertBool => convert_bool(cell),
            Self::ConvertDate => time::parse(cell).map_or(Value::Nothing, |at| text(time::to_text(at))),
            Self::ConvertFloat if cell.is_empty() => Value::Nothing,
            Self::ConvertFloat => float(cell).map_or(Value::Failure, |number| Value::Literal(Cow::Owned(number))),
            Self::ConvertHttpHostAndUrl => text(http_url(row).map_or(Cow::Borrowed(cell), Cow::Owned)),
            Self::ConvertInt if cell.is_empty() => Value::Nothing,
            Self::ConvertInt => whole(cell).map_or(Value::Failure, Value::Literal),
            Self::ExtractCveFromTag => cves(cell),
            Self::ForceBase64 => force_base64(cell),
            Self::InvalidateZero => invalidate_zero(cell),
            Self::ScanExchangeIdentifier => exchange(cell, "exchange-server-webshell", "vulnerable-exchange-server"),
            Self::ScanExchangeTaxonomy => exchange(cell, "intrusions", "vulnerable"),
            Self::ScanExchangeType => exchange(cell, "system-compromise", "vulnerable-system"),
            Self::ValidateFqdn => only_if(cell, clean::fqdn(cell.trim()).is_some()),
            Self::ValidateIp => only_if(cell, may_be_address(cell) && clean::parse_address(cell.trim()).is_some()),
            Self::ValidateNetwork => only_if(cell, cell.contains('/') && clean::network(cell.trim()).is_some()),
            Self::ValidateToNone => validate_to_none(cell),
        }
    }
}

fn text<'t>(text: impl Into<Cow<'t, str>>) -> Value<'t> {
    Value::Text(text.into())
}

fn only_if(cell: &str, is_so: bool) -> Value<'_> {
    if is_so { text(cell) } else { Value::Nothing }
}

/// The text, if it says something.
#[inline]
pub(super) fn validate_to_none(cell: &str) -> Value<'_> {
    only_if(cell, says_something(cell))
}

/// What `validate_to_none` asks.
#[inline]
pub(super) fn says_something(cell: &str) -> bool {
    !matches!(cell.as_bytes(), b"" | b"0" | b"unknown")
}

/// What `validate_ip` asks beyond a valid address: not none, and no network, which only one of these is taken for an address.
#[inline]
pub(super) fn may_be_address(cell: &str) -> bool {
    let cell = clean::trim(cell).as_bytes();
    cell != b"0.0.0.0" && !cell.ends_with(b"/32") && !cell.ends_with(b"/128")
}

/// With a zone behind it no cell says nothing: an empty one is a broken time.
fn add_utc(cell: &str) -> Value<'_> {
    match cell {
        "" | "-" | "N/A" => Value::Failure,
        cell => text(cell),
    }
}

fn convert_bool(cell: &str) -> Value<'static> {
    let is = |words: [&str; 5]| words.into_iter().any(|word| word.eq_ignore_ascii_case(cell));
    if is(["y", "yes", "true", "enabled", "1"]) {
        Value::Literal(Cow::Borrowed("true"))
    } else if is(["n", "no", "false", "disabled", "0"]) {
        Value::Literal(Cow::Borrowed("false"))
    } else {
        Value::Nothing
    }
}

fn invalidate_zero(cell: &str) -> Value<'_> {
    if cell.is_empty() {
        return Value::Nothing;
    }
    match whole(cell) {
        Some(number) if number == "0" => Value::Nothing,
        Some(number) => Value::Literal(number),
        None => Value::Failure,
    }
}

/// A whole number of any size as JSON writes it. Blanks around, a sign, leading zeros and `_` between digits may be there, as in Python's `int`.
fn whole(cell: &str) -> Option<Cow<'_, str>> {
    let is_plain = cell.bytes().all(|byte| byte.is_ascii_digit()) && !cell.starts_with('0');
    if is_plain && (1..=DIGITS_MAX).contains(&cell.len()) {
        return Some(Cow::Borrowed(cell));
    }
    let cell = cell.trim();
    let (sign, digits) = match cell.strip_prefix(['+', '-']) {
        Some(digits) => (&cell[..1], digits),
        None => ("", cell),
    };
    let digits = without_separators(digits)?;
    if digits.is_empty() || digits.len() > DIGITS_MAX || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(match digits.trim_start_matches('0') {
        "" => Cow::Borrowed("0"),
        digits if sign == "-" => Cow::Owned(format!("-{digits}")),
        digits => Cow::Owned(digits.to_owned()),
    })
}

/// Digits without the single `_` that Python allows between two of them.
fn without_separators(number: &str) -> Option<Cow<'_, str>> {
    if !number.contains('_') {
        return Some(Cow::Borrowed(number));
    }
    let bytes = number.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let fits = |at: usize| bytes[at] != b'_' || (is_digit(at.checked_sub(1)) && is_digit(at.checked_add(1)));
    (0..bytes.len()).all(fits).then(|| Cow::Owned(number.replace('_', "")))
}

/// A finite decimal number as Python's `repr` writes it: shortest, with an exponent below 1e-4 and from 1e16 on.
fn float(cell: &str) -> Option<String> {
    let number: f64 = without_separators(cell.trim())?.parse().ok()?;
    if !number.is_finite() {
        return None;
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    if (-4..16).contains(&exponent) {
        return Some(format!("{number:?}"));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    Some(format!("{digits}e{sign}{:02}", exponent.abs()))
}

/// The tags that are exactly `cve-<digits>-<digits>`, sorted, each once.
fn cves(cell: &str) -> Value<'static> {
    if !cell.contains("cve-") {
        return Value::Nothing;
    }
    let mut found: Vec<&str> = cell.split(';').filter(|tag| is_cve(tag)).collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() { Value::Nothing } else { text(found.join(";")) }
}

fn is_cve(tag: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = tag.strip_prefix("cve-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(year, number)| is_number(year) && is_number(number))
}

fn force_base64(cell: &str) -> Value<'_> {
    if cell.is_empty() {
        return Value::Nothing;
    }
    match STANDARD.decode(cell) {
        Ok(_) => text(cell),
        Err(_) => text(STANDARD.encode(cell)),
    }
}

fn exchange(cell: &str, webshell: &'static str, vulnerable: &'static str) -> Value<'static> {
    text(if cell.contains("webshell") { webshell } else { vulnerable })
}

fn category_or_detail<'t>(row: &Named<'t>) -> Value<'t> {
    match row.get(Aside::Category) {
        "" => row.cell(Aside::Detail).map_or(Value::Nothing, text),
        category => text(category),
    }
}

/// The URL that host and path make together; `None` unless both are there.
fn http_url(row: &Named<'_>) -> Option<String> {
    let first = |columns: &[Aside]| columns.iter().map(|column| row.get(*column)).find(|text| !text.is_empty());
    let host = first(&[Aside::CcDns, Aside::HttpHost, Aside::Hostname, Aside::Ip])?;
    let path = first(&[Aside::Url, Aside::HttpUrl])?;
    let path = path.find('/').map_or("", |slash| &path[slash..]);
    let path = path.split(char::is_whitespace).next().unwrap_or_default();
    let scheme = if row.get(Aside::Application) == "https" { "https" } else { "http" };
    Some(format!("{scheme}://{host}{path}"))
}

/// Columns that functions look at beside their own cell.
#[derive(Debug, Clone, Copy)]
pub(super) enum Aside {
    Application,
    Category,
    CcDns,
    Detail,
    Hostname,
    HttpHost,
    HttpUrl,
    Ip,
    Url,
}

/// The columns' names, by position.
const ASIDES: [&str; 9] =
    ["application", "category", "cc_dns", "detail", "hostname", "http_host", "http_url", "ip", "url"];

/// Where a report has those columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asides([Option<usize>; ASIDES.len()]);

impl Asides {
    /// Finds them in a header.
    pub(super) fn find(header: &[String]) -> Self {
        Self(ASIDES.map(|name| header.iter().position(|column| column == name)))
    }
}

/// A row whose cells can be asked for by name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'r> {
    pub(super) row: Row<'r>,
    pub(super) asides: &'r Asides,
}

impl<'r> Named<'r> {
    fn cell(&self, column: Aside) -> Option<&'r str> {
        self.row.get(self.asides.0[column as usize]?)
    }

    fn get(&self, column: Aside) -> &'r str {
        self.cell(column).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_those_of_python() {
        let long = "9".repeat(40);
        for (cell, wanted) in [
            ("7", Some("7")),
            ("007", Some("7")),
            (" -0 ", Some("0")),
            ("+5", Some("5")),
            ("-12", Some("-12")),
            ("1_000", Some("1000")),
            (&long, Some(long.as_str())),
            ("1__0", None),
            ("_1", None),
            ("1.0", None),
            ("", None),
            ("+", None),
            ("0x1", None),
        ] {
            assert_eq!(whole(cell).as_deref(), wanted, "{cell}");
        }
        assert_eq!(whole(&"9".repeat(DIGITS_MAX + 1)), None);
    }

    #[test]
    fn decimal_numbers_are_written_as_python_writes_them() {
        for (cell, wanted) in [
            ("1", Some("1.0")),
            ("0.1", Some("0.1")),
            ("-0", Some("-0.0")),
            (" 1_0.5 ", Some("10.5")),
            ("1e15", Some("1000000000000000.0")),
            ("1e16", Some("1e+16")),
            ("123456789012345678", Some("1.2345678901234568e+17")),
            ("0.0001", Some("0.0001")),
            ("0.00001", Some("1e-05")),
            ("1e-300", Some("1e-300")),
            ("nan", None),
            ("1e999", None),
            ("one", None),
        ] {
            assert_eq!(float(cell).as_deref(), wanted, "{cell}");
        }
    }

    #[test]
    fn vulnerabilities_are_whole_tags() {
        assert_eq!(cves("ssl;cve-2021-2;cve-2019-10;cve-2021-2"), text("cve-2019-10;cve-2021-2"));
        assert_eq!(cves("cve-2021-;cve-2021-1x;CVE-2021-1; cve-2021-1"), Value::Nothing);
    }

    #[test]
    fn what_is_base64_stays() {
        assert_eq!(force_base64("YWJj"), text("YWJj"));
        assert_eq!(force_base64("YWJ"), text("WVdK"));
        assert_eq!(force_base64("a b"), text("YSBi"));
    }
}
