//! What to do about a finding: which devices a family lives on is data, the steps are messages.

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
pub struct Advice {
    /// `pc`, `server`, `router`, `camera`, `open` (a service to close) or `any`.
    pub device: String,
    /// The device in words.
    pub title: String,
    /// What to do, in order.
    pub steps: Vec<String>,
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

    /// What to do about a finding.
    pub fn advice(&self, family: &str, kind: Kind, words: &Words) -> Vec<Advice> {
        let known = self.families.get(family).filter(|_| kind == Kind::Botnet).map(|known| known.devices.as_slice());
        let general = [if kind == Kind::Exposed { "open" } else { "any" }.to_owned()];
        let devices = known.unwrap_or(&general);
        devices.iter().map(|device| advice(device, words)).collect()
    }
}

fn advice(device: &str, words: &Words) -> Advice {
    Advice {
        device: device.to_owned(),
        title: words.say(&format!("device.{device}")).into_owned(),
        steps: words.list(&format!("steps_{device}")).into_iter().map(str::to_owned).collect(),
    }
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
        let of = |family, kind| {
            devices.advice(family, kind, Words::of(Lang::En)).into_iter().map(|a| a.device).collect::<Vec<_>>()
        };
        assert_eq!(of("mirai", Kind::Botnet), ["router", "camera"]);
        assert_eq!(of("no-such", Kind::Botnet), ["any"]);
        assert_eq!(of("open-telnet", Kind::Exposed), ["open"]);
    }
}
