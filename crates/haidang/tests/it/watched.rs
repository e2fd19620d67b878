//! The watched folder of a running portal: what is put there is told visitors, what is no report lies beside its reason.

use std::fs;

use crate::desk::{files_below, wait_until};
use crate::portal::{Portal, REPORT, desk, report_of};

const INFECTED: &str = "203.0.113.5";

#[test]
fn a_report_put_into_the_watched_folder_is_told_and_the_folder_is_empty_then() {
    let desk = desk();
    let mut portal = Portal::start(&desk);
    let inbox = desk.data().join("inbox");
    fs::write(inbox.join(format!(".{REPORT}")), report_of(INFECTED)).expect("a file");
    fs::rename(inbox.join(format!(".{REPORT}")), inbox.join(REPORT)).expect("a name");
    fs::write(inbox.join("odd.txt"), "nobody knows\n").expect("a file");
    portal.wait_for_verdict(INFECTED, "seen");
    let note = inbox.join("refused/odd.txt.why.txt");
    wait_until("the note", || note.exists().then_some(()));
    let text = fs::read_to_string(&note).expect("a note");
    assert!(text.contains("What to do") && text.contains("Cách xử lý"), "{text}");
    wait_until("the folder to be empty", || (files_below(&inbox).len() == 2).then_some(()));
    let log = portal.stop();
    assert_eq!(log.matches("refused in the watched folder").count(), 1, "{log}");
    desk.run(&["doctor"]).well();
}

#[test]
fn another_folder_or_none_can_be_watched() {
    let desk = desk();
    let other = desk.path("elsewhere");
    let mut portal = Portal::start_with(&desk, &["--set", &format!("inbox={}", other.display())]);
    assert!(other.is_dir() && !desk.data().join("inbox").exists());
    portal.stop();
    let mut portal = Portal::start_with(&desk, &["--set", "inbox="]);
    assert!(!desk.data().join("inbox").exists());
    portal.stop();
    let own = format!("inbox={}", desk.data().join("raw").display());
    let said = desk.run(&["serve", "--listen", "127.0.0.1:0", "--set", &own]).ended(1);
    assert!(said.err.contains("watch another folder"), "{}", said.err);
}
