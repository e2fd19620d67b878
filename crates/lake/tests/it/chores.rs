//! Chores and accidents: recovery, compaction, retention and vacuum change no answer they should not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use disk::{Disk, Step};
use lake::ask::Filter;
use lake::care::Done;
use lake::together::{Compacted, Compaction};
use lake::{Lake, LakeError};

use crate::made::{self, NOW, Report, Seen, commit, day};
use crate::naive;

fn two_days(feed: &'static str) -> Report {
    Report::of(
        feed,
        vec![
            Seen::infected("192.0.2.1", "2026-03-10 03:00:00"),
            Seen::infected("192.0.2.1", "2026-03-10 04:00:00"),
            Seen::exposed("2001:db8::1", 23, "2026-03-11 03:00:00"),
        ],
    )
}

#[test]
fn a_commit_that_failed_between_the_tables_is_folded_at_recovery() {
    let folder = made::folder();
    let mut lake = Lake::open(folder.path(), &Disk::default()).expect("open");
    commit(&mut lake, 1, &two_days("one"));
    drop(lake);
    let disk = Disk::watched(Arc::new(|step| match step {
        Step::Link(path) if path.to_string_lossy().contains("sightings/_delta_log") => {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        _ => Ok(()),
    }));
    let mut lake = Lake::open(folder.path(), &disk).expect("open");
    let mut files = lake.begin(2, NOW).expect("begin");
    let folded = lake::fold::sort_and_fold(&made::batch(2, "two", 1, &two_days("two").pieces[0])).expect("fold");
    files.write(&folded).expect("write");
    lake.commit(Lake::finish(files).expect("finish"), Vec::new()).expect_err("full");
    drop(lake);
    let mut lake = Lake::open(folder.path(), &Disk::default()).expect("open");
    let standing = lake.standing().expect("standing");
    assert_eq!((standing.committed, standing.folded), (2, 1));
    assert_eq!(lake.recover(NOW).expect("recover"), 1);
    lake.refresh().expect("refresh");
    assert_eq!(lake.recover(NOW).expect("recover"), 0);
    let stored = lake.sightings(&made::nobody(), &Filter::default()).expect("sightings");
    assert_eq!(naive::add_up(&stored), naive::fold(&[two_days("one"), two_days("two")]));
}

#[test]
fn numbers_without_events_are_passed_over() {
    let (_folder, mut lake) = made::lake(&[two_days("one"), Report::of("two", Vec::new())]);
    commit(&mut lake, 7, &two_days("one"));
    assert_eq!(lake.events_per_report(0).expect("reports"), [(1, 3), (7, 3)]);
    let standing = lake.standing().expect("standing");
    assert_eq!((standing.committed, standing.folded), (7, 7));
    assert_eq!(lake.recover(NOW).expect("recover"), 0);
}

#[test]
fn rebuilding_keeps_feeds_of_one_day_apart() {
    let reports = [two_days("one"), two_days("two")];
    let (_folder, mut lake) = made::lake(&reports);
    lake.rebuild(NOW).expect("rebuild");
    lake.refresh().expect("refresh");
    let stored = lake.sightings(&made::nobody(), &Filter::default()).expect("sightings");
    assert_eq!(naive::add_up(&stored), naive::fold(&reports));
    let feeds: Vec<_> = lake.feed_days(0).expect("days").into_iter().map(|day| (day.feed, day.events)).collect();
    assert_eq!(feeds, [("one".into(), 2), ("one".into(), 1), ("two".into(), 2), ("two".into(), 1)]);
}

#[test]
fn compaction_only_touches_days_with_many_files_and_others_read_the_result() {
    let late = Report::of("one", vec![Seen::infected("192.0.2.9", "2026-03-20 03:00:00")]);
    let reports = [two_days("one"), two_days("two"), two_days("one"), late];
    let (folder, mut lake) = made::lake(&reports);
    let reader = Lake::open(folder.path(), &Disk::default()).expect("open");
    let before = made::events(&reader, &made::nobody(), &Filter::default());
    let done = lake.compact(2, NOW).expect("compact").done;
    assert_eq!((done.days, done.files_before, done.files_after), (4, 12, 4));
    assert_eq!(lake.compact(2, NOW).expect("compact").done.days, 0);
    assert_eq!(made::events(&reader, &made::nobody(), &Filter::default()), before, "a reader of the version before");
    let mut reader = reader;
    [&mut reader, &mut lake].into_iter().for_each(|lake| lake.refresh().expect("refresh"));
    assert_eq!(reader.standing().expect("standing"), lake.standing().expect("standing"));
    assert_eq!(made::events(&reader, &made::nobody(), &Filter::default()), before, "a reader of the version after");
    commit(&mut lake, 5, &two_days("two"));
    assert_eq!(lake.events_per_report(0).expect("reports").len(), 5);
}

#[test]
fn a_day_of_very_many_files_is_put_together_in_rounds_that_stay_done() {
    let reports: Vec<Report> = (0..140).map(|_| two_days("one")).collect();
    let (folder, mut lake) = made::lake(&reports);
    let before = made::events(&lake, &made::nobody(), &Filter::default());
    let mut killed = Compaction::of(&lake, 1).expect("crowds");
    let made = killed.make(&mut lake, NOW).expect("made").expect("crowds");
    killed.put_in_place(&mut lake, made, NOW).expect("put in place");
    let told = |done: Compacted| (done.done, done.dropped);
    assert_eq!(told(killed.done()), (Done { days: 4, files_before: 560, files_after: 8 }, 0));
    assert!(killed.make(&mut lake, NOW).expect("made").is_some(), "there is more to do; it is killed");
    let mut lake = Lake::open(folder.path(), &Disk::default()).expect("open");
    assert_eq!(made::events(&lake, &made::nobody(), &Filter::default()), before, "after a round");
    assert!(lake.is_crowded(1).expect("files") && !lake.is_crowded(2).expect("files"));
    let done = lake.compact(1, NOW).expect("compact");
    assert_eq!(told(done), (Done { days: 4, files_before: 8, files_after: 4 }, 0));
    lake.refresh().expect("refresh");
    assert_eq!(made::events(&lake, &made::nobody(), &Filter::default()), before);
    assert_eq!(
        naive::whole(&lake.sightings(&made::nobody(), &Filter::default()).expect("sightings")),
        naive::fold(&reports)
    );
    assert_eq!(lake.damaged().expect("files").len(), 0);
}

#[test]
fn reports_that_come_while_a_day_is_put_together_do_not_keep_that_going() {
    let (_folder, mut lake) = made::lake(&[two_days("one"), two_days("two")]);
    let mut compaction = Compaction::of(&lake, 1).expect("crowds");
    let made = compaction.make(&mut lake, NOW).expect("made").expect("crowds");
    commit(&mut lake, 3, &two_days("three"));
    compaction.put_in_place(&mut lake, made, NOW).expect("put in place");
    assert!(compaction.make(&mut lake, NOW).expect("made").is_none());
    lake.refresh().expect("refresh");
    assert!(lake.is_crowded(1).expect("files"));
    assert_eq!(lake.events_per_report(0).expect("reports"), [(1, 3), (2, 3), (3, 3)]);
}

#[test]
fn of_two_that_put_the_same_files_together_one_is_named_and_its_file_stays() {
    let (folder, mut lake) = made::lake(&[two_days("one"), two_days("two")]);
    let before = made::events(&lake, &made::nobody(), &Filter::default());
    let mut compaction = Compaction::of(&lake, 1).expect("crowds");
    let made = compaction.make(&mut lake, NOW).expect("made").expect("crowds");
    let mut other = Lake::open(folder.path(), &Disk::default()).expect("open");
    assert_eq!(other.compact(1, NOW).expect("compact").done.days, 4);
    lake.refresh().expect("refresh");
    compaction.put_in_place(&mut lake, made, NOW).expect("dropped");
    assert_eq!(compaction.done(), Compacted { dropped: 4, ..Compacted::default() });
    assert_eq!(lake.damaged().expect("files").len(), 0);
    assert_eq!(made::events(&lake, &made::nobody(), &Filter::default()), before);
    assert_eq!(naive::add_up(&lake.sightings(&made::nobody(), &Filter::default()).expect("sightings")).len(), 4);
}

#[test]
fn what_a_vacuum_took_before_it_was_named_is_not_named() {
    let (folder, mut lake) = made::lake(&[two_days("one"), two_days("two")]);
    let before = made::events(&lake, &made::nobody(), &Filter::default());
    let mut compaction = Compaction::of(&lake, 1).expect("crowds");
    let made = compaction.make(&mut lake, NOW).expect("made").expect("crowds");
    let later = event::time::parse("2100-01-01T00:00:00Z").expect("a time");
    let mut other = Lake::open(folder.path(), &Disk::default()).expect("open");
    assert_eq!(other.vacuum(0, later).expect("vacuum"), 4, "what nobody names");
    lake.refresh().expect("refresh");
    compaction.put_in_place(&mut lake, made, NOW).expect("dropped");
    assert_eq!(compaction.done(), Compacted { dropped: 4, ..Compacted::default() });
    assert_eq!(made::events(&lake, &made::nobody(), &Filter::default()), before);
    assert_eq!(lake.damaged().expect("files").len(), 0);
}

#[test]
fn what_is_forgotten_is_gone_from_both_tables_and_after_the_vacuum_from_the_disk() {
    let (folder, mut lake) = made::lake(&[two_days("one"), two_days("two")]);
    let done = lake.forget_before(day("2026-03-11"), NOW).expect("forget");
    lake.refresh().expect("refresh");
    assert_eq!((done.days, done.files_before), (2, 4));
    let old = Filter { until: Some(day("2026-03-11")), ..Filter::default() };
    assert_eq!(made::events(&lake, &made::nobody(), &old), Vec::<String>::new());
    assert_eq!(lake.sightings(&made::nobody(), &old).expect("sightings").len(), 0);
    assert_eq!(lake.events_per_report(0).expect("reports"), [(1, 1), (2, 1)]);
    lake.rebuild(NOW).expect("rebuild");
    lake.refresh().expect("refresh");
    assert_eq!(made::events(&lake, &made::nobody(), &Filter::default()).len(), 2);
    let later = event::time::parse("2100-01-01T00:00:00Z").expect("a time");
    assert_eq!(lake.vacuum(0, later).expect("vacuum"), 6, "four forgotten, two replaced by the rebuilding");
    let left = |table: &str, day: &str| {
        let days = std::fs::read_dir(folder.path().join(table).join(format!("day={day}")));
        days.map_or(0, Iterator::count)
    };
    assert_eq!(["events", "sightings"].map(|table| left(table, "2026-03-10")), [0, 0]);
    assert_eq!(left("events", "2026-03-11"), 2);
    for table in ["events", "sightings"] {
        let first = folder.path().join(table).join("_delta_log/00000000000000000001.json");
        assert!(!first.exists(), "the log names addresses: {}", first.display());
    }
    let again = Lake::open(folder.path(), &Disk::default()).expect("open");
    assert_eq!(again.standing().expect("standing"), lake.standing().expect("standing"));
    assert_eq!(made::events(&again, &made::nobody(), &Filter::default()).len(), 2);
}

#[test]
fn however_many_days_are_folded_again_one_file_is_in_the_making() {
    let (folder, lake) = made::lake(&[two_days("one"), two_days("two")]);
    drop(lake);
    let days = ["2026-03-10", "2026-03-11"].map(|day| folder.path().join(format!("sightings/day={day}")));
    let most = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&most);
    let disk = Disk::watched(Arc::new(move |step| {
        if matches!(step, Step::Rename(_)) {
            let paths = days.iter().flat_map(|day| std::fs::read_dir(day).expect("folder"));
            let staged = paths.filter(|path| disk::is_staged(&path.as_ref().expect("entry").path())).count();
            seen.fetch_max(staged, Ordering::SeqCst);
        }
        Ok(())
    }));
    let mut lake = Lake::open(folder.path(), &disk).expect("open");
    let done = lake.fold_again(&["2026-03-10", "2026-03-11"].map(day).into(), NOW).expect("fold");
    assert_eq!((done.days, most.load(Ordering::SeqCst)), (2, 1));
    let stored = lake.sightings(&made::nobody(), &Filter::default()).expect("sightings");
    assert_eq!(naive::add_up(&stored), naive::fold(&[two_days("one"), two_days("two")]));
}

#[test]
fn who_holds_a_lake_open_is_told_that_a_table_was_made_anew() {
    let (folder, mut lake) = made::lake(&[two_days("one"), two_days("two")]);
    let path = |name: &str| folder.path().join(name);
    std::fs::rename(path("sightings"), path("sightings.damaged-1")).expect("rename");
    lake.refresh().expect_err("nothing is there");
    let mut mended = Lake::open(folder.path(), &Disk::default()).expect("open");
    let replaced =
        |lake: &mut Lake| matches!(lake.refresh(), Err(LakeError::Replaced(table)) if table == path("sightings"));
    assert!(replaced(&mut lake), "a new table has fewer versions: nothing new is found in it");
    mended.fold_again(&[day("2026-03-10"), day("2026-03-11")].into(), NOW).expect("fold");
    assert!(replaced(&mut lake));
    lake = Lake::open(folder.path(), &Disk::default()).expect("open");
    lake.refresh().expect("refresh");
    assert_eq!(lake.versions(), mended.versions());
    // The whole lake, as it is when its log is damaged.
    let (other, _) = made::lake(&[two_days("three"), two_days("four")]);
    let inner = folder.path().join("old");
    std::fs::create_dir(&inner).expect("folder");
    for table in ["events", "sightings"] {
        std::fs::rename(path(table), inner.join(table)).expect("rename");
        std::fs::rename(other.path().join(table), path(table)).expect("rename");
    }
    assert!(matches!(lake.refresh(), Err(LakeError::Replaced(table)) if table == path("events")));
}

#[test]
fn who_reads_while_another_writes_finds_no_gap_in_the_log() {
    let (folder, mut lake) = made::lake(&[]);
    let report = Report::of("one", vec![Seen::infected("192.0.2.1", "2026-03-10 03:00:00")]);
    std::thread::scope(|scope| {
        // Over two checkpoints.
        let writer = scope.spawn(|| (1..=120).for_each(|seq| commit(&mut lake, seq, &report)));
        while !writer.is_finished() {
            let mut reader = Lake::open(folder.path(), &Disk::default()).expect("open");
            reader.refresh().expect("refresh");
            assert_eq!(reader.damaged_logs(), [] as [String; 0]);
        }
    });
}
