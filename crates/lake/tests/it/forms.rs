//! A lake of a newer program is refused, not guessed at.

use std::fs;

use disk::Disk;
use lake::{Lake, LakeError};

use crate::made::{self, Report, Seen};

#[test]
fn a_table_of_a_newer_form_is_refused() {
    for table in ["events", "sightings"] {
        let (folder, lake) = made::lake(&[Report::of("one", vec![Seen::infected("192.0.2.1", "2026-03-10")])]);
        drop(lake);
        let log = folder.path().join(table).join("_delta_log/00000000000000000000.json");
        let text = fs::read_to_string(&log).expect("log");
        let newer = text.replace(r#""haidang.form":"1""#, r#""haidang.form":"2""#);
        assert_ne!(newer, text, "the form is written in the log");
        fs::write(&log, newer).expect("write");
        let error = Lake::open(folder.path(), &Disk::default()).expect_err("newer");
        assert!(matches!(error, LakeError::Newer { found: 2, known: 1 }), "{table}: {error}");
    }
}

#[test]
fn an_empty_lake_answers_with_nothing() {
    let (_folder, mut lake) = made::lake(&[]);
    let (nobody, all) = (made::nobody(), lake::ask::Filter::default());
    assert_eq!(made::events(&lake, &nobody, &all), Vec::<String>::new());
    assert_eq!(lake.count(&nobody, &all, lake::ask::By::Total, 30).expect("count"), []);
    assert_eq!(lake.feed_days(0).expect("days"), []);
    assert_eq!(lake.compact(0, made::NOW).expect("compact").done.days, 0);
    assert_eq!(lake.rebuild(made::NOW).expect("rebuild").days, 0);
    assert_eq!(lake.recover(made::NOW).expect("recover"), 0);
}
