//! A data folder that is not for this program, or not cut in this zone, is refused before anything is written.

use std::fs;

use disk::Disk;
use pipeline::{DataFolder, PipelineError, Writer};

use crate::house::{House, SINKHOLE, clock, sinkhole};

#[test]
fn a_data_folder_of_a_newer_form_is_refused() {
    let house = House::new();
    let path = house.data.path("haidang.json");
    fs::write(&path, r#"{"form": 2, "zone": "Asia/Ho_Chi_Minh", "country": "VN", "more": true}"#).expect("write");
    for opened in [
        DataFolder::open(house.data.root(), None, Disk::default()),
        DataFolder::make(house.data.root(), None, None, Disk::default()),
    ] {
        assert!(matches!(opened.expect_err("newer"), PipelineError::Newer { found: 2, known: 1 }));
    }
}

#[test]
fn another_zone_is_refused_and_the_folders_own_is_not() {
    let house = House::new();
    let open = |zone| DataFolder::open(house.data.root(), zone, Disk::default());
    let error = open(Some("Europe/Berlin")).expect_err("another zone");
    assert!(
        matches!(error, PipelineError::OtherZone { has, asked } if has == "Asia/Ho_Chi_Minh" && asked == "Europe/Berlin")
    );
    assert_eq!(open(Some("Asia/Ho_Chi_Minh")).expect("the same zone").zone().name(), "Asia/Ho_Chi_Minh");
    let elsewhere = crate::house::folder();
    let unknown = DataFolder::make(&elsewhere.path().join("data"), Some("Mars/Olympus"), None, Disk::default());
    assert!(matches!(unknown.expect_err("no such zone"), PipelineError::Form { .. }));
    assert!(!elsewhere.path().join("data").exists());
    let missing = DataFolder::open(elsewhere.path(), None, Disk::default());
    assert!(matches!(missing.expect_err("none there"), PipelineError::Missing(_)));
}

#[test]
fn a_lake_of_a_newer_form_stops_the_writer() {
    let house = House::new();
    house.ingest(SINKHOLE, &sinkhole());
    let log = house.data.path("lake/events/_delta_log/00000000000000000000.json");
    let text = fs::read_to_string(&log).expect("log");
    fs::write(&log, text.replace(r#""haidang.form":"1""#, r#""haidang.form":"3""#)).expect("write");
    let error = Writer::open(house.data.clone(), clock(house.now)).expect_err("newer");
    assert!(matches!(error, PipelineError::Lake(lake::LakeError::Newer { found: 3, known: 1 })), "{error}");
}

#[test]
fn a_damaged_journal_is_told_by_its_line_and_a_torn_end_is_cut_off() {
    let house = House::new();
    house.ingest(SINKHOLE, &sinkhole());
    let path = house.data.path("journal.jsonl");
    let whole = fs::read(&path).expect("journal");
    let torn = [whole.as_slice(), br#"{"what":"accepted","seq":2,"at":17731"#].concat();
    fs::write(&path, &torn).expect("write");
    assert_eq!(house.journal().reports().len(), 1, "a reader passes over it");
    assert_eq!(house.drain(), []);
    assert_eq!(fs::read(&path).expect("journal"), whole, "the writer cuts it off");
    fs::write(&path, [b"nonsense\n".as_slice(), &whole].concat()).expect("write");
    let error = Writer::open(house.data.clone(), clock(house.now)).expect_err("damaged");
    assert!(matches!(&error, PipelineError::Form { wrong, .. } if wrong.starts_with("line 1:")), "{error}");
}
