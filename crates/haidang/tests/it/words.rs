//! Every word a person reads is there, in both languages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use event::rows::Reason;

use crate::desk::{Desk, files_called};

/// Groups whose messages are looked up by a name the program only knows when it runs.
const BY_NAME: [&str; 8] =
    ["reason", "severity", "head", "flag", "place_source", "isp_source", "indicator_kind", "refusal"];

fn source() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    files_called(&folder, "rs").iter().map(|path| fs::read_to_string(path).expect("a source")).collect()
}

/// Key → its texts by language, as `messages.toml` has them.
fn messages() -> BTreeMap<String, BTreeMap<String, String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/messages.toml");
    let mut messages = BTreeMap::<String, BTreeMap<String, String>>::new();
    let mut key = String::new();
    for line in fs::read_to_string(path).expect("the messages").lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            key = name.to_owned();
            assert!(messages.insert(key.clone(), BTreeMap::new()).is_none(), "{key} twice");
        } else if let Some((lang, text)) = line.split_once(" = ") {
            messages.get_mut(&key).expect("a key").insert(lang.to_owned(), text.trim_matches('"').to_owned());
        }
    }
    messages
}

/// The places of a text that are filled in.
fn holes(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(hole, _)| hole).collect()
}

/// Every text in quotes of a source, with what stands before it.
fn literals(source: &str) -> Vec<(&str, &str)> {
    let code: Vec<&str> = source.split('"').collect();
    code.chunks_exact(2).map(|pair| (pair[0].trim_end(), pair[1])).collect()
}

fn is_key(text: &str) -> bool {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let is_file = [".toml", ".json", ".csv"].iter().any(|ending| text.ends_with(ending));
    !is_file && text.split_once('.').is_some_and(|(group, name)| word(group) && word(name))
}

#[test]
fn every_message_is_in_both_languages_and_filled_alike() {
    for (key, texts) in messages() {
        let text =
            |lang: &str| texts.get(lang).filter(|text| !text.is_empty()).unwrap_or_else(|| panic!("{key}.{lang}"));
        assert_eq!(holes(text("vi")), holes(text("en")), "{key}");
        assert_eq!(texts.len(), 2, "{key}");
    }
}

#[test]
fn every_message_the_program_says_exists_and_every_message_is_said() {
    let (source, messages) = (source(), messages());
    let groups: BTreeSet<&str> = messages.keys().filter_map(|key| Some(key.split_once('.')?.0)).collect();
    let mut said = BTreeSet::new();
    for (before, text) in literals(&source) {
        let in_a_call = before.ends_with("say(") || before.ends_with("fill(");
        let known_group = is_key(text) && groups.contains(text.split('.').next().unwrap_or(""));
        if in_a_call || known_group {
            assert!(messages.contains_key(text), "the program says {text:?}, which messages.toml has not");
            said.insert(text.to_owned());
        }
    }
    for heads in source.split("heads([").skip(1) {
        let list = heads.split("])").next().unwrap_or("");
        for (_, name) in literals(list) {
            assert!(messages.contains_key(&format!("head.{name}")), "no head {name:?}");
        }
    }
    for key in messages.keys() {
        let (group, name) = key.split_once('.').expect("group.name");
        let elsewhere = ["reason", "flag", "place_source", "isp_source", "indicator_kind", "refusal"].contains(&group);
        let named = elsewhere || source.contains(&format!("\"{name}\""));
        let used = said.contains(key) || (BY_NAME.contains(&group) && named);
        assert!(used, "nobody says {key}");
    }
    for reason in Reason::ALL {
        assert!(messages.contains_key(&format!("reason.{}", reason.code())), "{}", reason.code());
    }
}

/// A folder with something of everything: events, repeats, quarantine, refusals, owners in dispute.
fn lived_in() -> Desk {
    let desk = Desk::new();
    desk.write(
        "owners/organisations.csv",
        "code,name,name_en,kind,sector,parent,province,valid_from,valid_to\n\
         NET,Nhà mạng,Operator,isp,telecom,,01,2020-01-01,\n\
         A,Đơn vị A,Unit A,other,other,,01,2020-01-01,\nB,Đơn vị B,Unit B,other,other,,48,2020-01-01,\n",
    );
    desk.write(
        "owners/networks.csv",
        "network,isp,organisation,province,flags,valid_from,valid_to\n\
         10.0.0.0/9,NET,A,01,static,2020-01-01,\n10.0.0.0/9,NET,B,48,,2020-01-01,\n\
         10.128.0.0/9,NET,A,01,shared dynamic,2020-01-01,\n999.0.0.0/8,NET,,,,,\n",
    );
    let mut bytes = Vec::new();
    country::sinkhole_csv(300, 1, &mut bytes).expect("memory");
    bytes.extend(b"\"2O26-09-30 01:02:03\",\"tcp\",\"10.1.2.3\"\n");
    let report = desk.write("2026-09-30-event4_sinkhole-a-geo.csv", bytes);
    desk.run_on(&["constituency", "import"], &[desk.path("owners")]);
    desk.run_on(&["ingest"], &[report.clone(), report, desk.write("what.docx", "x")]).ended(3);
    desk
}

/// Commands that change nothing worth keeping, with answers for people.
const COMMANDS: &[&[&str]] = &[
    &["events", "--limit", "3"],
    &["events", "--ip", "192.0.2.99"],
    &["stats"],
    &["stats", "--by", "kind"],
    &["stats", "--by", "isp"],
    &["stats", "--by", "asn"],
    &["stats", "--by", "org"],
    &["stats", "--by", "province"],
    &["stats", "--by", "day"],
    &["stats", "--by", "feed"],
    &["stats", "--since", "2020-01-01", "--until", "2020-01-02"],
    &["whois", "10.1.2.3"],
    &["whois", "10.200.2.3"],
    &["whois", "example.net"],
    &["constituency", "conflicts"],
    &["constituency", "versions"],
    &["reattribute", "--since", "2026-09-01"],
    &["quarantine", "list"],
    &["quarantine", "show", "1"],
    &["quarantine", "replay", "1"],
    &["feeds"],
    &["reports"],
    &["reports", "--refused"],
    &["doctor"],
    &["lake", "compact"],
    &["lake", "rebuild"],
    &["lake", "vacuum"],
    &["lake", "forget", "--keep-days", "300"],
    &["lake", "vacuum", "--keep-days", "0"],
];

/// Commands that have nothing to do in an empty folder, and say so.
const WANT_SOMETHING: [&[&str]; 3] = [&["quarantine", "show"], &["quarantine", "replay"], &["reattribute", "--since"]];

#[test]
fn no_answer_shows_a_missing_word_or_an_unfilled_place() {
    for lang in ["vi", "en"] {
        let (full, bare) = (lived_in(), Desk::empty());
        for words in COMMANDS {
            for desk in [&full, &bare] {
                let said = desk.run(&[&["--lang", lang][..], words].concat());
                let has_nothing = WANT_SOMETHING.iter().any(|begin| words.starts_with(begin));
                let wanted = i32::from(std::ptr::eq(desk, &bare) && has_nothing);
                let said = said.ended(wanted).all();
                assert!(!said.contains('⟦') && holes(&said).is_empty(), "{lang} {words:?}\n{said}");
                assert!(!said.is_empty() && !said.contains("panicked"), "{lang} {words:?}\n{said}");
            }
        }
        let out = full.path("out");
        let list = full.run_on(&["--lang", lang, "list", "--all", "--month", "2026-09", "--out"], &[out]).well().all();
        assert!(!list.contains('⟦') && list.contains("NET"), "{list}");
    }
}

#[test]
fn machines_get_json_and_nothing_else() {
    let desk = lived_in();
    for words in COMMANDS {
        let said = desk.run(&[words, &["--json"][..]].concat());
        for line in said.all().lines() {
            assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{words:?}: {line}");
        }
    }
}
