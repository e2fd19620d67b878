//! Lists of leaked accounts: the cases of `testdata/leak`, and that no password ever comes through.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod golden;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use feeds::format::RECORD_MAX;
use feeds::leak::{Parser, Scrub};
use golden::{Read, drive};
use proptest::prelude::*;

fn scrub(bytes: &[u8], sizes: &[usize]) -> Vec<u8> {
    let (mut scrub, mut out, mut rest) = (Scrub::new(), Vec::new(), bytes);
    for size in sizes.iter().cycle() {
        let (piece, after) = rest.split_at((*size).min(rest.len()));
        rest = after;
        scrub.push(piece, rest.is_empty(), &mut out);
        if rest.is_empty() {
            break;
        }
    }
    out
}

fn scrubbed(bytes: &[u8]) -> String {
    String::from_utf8(scrub(bytes, &[usize::MAX])).expect("canonical lists are UTF-8")
}

fn read(name: &str, canonical: &[u8], sizes: &[usize]) -> Read {
    let mut parser = Parser::new(name);
    drive(|bytes, last, sink| parser.parse(bytes, last, sink), canonical, sizes)
}

#[test]
fn cases() {
    for case in golden::cases("leak") {
        let (name, bytes) = golden::input(&case);
        let canonical = scrub(&bytes, &[usize::MAX]);
        assert_eq!(scrub(&bytes, &[1]), canonical, "byte by byte: {}", case.display());
        assert_eq!(scrub(&canonical, &[7]), canonical, "again: {}", case.display());
        let whole = read(&name, &canonical, &[usize::MAX]);
        golden::compare(&case, &whole);
        assert_eq!(read(&name, &canonical, &[1]), whole, "byte by byte: {}", case.display());
        for text in [&whole.events, &String::from_utf8_lossy(&canonical).into_owned()] {
            assert!(!text.to_lowercase().contains("secret"), "a password is in {text}");
        }
    }
}

/// The ministry's list of 2018: 1,809 accounts under 512 names of the state's domain.
#[test]
fn the_list_of_2018_is_read_whole() {
    const ACCOUNTS: usize = 1809;
    const NAMES: usize = 512;
    let mut list = String::from("Tên đăng nhập;Mật khẩu;Nguồn\r\n");
    for n in 0..ACCOUNTS {
        write!(list, "Can.Bo{n}@Don-Vi{}.gov.vn;\"secret;{n}\";made-up\r\n", n % NAMES).expect("written");
    }
    let canonical = scrub(list.as_bytes(), &[4096]);
    let read = read("2018-12-24-accounts.leak.csv", &canonical, &[4096]);
    assert_eq!((read.events.lines().count(), read.rejected.len()), (ACCOUNTS, 0));
    let accounts = read.events.lines().map(|line| {
        let event: serde_json::Value = serde_json::from_str(line).expect("json");
        event["source.account"].as_str().expect("account").to_owned()
    });
    let accounts: BTreeSet<String> = accounts.collect();
    let names: BTreeSet<&str> = accounts.iter().filter_map(|account| account.split_once('@')).map(|(_, n)| n).collect();
    assert_eq!((accounts.len(), names.len()), (ACCOUNTS, NAMES));
    assert!(names.iter().all(|name| name.starts_with("don-vi") && name.ends_with(".gov.vn")));
    assert!(!read.events.contains("secret"));
}

#[test]
fn without_a_date_in_the_name_the_delivery_is_the_time() {
    let canonical = scrub(b"user@example.org:secret", &[9]);
    let mut parser = Parser::new("accounts.leak.txt");
    let mut sink = golden::sink();
    parser.delivered_at(1_545_609_600_000_000);
    parser.parse(&canonical, true, &mut sink);
    assert_eq!((sink.events.len(), sink.rejected.len(), parser.date()), (1, 0, None));
    let mut dated = Parser::new("2018-12-01.leak.txt");
    dated.delivered_at(1_545_609_600_000_000);
    assert!(read("2018-12-01.leak.txt", &canonical, &[99]).events.contains("2018-12-01T00:00:00+00:00"));
    let nameless = read("accounts.leak.txt", &canonical, &[99]);
    assert_eq!(nameless.rejected.iter().map(|r| r.problem.reason.code()).collect::<Vec<_>>(), ["missing-time"]);
}

#[test]
fn what_was_not_scrubbed_is_rejected_without_its_content() {
    let read = read("2018-12-01.leak.csv", b"email,password\nuser@example.org,secret\n", &[99]);
    assert_eq!((read.events.as_str(), read.rejected.len()), ("", 1));
    assert!(!format!("{:?}", read.rejected).contains("secret"));
}

#[test]
fn a_line_of_any_length_is_one_row_that_is_none() {
    // What a line of 2 GB does, at the hundredth part of it.
    const PIECES: usize = 20;
    let (mut scrub, mut out) = (Scrub::new(), Vec::new());
    scrub.push(b"email,password\nuser@example.org,", false, &mut out);
    for _ in 0..PIECES {
        scrub.push(&vec![b'x'; RECORD_MAX], false, &mut out);
    }
    scrub.push(b"\nother@example.org,secret", true, &mut out);
    let wanted = "account,source,leak_date,kind,host\n#unreadable,1,too-long,,\nother@example.org,,,,\n";
    assert_eq!((String::from_utf8(out).expect("UTF-8").as_str(), scrub.rows()), (wanted, 2));
    let whole = [vec![b'{'; 3 * RECORD_MAX], b"\n[\n".to_vec()].concat();
    assert!(scrubbed(&whole).contains(",too-long,"));
}

/// Every piece of every password holds this; nothing else does, in whatever case.
const MARK: &str = "Zq7";

fn password() -> impl Strategy<Value = String> {
    proptest::collection::vec(("[a-z]{0,3}", "[@.:;,|\"' /\t#=?-]|://|\"\"|é"), 0..5).prop_map(|pieces| {
        let pieces = pieces.iter().map(|(word, sign)| format!("{MARK}{word}{sign}"));
        format!("{}{MARK}x", pieces.collect::<String>())
    })
}

/// Account, password, where it leaked, URL.
type Entry = (String, String, String, String);

fn entry() -> impl Strategy<Value = Entry> {
    let account = "[a-z]{1,6}[.][a-z]{1,4}@([a-z]{1,5}[.]){1,2}example";
    (account, password(), "[A-Z][a-z]{2,8} [0-9]{4}", "https://[a-z]{3,6}[.]example/[a-z]{0,4}")
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    proptest::collection::vec(entry(), 1..6)
}

/// How a list is written.
#[derive(Debug, Clone)]
struct Style {
    delimiter: char,
    /// Every cell, those that need it, or none at all.
    quotes: u8,
    order: Vec<usize>,
    account: &'static str,
    secret: &'static str,
    is_upper: bool,
    line_end: &'static str,
    mark: &'static str,
    nul_every: usize,
    is_latin1: bool,
}

fn style() -> impl Strategy<Value = Style> {
    let accounts = proptest::sample::select(&["email", "E-Mail", "account", "login", "Tài khoản", "user_name"][..]);
    let secrets = proptest::sample::select(&["password", "pass", "Mật khẩu", "bcrypt", "plain", "x", ""][..]);
    let bytes = (proptest::sample::select(&["", "\u{feff}"][..]), 0usize..9, any::<bool>());
    let form = (proptest::sample::select(&[',', ';', '\t', '|'][..]), 0u8..3, Just(vec![0, 1, 2, 3]).prop_shuffle());
    (form, accounts, secrets, any::<bool>(), proptest::sample::select(&["\n", "\r\n"][..]), bytes).prop_map(
        |((delimiter, quotes, order), account, secret, is_upper, line_end, (mark, nul_every, is_latin1))| Style {
            delimiter,
            quotes,
            order,
            account,
            secret,
            is_upper,
            line_end,
            mark,
            nul_every,
            is_latin1,
        },
    )
}

impl Style {
    fn cell(&self, text: &str) -> String {
        let needs = text.contains([self.delimiter, '"', '\n', '\r']);
        match self.quotes {
            0 => format!("\"{}\"", text.replace('"', "\"\"")),
            1 if needs => format!("\"{}\"", text.replace('"', "\"\"")),
            _ => text.to_owned(),
        }
    }

    fn line(&self, cells: [&str; 4]) -> String {
        let cells: Vec<_> = self.order.iter().map(|at| self.cell(cells[*at])).collect();
        format!("{}{}", cells.join(&self.delimiter.to_string()), self.line_end)
    }

    fn csv(&self, entries: &[Entry]) -> Vec<u8> {
        let account = if self.is_upper { self.account.to_uppercase() } else { self.account.to_owned() };
        let mut text = format!("{}{}", self.mark, self.line([&account, self.secret, "Source", "url"]));
        for (account, secret, source, url) in entries {
            text.push_str(&self.line([account, secret, source, url]));
        }
        self.bytes(&text)
    }

    /// As the bytes of a file: in Latin-1, with NULs.
    fn bytes(&self, text: &str) -> Vec<u8> {
        let latin1 = self.is_latin1.then(|| text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect());
        let bytes: Vec<u8> = latin1.flatten().unwrap_or_else(|| text.as_bytes().to_vec());
        let nul = |at: usize| self.nul_every > 0 && at.is_multiple_of(self.nul_every);
        bytes.into_iter().enumerate().flat_map(|(at, byte)| [Some(byte), nul(at).then_some(0)]).flatten().collect()
    }
}

/// Nothing of a password is in what is kept, one row is one row, and it is the same in any pieces and when done again.
fn check(list: &[u8], rows: usize, sizes: &[usize]) -> Result<String, TestCaseError> {
    let kept = scrubbed(list);
    prop_assert!(!kept.to_lowercase().contains(&MARK.to_lowercase()), "kept: {}", kept);
    prop_assert_eq!(kept.lines().count(), rows + 1);
    prop_assert_eq!(scrub(list, sizes), kept.as_bytes());
    prop_assert_eq!(scrubbed(kept.as_bytes()), kept.as_str());
    Ok(kept)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_password_comes_through_a_sheet(entries in entries(), style in style(), sizes in proptest::collection::vec(1usize..40, 1..4)) {
        let kept = check(&style.csv(&entries), entries.len(), &sizes)?;
        if style.quotes < 2 {
            for (account, ..) in &entries {
                prop_assert!(kept.contains(account.as_str()), "{} is not in {}", account, kept);
            }
        }
    }

    #[test]
    fn no_password_comes_through_json(entries in entries(), style in style(), is_array: bool, sizes in proptest::collection::vec(1usize..40, 1..4)) {
        let object = |(account, secret, source, url): &Entry| {
            serde_json::json!({style.account: account, "password": secret, "more": {"email": secret, "x": [secret]}, "Source": source, "url": url})
        };
        let lines: Vec<_> = entries.iter().map(|entry| object(entry).to_string()).collect();
        let text = if is_array { format!("[{}]", lines.join(",\n")) } else { lines.join(style.line_end) };
        let kept = check(&style.bytes(&format!("{}{text}", style.mark)), entries.len(), &sizes)?;
        for (account, _, source, _) in &entries {
            prop_assert!(kept.contains(account.as_str()) && kept.contains(source.as_str()));
        }
    }

    #[test]
    fn no_password_comes_through_a_combo_list(entries in entries(), style in style(), end in proptest::sample::select(&[':', ';', '|', '\t'][..]), form in 0usize..5, has_head: bool, sizes in proptest::collection::vec(1usize..40, 1..4)) {
        let line = |(account, secret, _, url): &Entry| match form {
            0 => format!("{account}{end}{secret}"),
            1 => format!("{url}{end}{account}{end}{secret}"),
            2 => format!("{url}{end}{secret}"),
            3 => format!("{url}{end}nobody{end}{secret}"),
            _ => format!("{secret}{end}{account}"),
        };
        let head = if has_head && form == 0 { format!("email:pass{}", style.line_end) } else { String::new() };
        let lines: Vec<_> = entries.iter().map(line).collect();
        let text = format!("{}{head}{}", style.mark, lines.join(style.line_end));
        // A password at the start of a list may look like a comment.
        prop_assume!(!text.trim_start_matches('\u{feff}').starts_with('#'));
        check(&style.bytes(&text), entries.len(), &sizes)?;
    }

    #[test]
    fn any_bytes_are_scrubbed(bytes: Vec<u8>, text in "(account|email|a@b.example|[:;,|\t\"{}\\[\\] #\n]|x){0,40}", sizes in proptest::collection::vec(1usize..40, 1..4)) {
        for bytes in [&bytes[..], text.as_bytes()] {
            let kept = scrubbed(bytes);
            prop_assert_eq!(scrub(bytes, &sizes), kept.as_bytes());
            prop_assert_eq!(scrubbed(kept.as_bytes()), kept.as_str());
            let read = read("2018-12-01.leak.csv", kept.as_bytes(), &sizes);
            prop_assert_eq!(read.events.lines().count() + read.rejected.len() + 1, kept.lines().count());
        }
    }
}
