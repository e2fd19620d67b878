//! Rows of the Shadowserver report types, in their own columns.
//!
//! Column names are those of the public report pages, <https://www.shadowserver.org/what-we-do/network-reporting/>.

use crate::desk::Told;
use crate::family::FAMILIES;
use crate::feed::Feed;
use crate::line::Line;
use crate::rng::Rng;

/// The 30 columns all `event4_` and `event6_` reports begin with.
const EVENT: &str = r#""timestamp","protocol","src_ip","src_port","src_asn","src_geo","src_region","src_city","src_hostname","src_naics","src_sector","device_vendor","device_type","device_model","dst_ip","dst_port","dst_asn","dst_geo","dst_region","dst_city","dst_hostname","dst_naics","dst_sector","public_source","infection","family","tag","application","version","event_id""#;
const HTTP: &str = r#","http_url","http_host","http_agent","forwarded_by","ssl_cipher","http_referer""#;
const BRUTE_FORCE: &str =
    r#","service","start_time","end_time","client_version","username","password","payload_url","payload_md5""#;
const TELNET: &str =
    r#""timestamp","ip","protocol","port","hostname","tag","asn","geo","region","city","naics","sic","banner""#;
const RDP: &str = r#""timestamp","ip","port","hostname","tag","handshake","asn","geo","region","city","rdp_protocol","cert_length","subject_common_name","issuer_common_name","cert_issue_date","cert_expiration_date","sha1_fingerprint","cert_serial_number","ssl_version","signature_algorithm","key_algorithm","sha256_fingerprint","sha512_fingerprint","md5_fingerprint","naics","sic","sector","tlsv13_support","tlsv13_cipher","cve20190708_vulnerable","bluekeep_vulnerable","jarm""#;
const WEBSITE: &str = r#""timestamp","ip","port","hostname","tag","application","asn","geo","region","city","url","http_host","category","system","detected_since","server","redirect_target","naics","sic","sector","cc_url","family""#;

/// The header of a report type.
pub(crate) fn header(feed: Feed) -> String {
    match feed {
        Feed::SinkholeHttp => format!("{EVENT}{HTTP}"),
        Feed::BruteForce => format!("{EVENT}{BRUTE_FORCE}"),
        Feed::Telnet => TELNET.to_owned(),
        Feed::Rdp => RDP.to_owned(),
        Feed::Website => WEBSITE.to_owned(),
        _ => EVENT.to_owned(),
    }
}

/// The 30 common cells; `to` is the sensor, `what` are infection, family, tag and application.
fn event(line: &mut Line, told: &Told, transport: &str, (to, port): (&str, u16), what: [&str; 4]) {
    let [infection, family, tag, application] = what;
    line.text(&told.time).text(transport).text(&told.address).number(told.port).number(told.asn);
    line.text("VN").text(told.region).text(&told.city).text(&told.host).number(told.naics).text(told.sector);
    let device = if infection == "mirai" { "camera" } else { "" };
    line.empty(1).text(device).empty(1);
    line.text(to).number(port).number(SENSOR_ASN).text("SG").text("SINGAPORE").text("SINGAPORE");
    line.empty(1).number(518_210u32).empty(1).text("made");
    line.text(infection).text(family).text(tag).text(application).empty(2);
}

/// Of the numbers for documentation (RFC 5398): where the sensors stand.
pub(crate) const SENSOR_ASN: u32 = 64_496;
/// Sensors have addresses of TEST-NET-2 (RFC 5737) and, for IPv6, of the upper end of 2001:db8::/32.
const SENSORS: u64 = 12;

fn sensor(rng: &mut Rng) -> String {
    format!("198.51.100.{}", 10 + rng.below(SENSORS))
}

/// A call of an infected machine at one of the three sinkholes.
pub(crate) fn sinkhole(feed: Feed, family: usize, told: &Told, rng: &mut Rng) -> String {
    let known = FAMILIES[family];
    let spelling = feed.spelling(family);
    let to = if feed == Feed::Sinkhole6 { format!("2001:db8:ffff::{:x}", rng.below(SENSORS)) } else { sensor(rng) };
    let application = if known.http { "http" } else { "" };
    let mut line = Line::default();
    event(&mut line, told, known.transport, (&to, known.port), [spelling, known.name, "", application]);
    if feed == Feed::SinkholeHttp {
        let page = ["/gate.php", "/in.cgi", "/forum/viewtopic.php", "/stat"][rng.index(4)];
        let host = format!("{}-{}.c2.example", known.name, rng.below(5));
        line.text(&format!("POST {page} HTTP/1.1")).text(&host).text("Mozilla/4.0").empty(3);
    }
    line.finish()
}

/// Attempts to guess a password of a honeypot.
pub(crate) fn brute_force(told: &Told, rng: &mut Rng) -> String {
    let (service, port, infection) =
        [("telnet", 23, "telnet-brute-force"), ("ssh", 22, "ssh-brute-force")][rng.index(2)];
    let user = ["root", "admin", "user", "guest"][rng.index(4)];
    let mut line = Line::default();
    event(&mut line, told, "tcp", (&sensor(rng), port), [infection, "", "", service]);
    let start = format!("{}Z", told.time.replace(' ', "T"));
    let client = if service == "ssh" { "SSH-2.0-made_1.0" } else { "" };
    line.text(service).text(&start).text(&start).text(client).text(user).text("made-password").empty(2);
    line.finish()
}

/// An open telnet service; the same `service` answers the same every day.
pub(crate) fn telnet(told: &Told, service: u64) -> String {
    let banner = ["Router login:", "camera login:", "BusyBox built-in shell (ash)", "Username:"][service as usize % 4];
    let mut line = Line::default();
    line.text(&told.time).text(&told.address).text("tcp").number(23u32).text(&told.host).text("telnet");
    line.number(told.asn).text("VN").text(told.region).text(&told.city).number(told.naics).number(0u32).text(banner);
    line.finish()
}

/// An open remote desktop; the same `service` shows the same certificate every day.
pub(crate) fn rdp(told: &Told, service: u64) -> String {
    let mut rng = Rng::new(service, "certificate");
    let name = format!("PC-{:04X}", rng.below(1 << 16));
    let mut print = |bytes: usize| (0..bytes).map(|_| format!("{:02X}", rng.below(256))).collect::<Vec<_>>().join(":");
    let (sha1, sha256, md5, serial) = (print(20), print(32), print(16), print(8).replace(':', ""));
    let mut line = Line::default();
    line.text(&told.time).text(&told.address).number(3389u32).text(&told.host).text("rdp").empty(1);
    line.number(told.asn).text("VN").text(told.region).text(&told.city).text("RDP").number(730u32);
    line.text(&name).text(&name).text("2026-01-05 00:00:00").text("2027-01-05 00:00:00").text(&sha1).text(&serial);
    line.number(2u32).text("sha256WithRSAEncryption").text("rsaEncryption").text(&sha256).empty(1).text(&md5);
    line.number(told.naics).number(0u32).text(told.sector).empty(2).text("N").text("N").empty(1);
    line.finish()
}

/// A website others have altered: its name, the page, what for, since when.
pub(crate) fn website(told: &Told, name: &str, page: &str, category: &str, since: &str) -> String {
    let mut line = Line::default();
    line.text(&told.time).text(&told.address).number(80u32).text(&told.host).text(category).text("http");
    line.number(told.asn).text("VN").text(told.region).text(&told.city).text(page).text(name).text(category);
    line.text("Linux").text(&format!("{since} 00:00:00")).text("nginx").empty(1);
    line.number(told.naics).number(0u32).text(told.sector).empty(2);
    line.finish()
}
