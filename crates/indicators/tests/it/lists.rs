//! What a list may say, and how much of it.

use event::time;
use indicators::finding::FINDINGS_MAX;
use indicators::list::{
    self, ALIASES_MAX, COMMENT_MAX, FAMILY_MAX, Format, INDICATORS_MAX, LINE_MAX, Purpose, TEXT_MAX,
};
use indicators::{Finding, Kind, Reason};

use crate::made::{self, read, reading};

/// Why each refused line of a list of indicators is refused.
fn reasons(format: Format, text: &str) -> Vec<(u64, Reason)> {
    let zone = made::zone();
    let (_, report) = read(text.as_bytes(), reading(format, Purpose::Indicators, &zone));
    assert_eq!(report.refused, report.findings.len() as u64);
    report.findings.iter().map(|Finding { line, reason, .. }| (*line, *reason)).collect()
}

#[test]
fn a_list_is_bounded_and_what_is_beyond_is_told() {
    let zone = made::zone();
    assert_eq!(INDICATORS_MAX, 10_000_000);
    let mut few = reading(Format::Text, Purpose::Indicators, &zone);
    few.most = 2;
    let (indicators, report) = read(b"a.example\n# b\nbad\nb.example\nc.example\n# d\nd.example\n", few);
    assert_eq!(indicators.len(), 2);
    assert_eq!((report.accepted, report.refused), (2, 3));
    let reasons: Vec<_> = report.findings.iter().map(|finding| (finding.line, finding.reason)).collect();
    assert_eq!(reasons, [(3, Reason::TopLevel), (5, Reason::TooMany)]);
}

#[test]
fn findings_and_aliases_are_kept_within_bounds_and_counted_beyond() {
    let zone = made::zone();
    let text = format!(
        "{}# aliases: {}\n",
        "com\n".repeat(FINDINGS_MAX + 5),
        (0..500).map(|n| format!("x{n},")).collect::<String>()
    );
    let (_, report) = read(text.as_bytes(), reading(Format::Text, Purpose::Indicators, &zone));
    assert_eq!((report.refused, report.findings.len()), (FINDINGS_MAX as u64 + 5, FINDINGS_MAX));
    assert_eq!(report.aliases.len(), ALIASES_MAX);
}

#[test]
fn a_line_without_an_end_is_one_refused_line_and_its_beginning_is_kept() {
    let zone = made::zone();
    let text = format!("{}\nb.example\n", "a".repeat(3 * LINE_MAX));
    let (indicators, report) = read(text.as_bytes(), reading(Format::Text, Purpose::Indicators, &zone));
    assert_eq!((indicators.len(), report.findings.len()), (1, 1));
    assert_eq!((report.findings[0].reason, report.findings[0].text.len()), (Reason::TooLong, 200));
    let long = format!("example.org/{}", "é".repeat(TEXT_MAX / 2));
    assert_eq!(reasons(Format::Text, &long), [(1, Reason::TooLong)]);
}

#[test]
fn a_row_of_the_longest_texts_is_no_longer_than_a_line_may_be() {
    let zone = made::zone();
    let mut long = made::indicator(Kind::Path, &format!("/{}", "\"".repeat(TEXT_MAX - 1)));
    long.family = "\"".repeat(FAMILY_MAX).into();
    long.source = "\"".repeat(COMMENT_MAX).into();
    long.comment = "\"".repeat(COMMENT_MAX).into();
    (long.confidence, long.from, long.until) = (Some(100), Some(1), Some(2));
    let written = list::write_csv(std::slice::from_ref(&long));
    assert!(written.lines().all(|line| line.len() <= LINE_MAX));
    let (again, report) = read(written.as_bytes(), reading(Format::Csv, Purpose::Indicators, &zone));
    assert_eq!((again, report.findings), (vec![long], Vec::new()));
}

#[test]
fn days_are_of_the_reporting_zone_and_instants_their_own() {
    let zone = made::zone();
    let text = "indicator,from,until\na.example,2026-11-01,2026-11-02\nb.example,2026-11-01T00:00:00Z,\n";
    let (indicators, _) = read(text.as_bytes(), reading(Format::Csv, Purpose::Indicators, &zone));
    let instant = |text| time::parse(text).expect("instant");
    assert_eq!(indicators[0].from, Some(instant("2026-10-31T17:00:00Z")));
    assert_eq!(indicators[0].until, Some(instant("2026-11-01T17:00:00Z")));
    assert_eq!((indicators[1].from, indicators[1].until), (Some(instant("2026-11-01T00:00:00Z")), None));
}

#[test]
fn an_instant_that_could_be_meant_in_another_zone_is_refused() {
    for written in ["20261101", "1795132800", "1795132800.5", "2026-11-01T08:15:00", "2026-11-01 08:15", "01/11/2026"] {
        let text = format!("indicator,from\na.example,{written}\n");
        assert_eq!(reasons(Format::Csv, &text), [(2, Reason::Time)], "{written}");
    }
    for written in ["2026-11-01T08:15:00+07:00", "2026-11-01T01:15:00.000Z", "2026-11-01 01:15:00z"] {
        let zone = made::zone();
        let text = format!("indicator,from\na.example,{written}\n");
        let (indicators, _) = read(text.as_bytes(), reading(Format::Csv, Purpose::Indicators, &zone));
        assert_eq!(indicators[0].from, time::parse("2026-11-01T01:15:00Z"), "{written}");
    }
}

#[test]
fn what_a_line_does_not_say_the_list_says() {
    let zone = made::zone();
    let text = "family,indicator,confidence,source,comment\n,a.example,,,\nown-bot,b.example,5,own,\"said, so\"\n";
    let mut reading = reading(Format::Csv, Purpose::Indicators, &zone);
    reading.defaults.confidence = Some(70);
    reading.defaults.until = Some(9);
    let (indicators, report) = read(text.as_bytes(), reading);
    assert_eq!(report.findings, []);
    let said = |at: usize| {
        let indicator = &indicators[at];
        (&*indicator.family, &*indicator.source, indicator.confidence, indicator.until, &*indicator.comment)
    };
    assert_eq!(said(0), ("made-up-bot", "made up", Some(70), Some(9), ""));
    assert_eq!(said(1), ("own-bot", "own", Some(5), Some(9), "said, so"));
}

#[test]
fn a_row_that_cannot_be_right_is_refused_with_its_reason() {
    let text = "indicator,kind,confidence,from,until\n\
                a.example,address,,,\n\
                a.example,host,,,\n\
                a.example,domain,101,,\n\
                a.example,domain,-1,,\n\
                a.example,,,tomorrow,\n\
                a.example,,,2026-02-30,\n\
                a.example,,,2026-01-02,2026-01-02\n\
                a.example,,,\n\
                \"a.example,,,,\n\
                gov.vn,,,,\n\
                ,,,,\n\
                ,domain,,,\n";
    assert_eq!(
        reasons(Format::Csv, text),
        [
            (2, Reason::Kind),
            (3, Reason::Kind),
            (4, Reason::Confidence),
            (5, Reason::Confidence),
            (6, Reason::Time),
            (7, Reason::Time),
            (8, Reason::Never),
            (9, Reason::Cells),
            (10, Reason::Cells),
            (11, Reason::Suffix),
            (13, Reason::Empty),
        ]
    );
}

#[test]
fn a_header_that_cannot_be_understood_spoils_the_list_and_a_column_more_does_not() {
    assert_eq!(reasons(Format::Csv, "name,family\n")[0], (1, Reason::Header));
    assert_eq!(reasons(Format::Csv, "indicator,indicator\n")[0], (1, Reason::Header));
    let zone = made::zone();
    let text = b"# ours\n\nindicator,colour\na.example,red\n";
    let (indicators, report) = read(text, reading(Format::Csv, Purpose::Indicators, &zone));
    assert_eq!((indicators.len(), report.refused), (1, 0));
    assert_eq!((report.findings[0].reason, &*report.findings[0].text), (Reason::Column, "colour"));
}

#[test]
fn an_indicator_without_a_family_is_refused_and_an_allowed_one_is_not() {
    let zone = made::zone();
    let mut nameless = reading(Format::Text, Purpose::Indicators, &zone);
    nameless.defaults.family.clear();
    assert_eq!(read(b"a.example", nameless).1.findings[0].reason, Reason::Family);
    let (allowed, report) = read(b"a.example\n192.0.2.0/24", reading(Format::Text, Purpose::Allowed, &zone));
    assert_eq!((allowed.len(), report.findings), (2, Vec::new()));
}

#[test]
fn bytes_that_are_no_text_are_latin_letters() {
    let zone = made::zone();
    let (indicators, _) = read(b"b\xfccher.example", reading(Format::Text, Purpose::Indicators, &zone));
    assert_eq!(indicators[0].text, "xn--bcher-kva.example");
}
