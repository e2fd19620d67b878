//! What logs are held against in tests.

use std::sync::Arc;

use event::time::Zone;
use indicators::indicator::Indicator;
use indicators::inside::Inside;
use indicators::list::{self, Defaults, Format, INDICATORS_MAX, Purpose, Reading};
use indicators::set::Set;
use indicators::watch::{Kind, Watch};

/// Made up, as the samples of `testdata/logs` are.
const MADE_UP: [(Kind, &str); 7] = [
    (Kind::Domain, "bad.example"),
    (Kind::AddressPort, "198.51.100.66:443"),
    (Kind::AddressPort, "198.51.100.66:449"),
    (Kind::AddressPort, "[2001:db8:bad::1]:81"),
    (Kind::Address, "198.51.100.99"),
    (Kind::Url, "download.example/bad/a.exe"),
    (Kind::Path, "/made-up-gate.php"),
];

fn watch(indicators: Set) -> Arc<Watch> {
    Arc::new(Watch::new(Arc::new(indicators), Arc::default(), Inside::private()))
}

/// Holds logs against the made-up indicators.
pub(crate) fn made_up() -> Arc<Watch> {
    let mut set = Set::builder();
    set.begin("made-up", 0);
    for (kind, text) in MADE_UP {
        let confidence = Some(80).filter(|_| kind != Kind::Path);
        let (family, source) = ("made-up-bot".into(), "made up".into());
        let indicator = Indicator {
            kind,
            text: text.into(),
            family,
            source,
            confidence,
            from: None,
            until: None,
            comment: "".into(),
        };
        set.add(&indicator).expect(text);
    }
    watch(set.build())
}

/// Holds logs against a list of one indicator a line.
pub(crate) fn of_list(text: &[u8], family: &str) -> Arc<Watch> {
    let zone = Zone::named("UTC").expect("zone");
    let defaults = Defaults { family: family.to_owned(), ..Defaults::default() };
    let (format, purpose, most) = (Format::Text, Purpose::Indicators, INDICATORS_MAX);
    let mut set = Set::builder();
    set.begin(family, 0);
    list::read(text, Reading { format, purpose, defaults, zone: &zone, most }, |indicator| {
        set.add(&indicator).expect("canonical");
    });
    watch(set.build())
}
