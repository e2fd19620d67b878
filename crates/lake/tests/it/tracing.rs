//! What was seen of every address: whatever joined, left or was kept between, as if it were counted at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use event::json::text_at;
use event::time;
use event::tlp::Tlp;
use lake::Lake;
use lake::ask::Filter;
use lake::seen::{RING, Traces};
use proptest::prelude::*;
use proptest::sample::select;

use crate::made::{self, NOW, Report, Seen, day};

/// Address, kind, what it is, feed and mark.
type Line = (u128, String, String, String, String);
/// First and last day, and days.
type Told = BTreeMap<Line, (i32, i32, u32)>;

fn told(traces: &Traces) -> Told {
    let text = |text: &str| text.to_owned();
    let mark = |mark: Option<Tlp>| mark.map_or_else(String::new, |mark| mark.name().to_owned());
    let lines = traces.iter().map(|seen| {
        let line = (seen.bits, text(seen.kind.name()), text(seen.what), text(seen.feed), mark(seen.mark));
        (line, (seen.first, seen.last, seen.days))
    });
    let lines: Vec<_> = lines.collect();
    assert!(lines.windows(2).all(|pair| pair[0].0.0 <= pair[1].0.0), "by address");
    let told: Told = lines.iter().cloned().collect();
    assert_eq!(told.len(), lines.len(), "each line once");
    told
}

/// The same of the rows that lie in the table, one by one.
fn naive(lake: &Lake, since: i32) -> Told {
    let mut days: BTreeMap<Line, BTreeSet<i32>> = BTreeMap::new();
    for batch in lake.sightings(&made::nobody(), &Filter::default()).expect("sightings") {
        for row in 0..batch.num_rows() {
            let (Some(high), Some(low)) = (whole(&batch, "ip_hi", row), whole(&batch, "ip_lo", row)) else { continue };
            let [kind, family, identifier, feed, mark] = ["kind", "family", "identifier", "feed", "tlp"]
                .map(|name| text_at(batch.column_by_name(name).expect(name).as_ref(), row).map(str::to_owned));
            let what = family.or(identifier).unwrap_or_default();
            let line = [kind, feed, mark].map(Option::unwrap_or_default);
            let [kind, feed, mark] = line;
            let day = batch.column_by_name("day").expect("day").as_primitive::<Date32Type>().value(row);
            days.entry((event::address::join(high, low), kind, what, feed, mark)).or_default().insert(day);
        }
    }
    let told = |days: BTreeSet<i32>| {
        let days: Vec<i32> = days.into_iter().filter(|day| (since..since + RING).contains(day)).collect();
        Some((*days.first()?, *days.last()?, days.len() as u32))
    };
    days.into_iter().filter_map(|(line, days)| Some((line, told(days)?))).collect()
}

fn whole(batch: &RecordBatch, name: &str, row: usize) -> Option<i64> {
    let column = batch.column_by_name(name).expect(name);
    (!column.is_null(row)).then(|| column.as_primitive::<Int64Type>().value(row))
}

/// What happens between two looks.
#[derive(Debug, Clone)]
enum Step {
    Report(Report),
    Compact,
    Rebuild,
    ForgetBefore(i32),
    LooksFrom(i32),
    Restarts,
}

fn event() -> impl Strategy<Value = Seen> {
    let subjects = vec!["192.0.2.1", "192.0.2.200", "2001:db8::1", "203.0.113.255", "name.example.org"];
    let mark = select(vec![Tlp::Green, Tlp::Amber]);
    (select(subjects), 0..400i64, select(vec!["conficker", "andromeda"]), mark, any::<bool>()).prop_map(
        |(subject, step, family, tlp, is_exposed)| {
            let at = "2025-10-10 02:00:00";
            let seen = if is_exposed { Seen::exposed(subject, 23, at) } else { Seen::infected(subject, at) };
            let family = seen.family.map(|_| family);
            // Few days, and some so far apart that they share a bit.
            Seen { at: seen.at + [0, 1, 5, i64::from(RING)][step as usize % 4] * time::DAY, family, tlp, ..seen }
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let report = (prop::collection::vec(event(), 1..6), select(vec!["one", "two"]))
        .prop_map(|(events, feed)| Step::Report(Report::of(feed, events)));
    let days = || select(["2025-10-01", "2025-10-11", "2025-10-12", "2026-04-15"].map(day).to_vec());
    prop_oneof![
        4 => report,
        1 => Just(Step::Compact),
        1 => Just(Step::Rebuild),
        1 => days().prop_map(Step::ForgetBefore),
        1 => days().prop_map(Step::LooksFrom),
        2 => Just(Step::Restarts),
    ]
}

fn kept(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "parquet")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn an_index_that_goes_on_is_the_index_counted_anew(steps in prop::collection::vec(step(), 1..9)) {
        let (_folder, mut lake) = made::lake(&[]);
        let (mut traces, mut since, mut seq) = (Traces::default(), day("2025-10-01"), 0);
        for step in steps {
            match step {
                Step::Report(report) => {
                    seq += 1;
                    made::commit(&mut lake, seq, &report);
                }
                Step::Compact => drop(lake.compact(1, NOW).expect("compact")),
                Step::Rebuild => drop(lake.rebuild(NOW).expect("rebuild")),
                Step::ForgetBefore(day) => drop(lake.forget_before(day, NOW).expect("forget")),
                Step::LooksFrom(day) => since = day,
                Step::Restarts => {
                    traces.keep(&lake).expect("keep");
                    traces = Traces::kept(&lake);
                }
            }
            lake.refresh().expect("refresh");
            prop_assert!(traces.update(&lake, since).expect("update").is_empty());
            prop_assert_eq!(told(&traces), naive(&lake, since));
        }
    }
}

#[test]
fn what_is_kept_is_read_again_unless_a_byte_of_it_has_changed_and_old_files_go() {
    let report = |subject| Report::of("one", vec![Seen::infected(subject, "2026-03-10 03:00:00")]);
    let (folder, mut lake) = made::lake(&[report("192.0.2.1")]);
    let since = day("2026-03-01");
    let mut traces = Traces::kept(&lake);
    assert_eq!(traces.iter().count(), 0);
    traces.update(&lake, since).expect("update");
    traces.keep(&lake).expect("keep");
    let first = kept(folder.path());
    traces.keep(&lake).expect("keep");
    assert_eq!((first.len(), kept(folder.path())), (1, first.clone()), "nothing has changed");
    made::commit(&mut lake, 2, &report("192.0.2.2"));
    traces.update(&lake, since).expect("update");
    traces.keep(&lake).expect("keep");
    let second = kept(folder.path());
    assert!(second.len() == 1 && second != first);
    let wanted = told(&traces);
    assert_eq!((wanted.len(), told(&Traces::kept(&lake))), (2, wanted));
    let mut bytes = fs::read(&second[0]).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&second[0], bytes).expect("write");
    assert_eq!(Traces::kept(&lake).iter().count(), 0);
    lake.forget_before(day("2026-03-11"), NOW).expect("forget");
    assert_eq!(kept(folder.path()), [] as [PathBuf; 0], "what is forgotten is not kept here either");
}

#[test]
fn a_damaged_file_counts_for_nothing_until_it_is_made_anew() {
    let report = |at| Report::of("one", vec![Seen::infected("192.0.2.1", at)]);
    let (folder, mut lake) = made::lake(&[report("2026-03-10 03:00:00"), report("2026-03-11 03:00:00")]);
    let since = day("2026-03-01");
    let of_day = fs::read_dir(folder.path().join("sightings/day=2026-03-11")).expect("day").next();
    fs::write(of_day.expect("file").expect("file").path(), b"PAR1").expect("write");
    let mut traces = Traces::default();
    let gaps = traces.update(&lake, since).expect("update");
    assert_eq!(gaps.into_iter().collect::<Vec<_>>(), [day("2026-03-11")]);
    let days = |traces: &Traces| traces.iter().map(|seen| (seen.first, seen.days)).collect::<Vec<_>>();
    assert_eq!(days(&traces), [(day("2026-03-10"), 1)]);
    lake.rebuild(NOW).expect("rebuild");
    lake.refresh().expect("refresh");
    assert!(traces.update(&lake, since).expect("update").is_empty());
    assert_eq!(days(&traces), [(day("2026-03-10"), 2)]);
}
