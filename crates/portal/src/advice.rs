//! What to do about a finding: which devices a family lives on is data, the steps are messages.

use std::borrow::Cow;
use std::collections::HashMap;

use event::rules::Kind;

use crate::tables::{BadTable, rows};
use crate::words::Words;

/// Most devices of one family.
const DEVICES_MAX: usize = 4;

/// A family in the table.
#[derive(Debug, Clone)]
struct Family {
    name: String,
    devices: Vec<String>,
}

/// Which devices families live on; `data/families.csv`.
#[derive(Debug, Clone)]
pub struct Devices {
    families: HashMap<String, Family>,
}

/// Steps for one kind of device.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Advice<'d> {
    /// `pc`, `server`, `router`, `camera`, `open` (a service to close) or `any`.
    pub device: &'d str,
    /// The device in words.
    pub title: Cow<'static, str>,
    /// What to do, in order.
    pub steps: &'static [String],
}

impl Devices {
    /// The shipped table.
    pub const SHIPPED: &'static str = include_str!("../data/families.csv");

    /// Reads a table.
    ///
    /// # Errors
    /// The first line that is not of the table's form.
    pub fn parse(text: &str) -> Result<Self, BadTable> {
        let mut families = HashMap::new();
        for (line, cells) in rows(text) {
            let [family, name, devices] = cells[..] else { return Err(BadTable::line(line, &cells)) };
            let devices = devices.split_whitespace().take(DEVICES_MAX).map(str::to_owned).collect();
            families.insert(family.to_owned(), Family { name: name.to_owned(), devices });
        }
        Ok(Self { families })
    }

    /// What people call a family; itself if the table has no name for it.
    pub fn name<'a>(&'a self, family: &'a str) -> &'a str {
        self.families.get(family).map_or(family, |known| known.name.as_str())
    }

    /// The devices to look at about a finding.
    pub fn of(&self, family: &str, kind: Kind) -> impl Iterator<Item = &str> {
        let known = self.families.get(family).filter(|_| kind == Kind::Botnet);
        let general = if kind == Kind::Exposed { "open" } else { "any" };
        let devices = known.map_or(&[][..], |known| known.devices.as_slice());
        devices.iter().map(String::as_str).chain(known.is_none().then_some(general))
    }
}

/// What to do about a device.
pub fn advice<'d>(device: &'d str, words: &'static Words) -> Advice<'d> {
    Advice { device, title: words.say(&format!("device.{device}")), steps: words.list(&format!("steps_{device}")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn every_device_of_the_table_has_steps_in_both_languages() {
        let devices = Devices::parse(Devices::SHIPPED).expect("table");
        let named = devices.families.values().flat_map(|family| family.devices.iter().map(String::as_str));
        for device in named.chain(["open", "any"]) {
            for lang in Lang::ALL {
                let words = Words::of(lang);
                assert!(words.has(&format!("device.{device}")), "{device}");
                assert!(advice(device, words).steps.len() >= 3, "{device}");
            }
        }
    }

    #[test]
    fn a_family_nobody_knows_gets_the_general_advice_of_its_kind() {
        let devices = Devices::parse(Devices::SHIPPED).expect("table");
        let of = |family, kind| devices.of(family, kind).collect::<Vec<_>>();
        assert_eq!(of("mirai", Kind::Botnet), ["router", "camera"]);
        assert_eq!(of("no-such", Kind::Botnet), ["any"]);
        assert_eq!(of("open-telnet", Kind::Exposed), ["open"]);
    }
}
