//! The fast answer is the slow answer.

use std::sync::Arc;

use constituency::{Asked, Attribution, Attributor, Constituency, Hints, Owner, PlaceId, Role};
use event::address;
use event::subject::Subject;
use proptest::prelude::*;

use crate::naive::{Answer, DAYS, SPACES, code, holds, prefix_around, some_country, some_name};

fn answer(country: &Constituency, owner: Owner) -> Answer {
    let code = |id: Option<_>| id.map(|id| country.code(id).to_owned());
    Answer {
        isp: code(owner.isp),
        organisation: code(owner.organisation),
        place: owner.place.map(PlaceId::code).map(str::to_owned),
        source: owner.place_source.name(),
        flags: owner.flags.names().collect(),
        conflict: owner.conflict,
    }
}

/// Every address of the small spaces, and one outside of each.
fn addresses() -> impl Iterator<Item = u128> {
    SPACES.into_iter().flat_map(|first| (0..=64).map(move |n| first.wrapping_add(n)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_address_has_the_owner_every_row_says(country in some_country(), day in -2..2 * DAYS, asn in prop::option::of(64496..64500u32), feed in prop::option::of(Just("91"))) {
        let built = country.build();
        for bits in addresses() {
            let fast = answer(&built, built.owner_of_address(bits, day, asn, feed));
            prop_assert_eq!(fast, country.of_address(bits, day, asn, feed), "{} on day {}", address::from_bits(bits), day);
        }
    }

    #[test]
    fn many_at_once_are_as_one_by_one(country in some_country(), day in -2..2 * DAYS, asn in prop::option::of(64496..64500u32)) {
        let built = Arc::new(country.build());
        let mut attribution = Attribution::default();
        attribution.import(1, 0, 0).expect("import");
        let snapshots = [(1, Arc::clone(&built))].into_iter().collect();
        let whole = Attributor::new(attribution.current().expect("version"), &snapshots).expect("snapshot");
        let hints = Hints { asn, place: None };
        let asked: Vec<_> = addresses().zip(0..).map(|(bits, n)| Asked { bits, day: day + n % 3, hints }).collect();
        let one = |asked: &Asked<'_>| built.owner_of_address(asked.bits, asked.day, asn, None);
        for count in [asked.len(), 129, 128, 1, 0] {
            prop_assert_eq!(whole.owners_of_addresses(&asked[..count]), asked[..count].iter().map(one).collect::<Vec<_>>());
        }
    }

    #[test]
    fn every_day_has_its_owner(country in some_country(), at in 0..SPACES.len() * 64) {
        let built = country.build();
        let bits = SPACES[at / 64] + (at % 64) as u128;
        for day in -2..2 * DAYS {
            let fast = answer(&built, built.owner_of_address(bits, day, None, None));
            prop_assert_eq!(fast, country.of_address(bits, day, None, None), "day {}", day);
        }
    }

    #[test]
    fn a_name_has_the_owner_every_row_says(country in some_country(), name in some_name(), feed in prop::option::of(Just("91"))) {
        let built = country.build();
        for day in -2..2 * DAYS {
            let fast = answer(&built, built.owner_of_domain(&name, day, feed));
            prop_assert_eq!(fast, country.of_domain(&name, day, feed), "{} on day {}", name, day);
        }
    }

    #[test]
    fn what_belongs_to_somebody_lies_in_his_networks(country in some_country(), of in 0..6usize, from in 0..DAYS, asn in prop::option::of(64496..64500u32)) {
        let built = country.build();
        let Some(id) = built.id(&code(of)) else { return Ok(()) };
        let days = from..from + 5;
        let [isp, own] = [Role::Isp, Role::Organisation].map(|role| built.networks_of(&[id], role, days.clone()));
        prop_assert!(own.is_sorted_by(|a, b| a.1 + 1 < b.0));
        let within = |stretches: &[(u128, u128)], bits| stretches.iter().any(|(first, last)| (*first..=*last).contains(&bits));
        for (bits, day) in addresses().flat_map(|bits| days.clone().map(move |day| (bits, day))) {
            let owner = built.owner_of_address(bits, day, asn, None);
            prop_assert!(owner.isp != Some(id) || within(&isp, bits));
            prop_assert!(owner.organisation != Some(id) || within(&own, bits));
        }
    }

    #[test]
    fn what_is_named_lies_below_his_names(country in some_country(), of in 0..6usize, name in some_name(), day in 0..DAYS) {
        let built = country.build();
        let Some(id) = built.id(&code(of)) else { return Ok(()) };
        let names = built.domains_of(&[id], day..day + 1);
        if built.owner_of_domain(&name, day, None).organisation == Some(id) {
            let lies_below = |above: &String| name == *above || name.ends_with(&format!(".{above}"));
            prop_assert!(names.iter().any(lies_below));
        }
    }

    #[test]
    fn every_row_that_matches_is_shown(country in some_country(), at in 0..SPACES.len() * 64, day in 0..DAYS) {
        let built = country.build();
        let bits = SPACES[at / 64] + (at % 64) as u128;
        let shown = built.explain(&Subject::Address(address::from_bits(bits)), day);
        let rows = (2u32..).zip(&country.networks);
        let wanted = rows.filter(|(_, row)| holds(row.days, day) && prefix_around(bits, row.key).is_some());
        let mut lines: Vec<_> = shown.iter().map(|row| row.line).collect();
        lines.sort_unstable();
        prop_assert_eq!(lines, wanted.map(|(line, _)| line).collect::<Vec<_>>());
    }
}
