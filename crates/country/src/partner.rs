//! A partner's botnet feed: JSON lines in the IntelMQ data format, <https://docs.intelmq.org/latest/user/event/>.

use serde_json::json;

use crate::desk::Told;
use crate::family::FAMILIES;
use crate::feed::Feed;

/// One line.
pub(crate) fn line(family: usize, told: &Told) -> String {
    let known = FAMILIES[family];
    let spelling = Feed::Partner.spelling(family);
    let mut event = json!({
        "feed.name": "Made Partner Botnet Feed",
        "feed.provider": "Made Partner",
        "feed.accuracy": 90.0,
        "time.source": format!("{}+00:00", told.time.replace(' ', "T")),
        "source.ip": told.address,
        "source.port": told.port,
        "source.asn": told.asn,
        "source.geolocation.cc": "VN",
        "source.geolocation.region": told.region,
        "source.geolocation.city": told.city,
        "destination.port": known.port,
        "protocol.transport": known.transport,
        "classification.taxonomy": "malicious-code",
        "classification.type": "infected-system",
        "classification.identifier": spelling,
        "malware.name": spelling,
        "extra.sensor": "made-sensor-1",
        "extra.sector": told.sector,
    });
    // The format has no empty values.
    if let Some(names) = event.as_object_mut() {
        names.retain(|_, value| value.as_str() != Some(""));
        if !told.host.is_empty() {
            names.insert("source.reverse_dns".to_owned(), told.host.as_str().into());
        }
    }
    event.to_string()
}
