//! A published figure names its version, and the version never changes.

use std::sync::Arc;

use constituency::attribution::{ALL_DAYS, AttributionError};
use constituency::{Asked, Attribution, Attributor, Constituency, Hints, Role, Tables};
use event::subject::Subject;
use proptest::prelude::*;
use rustc_hash::FxHashMap;

#[derive(Debug, Clone, Copy)]
enum Step {
    Import(i32),
    Reattribute(i32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![(-20..20i32).prop_map(Step::Import), (-20..20i32).prop_map(Step::Reattribute)];
    prop::collection::vec(step, 0..12)
}

proptest! {
    #[test]
    fn versions_only_grow_and_every_day_has_a_snapshot(steps in steps()) {
        let mut attribution = Attribution::default();
        // What each version should say of the days -30 to 30.
        let mut wanted: Vec<Vec<u32>> = Vec::new();
        let mut snapshot = 0;
        for step in steps {
            let before = attribution.clone();
            let (made, from) = match step {
                Step::Import(today) => {
                    snapshot += 1;
                    (attribution.import(snapshot, today, 7), if wanted.is_empty() { -30 } else { today })
                }
                Step::Reattribute(since) => (attribution.reattribute(since, 7), since),
            };
            if snapshot == 0 {
                prop_assert_eq!(made, Err(AttributionError::NothingImported));
                continue;
            }
            let last = wanted.last().cloned().unwrap_or_else(|| vec![0; 61]);
            wanted.push((-30..=30).zip(last).map(|(day, old)| if day >= from { snapshot } else { old }).collect());
            prop_assert_eq!(made, Ok(wanted.len() as u32));
            prop_assert_eq!(&attribution.versions()[..before.versions().len()], before.versions());
        }
        for (version, wanted) in (1..).zip(&wanted) {
            let said: Vec<_> = (-30..=30).filter_map(|day| attribution.snapshot_for(version, day)).collect();
            prop_assert_eq!(&said, wanted);
            prop_assert_eq!(attribution.snapshot_for(version, i32::MIN), Some(wanted[0]));
        }
        let json = serde_json::to_string(&attribution).expect("json");
        prop_assert_eq!(serde_json::from_str::<Attribution>(&json).expect("read"), attribution);
    }
}

#[test]
fn what_is_damaged_is_not_believed() {
    for damaged in [
        r#"{"versions":[{"version":2,"made_at":0,"from_day_rules":[{"from_day":-2147483648,"snapshot":1}]}]}"#,
        r#"{"versions":[{"version":1,"made_at":0,"from_day_rules":[]}]}"#,
        r#"{"versions":[{"version":1,"made_at":0,"from_day_rules":[{"from_day":0,"snapshot":1}]}]}"#,
    ] {
        assert!(serde_json::from_str::<Attribution>(damaged).is_err(), "{damaged}");
    }
    assert_eq!(Attribution::default().snapshot_for(1, 0), None);
}

/// A country of two organisations in some order, of which one has the network.
fn tables(order: [&str; 2], owner: &str) -> Arc<Constituency> {
    let organisations = format!("code,name,kind\n{0},{0},agency\n{1},{1},agency\n", order[0], order[1]);
    let (tables, _) = Tables::read(&[
        ("organisations.csv", &organisations),
        ("networks.csv", &format!("network,organisation\n192.0.2.0/24,{owner}\n")),
        ("domains.csv", &format!("domain,organisation\n{owner}.example.vn,{owner}\n")),
        ("asns.csv", "asn,isp\n"),
    ]);
    Arc::new(Constituency::build(tables))
}

#[test]
fn each_day_is_answered_by_its_snapshot_in_one_set_of_ids() {
    let mut attribution = Attribution::default();
    attribution.import(1, 100, 0).expect("first");
    attribution.import(2, 200, 0).expect("second");
    attribution.reattribute(150, 0).expect("third");
    let snapshots: FxHashMap<_, _> = [(1, tables(["a", "b"], "a")), (2, tables(["b", "a"], "b"))].into_iter().collect();
    let version =
        |number| Attributor::new(attribution.version(number).expect("version"), &snapshots).expect("snapshots");
    let subject = Subject::parse("192.0.2.1").expect("subject");
    let owner = |attributor: &Attributor, day| {
        let owner = attributor.owner_at(&subject, day, Hints::default());
        owner.organisation.map(|id| attributor.code(id).to_owned())
    };
    let (first, second, third) = (version(1), version(2), version(3));
    assert_eq!([0, 199, 200].map(|day| owner(&first, day).expect("owner")), ["a", "a", "a"]);
    assert_eq!([0, 199, 200].map(|day| owner(&second, day).expect("owner")), ["a", "a", "b"]);
    assert_eq!([149, 150, 300].map(|day| owner(&third, day).expect("owner")), ["a", "b", "b"]);
    let address = |day| Asked { bits: 0xffff_c000_0201, day, hints: Hints::default() };
    let days = [149, 150, 151, 300, 0].repeat(90);
    let together = third.owners_of_addresses(&days.iter().map(|day| address(*day)).collect::<Vec<_>>());
    let alone = |day: &i32| third.owner_of_address(0xffff_c000_0201, *day, None, None);
    assert_eq!(together, days.iter().map(alone).collect::<Vec<_>>());
    assert_eq!(third.id("b"), third.owner_of_domain("x.b.example.vn", 160, None).organisation);
    let a = [third.id("a").expect("a")];
    assert_eq!(third.networks_of(&a, Role::Organisation, 0..150).len(), 1);
    assert!(third.networks_of(&a, Role::Organisation, 150..400).is_empty());
    assert_eq!(third.domains_of(&a, ALL_DAYS..400), ["a.example.vn"]);
    assert_eq!(third.subtree("a", 300), a);
    assert_eq!(third.parent(a[0], 300), None);
    assert_eq!(third.organisation(a[0], 300).map(|row| row.name.as_str()), Some("a"));
}

#[test]
fn a_snapshot_that_is_missing_is_named() {
    let mut attribution = Attribution::default();
    attribution.import(7, 0, 0).expect("import");
    let missing = Attributor::new(attribution.current().expect("version"), &FxHashMap::default()).expect_err("missing");
    assert_eq!((missing.version, missing.snapshot), (1, 7));
}
