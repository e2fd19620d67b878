//! One writer; whoever else comes leaves his files in the spool.

use pipeline::writer::Outcome;
use pipeline::{PipelineError, Writer, spool};

use crate::house::{House, NOW, SINKHOLE, TELNET, accept, clock, sinkhole, telnet};
use crate::picture;

#[test]
fn a_second_writer_is_told_who_holds_the_folder_and_hands_over_through_the_spool() {
    let house = House::new();
    let mut first = house.writer();
    let error = Writer::open(house.data.clone(), clock(NOW)).expect_err("held");
    let holder = format!("process {}", std::process::id());
    assert!(matches!(&error, PipelineError::Held { holder: told } if *told == holder), "{error}");
    for (name, bytes) in [(SINKHOLE, sinkhole()), (TELNET, telnet())] {
        let path = house.write(name, &bytes);
        let slips = spool::accept_file(&house.data, &path, None, NOW).expect("accept");
        assert_eq!((slips.len(), slips[0].name.as_str(), slips[0].bytes), (1, name, bytes.len() as u64));
    }
    assert_eq!(spool::waiting(&house.data).expect("waiting").len(), 2);
    let mut outcomes = Vec::new();
    first.drain(|outcome| outcomes.push(outcome.clone())).expect("drain");
    assert!(
        matches!(outcomes[..], [Outcome::Ingested { seq: 1, .. }, Outcome::Ingested { seq: 2, .. }]),
        "{outcomes:?}"
    );
    drop(first);
    assert_eq!(house.drain(), [], "the lock went with the writer");
    let picture = picture::of(&house.data);
    assert_eq!((picture.events.len(), picture.spool.len()), (7, 0));
}

#[test]
fn what_comes_while_the_writer_drains_is_drained_too() {
    let house = House::new();
    accept(&house.data, SINKHOLE, &sinkhole(), NOW).expect("accept");
    let mut seen = 0;
    house
        .writer()
        .drain(|_| {
            seen += 1;
            if seen == 1 {
                accept(&house.data, TELNET, &telnet(), NOW).expect("accept");
            }
        })
        .expect("drain");
    assert_eq!(seen, 2);
}

#[test]
fn a_slip_that_is_none_stops_nobody() {
    let house = House::new();
    accept(&house.data, SINKHOLE, &sinkhole(), NOW).expect("accept");
    for (name, text) in
        [("1.json", "nonsense"), ("2.json", r#"{"name":"x","feed":null,"hash":"../..","bytes":1,"at":1}"#)]
    {
        std::fs::write(house.data.path("spool").join(name), text).expect("write");
    }
    for name in ["1.zst", "3-1.zst"] {
        std::fs::write(house.data.path("spool").join(name), "bytes").expect("write");
    }
    assert!(matches!(house.drain()[..], [Outcome::Ingested { .. }]));
    assert_eq!(house.drain(), []);
    let left = picture::names(&house.data.path("spool"));
    assert_eq!(left, ["1.bad", "1.zst", "2.bad"], "bytes that never had a slip are swept when they are old");
}

#[test]
fn readers_need_no_lock_and_see_whole_reports_only() {
    let house = House::new();
    house.ingest(SINKHOLE, &sinkhole());
    let mut writer = house.writer();
    let mut reader = house.lake();
    accept(&house.data, TELNET, &telnet(), NOW).expect("accept");
    writer.drain(|_| {}).expect("drain");
    assert_eq!(reader.events_per_report(0).expect("reports"), [(1, 5)]);
    reader.refresh().expect("refresh");
    assert_eq!(reader.events_per_report(0).expect("reports"), [(1, 5), (2, 2)]);
}
