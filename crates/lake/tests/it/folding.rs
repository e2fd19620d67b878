//! Whatever the split and the order: partial sightings add up to what all events fold to at once.

use arrow_array::RecordBatch;
use arrow_ord::sort::{SortColumn, lexsort_to_indices};
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use event::rules::Kind;
use event::subject::Subject;
use event::time;
use event::tlp::Tlp;
use lake::ask::{Filter, Listed, Months};
use lake::fold::{KEY, Merger, sort_and_fold};
use lake::schema::SIGHTINGS;
use proptest::prelude::*;
use proptest::sample::select;

use crate::made::{self, NOW, Report, Seen, batch};
use crate::naive;

/// Subjects of every kind; URLs, accounts and names that share their first sixteen bytes.
fn subjects() -> Vec<Option<Subject>> {
    let texts = [
        "192.0.2.1",
        "192.0.2.2",
        "203.0.113.255",
        "2001:db8::1",
        "2001:db8::ffff:1",
        "nguyen.van.an.001@example.org",
        "nguyen.van.an.002@example.org",
        "http://long.example.org/a",
        "http://long.example.org/b",
        "http://long.example.org/",
        "very.long.name.example.org",
        "very.long.name.example.net",
        "example.org",
    ];
    let mut subjects: Vec<_> = texts.iter().map(|text| Some(Subject::parse(text).expect(text))).collect();
    subjects.extend([None, None]);
    subjects
}

/// Few enough values that much falls together; times around the zone's midnight (17:00 UTC).
fn event() -> impl Strategy<Value = Seen> {
    let times = ["2026-03-10 16:59:59", "2026-03-10 17:00:00", "2026-03-11 00:00:00", "2026-03-12 18:30:00"];
    let at = (select(times.to_vec()), select(vec![0, 0, 1, 999, 1000, 3 * time::SECOND]))
        .prop_map(|(text, more)| time::parse(text).expect("time") + more);
    let port = select(vec![None, Some(0), Some(23), Some(65_535)]);
    let finding = (
        select(Kind::ALL.to_vec()),
        select(vec![None, Some("conficker"), Some("andromeda")]),
        select(vec![None, Some("open-telnet"), Some("open-rdp")]),
        select(vec![None, Some("tcp"), Some("udp")]),
    );
    let hints = (
        select(vec![None, Some(64_496), Some(64_511)]),
        select(vec![None, Some("01"), Some("79")]),
        select(vec![Tlp::Green, Tlp::Amber, Tlp::Red]),
    );
    (select(subjects()), at, port, finding, hints).prop_map(
        |(subject, at, port, (kind, family, identifier, transport), (asn, place, tlp))| Seen {
            at,
            subject,
            port,
            kind,
            family,
            identifier,
            transport,
            asn,
            place,
            tlp,
        },
    )
}

fn reports() -> impl Strategy<Value = Vec<Report>> {
    let pieces = prop::collection::vec(prop::collection::vec(event(), 0..12), 1..3);
    let report = (select(vec!["one", "two"]), pieces).prop_map(|(feed, pieces)| Report { feed, pieces });
    prop::collection::vec(report, 1..5)
}

/// Rows by [`KEY`], as the table's readers bring them.
fn sorted(batches: &[RecordBatch]) -> RecordBatch {
    let all = concat_batches(&SIGHTINGS, batches).expect("concat");
    let column = |name: &&str| SortColumn { values: all.column_by_name(name).expect(name).clone(), options: None };
    let columns: Vec<SortColumn> = KEY.iter().map(column).collect();
    take_record_batch(&all, &lexsort_to_indices(&columns, None).expect("sort")).expect("take")
}

/// Merged in pieces of a few rows, taking what is whole in between.
fn merged(batches: &[RecordBatch], piece: usize) -> Vec<RecordBatch> {
    let all = sorted(batches);
    let (mut merger, mut whole) = (Merger::default(), Vec::new());
    for start in (0..all.num_rows()).step_by(piece) {
        merger.push(&all.slice(start, piece.min(all.num_rows() - start))).expect("push");
        whole.push(merger.take().expect("take"));
    }
    whole.push(merger.finish().expect("finish"));
    whole
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn partials_merged_in_any_order_are_the_naive_fold(
        reports in reports(),
        order in any::<prop::sample::Index>(),
        piece in 1usize..7,
    ) {
        let pieces = reports.iter().zip(1..).flat_map(|(report, seq)| {
            report.pieces.iter().map(move |events| batch(seq, report.feed, 1, events))
        });
        let mut partials: Vec<_> = pieces.map(|batch| sort_and_fold(&batch).expect("fold").sightings).collect();
        let middle = order.index(partials.len());
        partials.rotate_left(middle);
        partials[..middle].reverse();
        prop_assert_eq!(naive::whole(&merged(&partials, piece)), naive::fold(&reports));
    }

    #[test]
    fn folding_gives_every_finding_of_a_batch_once_and_keeps_every_event(events in prop::collection::vec(event(), 0..40)) {
        let folded = sort_and_fold(&batch(1, "one", 1, &events)).expect("fold");
        prop_assert_eq!(folded.events.num_rows(), events.len());
        prop_assert_eq!(naive::whole(&[folded.sightings]), naive::fold(&[Report::of("one", events)]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn committed_compacted_and_rebuilt_sightings_are_the_naive_fold(reports in reports()) {
        let wanted = naive::fold(&reports);
        let (_folder, mut lake) = made::lake(&reports);
        lake.hold_rows(1);
        let (nobody, all) = (made::nobody(), Filter::default());
        let stored = |lake: &lake::Lake| lake.sightings(&nobody, &all).expect("sightings");
        prop_assert_eq!(&naive::add_up(&stored(&lake)), &wanted, "folded report by report");
        let events = made::events(&lake, &nobody, &all);
        prop_assert_eq!(events.len(), reports.iter().flat_map(Report::events).count());
        lake.rebuild(NOW).expect("rebuild");
        lake.refresh().expect("refresh");
        prop_assert_eq!(&naive::add_up(&stored(&lake)), &wanted, "rebuilt");
        lake.compact(0, NOW).expect("compact");
        lake.refresh().expect("refresh");
        prop_assert_eq!(&naive::whole(&stored(&lake)), &wanted, "compacted");
        prop_assert_eq!(&made::events(&lake, &nobody, &all), &events, "compacted");
    }
}

fn line(row: Listed) -> naive::Line {
    let Listed { subject, kind, family, identifier, transport, .. } = row;
    let samples = row.samples.iter().map(|sample| (sample.time, sample.port)).collect();
    let numbers = [row.first, row.last, row.count, row.days, row.days_before];
    ([subject, kind, family, identifier, transport], row.port, numbers, row.earlier, row.feeds, samples)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_list_is_the_naive_one_in_however_many_parts(reports in reports(), rows in select(vec![1, 1 << 20])) {
        let (_folder, mut lake) = made::lake(&reports);
        lake.hold_rows(rows);
        let days = ["2026-03-11", "2026-03-12", "2026-03-14"].map(made::day);
        let months = Months { before: days[0], from: days[1], to: days[2] };
        let mut lines = Vec::new();
        let told = lake.list(&made::nobody(), &Filter::default(), months, |row| {
            lines.push(line(row));
            Ok::<_, lake::LakeError>(())
        });
        told.expect("list");
        lines.sort_unstable();
        let mut wanted = naive::listed(&reports, months);
        wanted.sort_unstable();
        prop_assert_eq!(lines, wanted);
    }
}

#[test]
fn a_list_comes_to_its_end_where_a_part_cannot_be_cut_or_only_before_its_last_page() {
    let seen = |networks: [u8; 2], hosts: u8| {
        let address = |network: u8, host: u8| Seen::infected(&format!("203.0.{network}.{host}"), "2026-03-12 05:00:00");
        let hosts = move |network: u8| (1..=hosts).map(move |host| address(network, host));
        Report::of("one", (networks[0]..=networks[1]).flat_map(hosts).collect())
    };
    // Files that begin at the same address; and one that begins later and has more than all others.
    let reports = [seen([1, 1], 90), seen([1, 1], 80), seen([2, 9], 100)];
    let (_folder, mut lake) = made::lake(&reports);
    lake.hold_rows(16);
    let months = Months { before: made::day("2026-02-01"), from: made::day("2026-03-01"), to: made::day("2026-04-01") };
    let mut lines = Vec::new();
    let told = lake.list(&made::nobody(), &Filter::default(), months, |row| {
        lines.push(line(row));
        Ok::<_, lake::LakeError>(())
    });
    told.expect("list");
    assert_eq!(lines.len(), 90 + 8 * 100, "in order, each once, none missing");
    let mut wanted = naive::listed(&reports, months);
    wanted.sort_unstable();
    lines.sort_unstable();
    assert_eq!(lines, wanted);
}
