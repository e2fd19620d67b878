//! Lists of known malware hosts, and logs held against them.

use std::path::Path;

use serde_json::Value;

use crate::desk::Desk;

/// What is compared with the real data: a log, the lists, its rows and its hits.
const REAL: [(&str, &str, u64, u64); 1] = [("logs/trickbot-week-ssl.log.gz", "indicators/trickbot.txt", 6032, 3178)];

fn matched(desk: &Desk, words: &[&str], files: &[std::path::PathBuf]) -> Value {
    let mut all = vec!["indicators", "match", "--json"];
    all.extend(words);
    let said = desk.run_on(&all, files).well();
    serde_json::from_str(said.out.lines().last().expect("an answer")).expect("JSON")
}

#[test]
fn a_real_week_has_the_hits_it_has() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !shared.is_dir() {
        println!("skipped: no shared data beside the checkout");
        return;
    }
    let desk = Desk::new();
    for (log, lists, rows, hits) in REAL {
        let lists = shared.join(lists);
        let answer = matched(&desk, &["--indicators", lists.to_str().expect("a path")], &[shared.join(log)]);
        assert_eq!((answer["rows"].as_u64(), answer["hits"].as_u64()), (Some(rows), Some(hits)), "{log}");
        assert_eq!(answer["quarantined"], 0, "{log}");
        let kinds = answer["by_indicator"].as_array().expect("a table").iter().map(|row| row["kind"].clone());
        assert!(kinds.into_iter().all(|kind| kind == "address-port"), "{answer}");
    }
    let lists = shared.join("indicators");
    for name in ["zeek-lab-dns.log", "zeek-lab-conn.log", "suricata-eve.json.gz"] {
        let log = shared.join("logs").join(name);
        let answer = matched(&desk, &["--indicators", lists.to_str().expect("a path")], &[log]);
        assert!(answer["rows"].as_u64() > Some(0), "{name}: {answer}");
        assert_eq!(answer["quarantined"], 0, "{name}: {answer}");
    }
}

#[test]
fn lists_are_imported_shown_and_held_against_logs_that_come() {
    let desk = Desk::new();
    let lists = desk.write("lists/qakbot.txt", "# Aliases: qbot\nbad.example\n192.0.2.9:443\ncom\n");
    let folder = lists.parent().expect("a folder").to_owned();
    let said = desk.run_on(&["indicators", "import", "--lang", "en"], &[folder]).ended(3);
    assert!(said.out.contains("qakbot: 2 indicators taken, 1 lines refused"), "{}", said.out);
    assert!(said.out.contains("a whole top-level domain"), "{}", said.out);
    let listed = desk.run(&["indicators", "list", "--lang", "en"]);
    assert!(listed.out.contains("qakbot") && listed.out.contains("malware hosts"), "{}", listed.out);
    let log = desk.write(
        "today.queries.log",
        "30-Sep-2026 08:00:00.000 client @0x7f 10.0.0.5#50001 (x.bad.example): query: x.bad.example IN A + (10.0.0.53)\n\
         30-Sep-2026 08:00:01.000 client @0x7f 10.0.0.6#50001 (example.org): query: example.org IN A + (10.0.0.53)\n",
    );
    let answer = matched(&desk, &[], std::slice::from_ref(&log));
    assert_eq!((&answer["rows"], &answer["hits"]), (&Value::from(2), &Value::from(1)), "{answer}");
    assert_eq!(answer["by_subject"][0]["subject"], "10.0.0.5");
    let said = desk.run_on(&["ingest", "--lang", "en"], &[log]).well();
    assert!(said.out.contains("1 contacts with malware hosts, 1 rows without a sign"), "{}", said.out);
    let whois = desk.run(&["whois", "10.0.0.5", "--lang", "en"]);
    assert!(whois.out.contains("qakbot"), "{}", whois.out);
}

#[test]
fn without_lists_there_is_nothing_to_hold_a_log_against() {
    let desk = Desk::new();
    let log = desk.write("a.queries.log", "");
    let said = desk.run_on(&["indicators", "match"], std::slice::from_ref(&log)).ended(1);
    assert!(said.err.contains("--indicators"), "{}", said.err);
    let empty = desk.write("empty.txt", "# nothing\n");
    desk.run_on(&["indicators", "match", "--indicators", empty.to_str().expect("a path")], &[log]).ended(1);
}
