//! A clock that jumps back: numbers tell the order, not times.

use event::time::{DAY, SECOND};
use pipeline::writer::Outcome;

use crate::house::{self, House, NOW, SINKHOLE, TELNET};
use crate::picture;

#[test]
fn reports_that_come_while_the_clock_jumps_back_are_all_taken_in_once_and_in_order() {
    let mut house = House::new();
    let (first, _) = house.ingest(SINKHOLE, &house::sinkhole());
    house.now = NOW - 3 * 3600 * SECOND;
    let (second, rows) = house.ingest(TELNET, &house::telnet());
    assert!(second > first && rows.events == 2, "{first} {second}");
    house.now = NOW - 30 * DAY;
    assert!(matches!(house.deliver(TELNET, &house::telnet()), Outcome::Again { seq, .. } if seq == second));
    // What is more than a day ahead of the clock waits in quarantine, and is an event when the clock is right again.
    let (third, rows) = house.ingest("2026-03-10-scan_telnet-made.csv", &house::telnet());
    assert_eq!((third > second, rows.events, rows.quarantined), (true, 0, 2));
    house.now = NOW;
    let mut writer = house.writer();
    assert!(matches!(writer.replay(third).expect("replay"), Outcome::Ingested { rows, .. } if rows.events == 2));
    writer.lake().compact(0, NOW - DAY).expect("compact");
    writer.lake().rebuild(NOW - 2 * DAY).expect("rebuild");
    drop(writer);
    let picture = picture::of(&house.data);
    assert_eq!((picture.reports.len(), picture.events.len(), picture.spool.len()), (4, 9, 0));
    let seqs: Vec<i64> = house.journal().reports().iter().map(|report| report.seq).collect();
    assert!(seqs.is_sorted() && seqs.len() == 4, "{seqs:?}");
}
