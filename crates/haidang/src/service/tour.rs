//! The demo's portal: the made country's pages on this machine, visitors to play, and reports that keep coming.
//!
//! A portal answers only about the address one comes from, and everybody here comes from this machine. So the demo has a
//! door of its own for each visitor who is worth being, open to this machine only, and whoever comes in by it counts as
//! that visitor. Nothing of the settings can open such a door.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use country::{Live, Plan};
use documents::message::Lang;
use event::rules::Kind;
use event::time::{DAY, SECOND, day_text, to_text};
use pipeline::writer::Clock;
use portal::config::Config;
use portal::front::Ownership as _;
use portal::verdict::Reach;
use serde_json::json;
use tracing_subscriber::filter::LevelFilter;

use crate::commands::{Desk, serve};
use crate::out::message;
use crate::service::owning::Owning;

/// Ports that are tried for the portal, from the one wanted on.
const PORTS: u16 = 10;
/// A new report comes so often.
const EVERY: Duration = Duration::from_secs(15);
/// Most reports that come: more than a working day of them, and then the folder's many small files would slow it down.
const REPORTS_MAX: usize = 2_000;
/// The feed that delivers by HTTP in the tour.
const FEED: &str = "sinkhole";
/// What the portal shows is told of so many days.
const DAYS: i32 = 30;
/// Addresses beside a recorded one that are looked through for one of which nothing is recorded.
const BESIDE: u128 = 256;

/// A visitor to play.
struct Played {
    /// What he is, as the messages call him.
    who: &'static str,
    address: IpAddr,
    listener: TcpListener,
}

/// Serves the made country until the process is told to stop.
pub(crate) fn serve(desk: &Desk, plan: &Plan, wanted: u16) -> anyhow::Result<i32> {
    let listener = free(wanted)?;
    let listen = listener.local_addr()?;
    if wanted != 0 && listen.port() != wanted {
        let (wanted, port) = (wanted.to_string(), listen.port().to_string());
        desk.out.say("tour.port", &[("wanted", &wanted), ("port", &port)])?;
    }
    let config = config(desk, listen)?;
    let inbox = config.inbox.clone().context("the demo has a watched folder")?;
    let played = play(visitors(desk)?, listen.port())?;
    let _log = serve::log(LevelFilter::WARN)?;
    let token = serve::issue(desk, FEED)?;
    let doors = std::iter::once(Ok((listener, None)));
    let doors = doors.chain(played.iter().map(|visitor| Ok((visitor.listener.try_clone()?, Some(visitor.address)))));
    let doors = doors.collect::<std::io::Result<Vec<serve::Door>>>()?;
    let mut live = None;
    let served = serve::open(desk, config, doors, |config, _| {
        live = Some(Reports::keep_coming(plan, desk.clock.clone(), &inbox)?);
        let officers = config.admin_token.as_deref().map(pipeline::folder::read_text).transpose()?.unwrap_or_default();
        tell(desk, &Tour { listen, played: &played, officers: officers.trim(), token: &token, inbox: &inbox })
    });
    if let Some(live) = live {
        live.stop();
    }
    served
}

/// The first free port of this machine alone.
fn free(wanted: u16) -> anyhow::Result<TcpListener> {
    let ports = wanted..=wanted.saturating_add(if wanted == 0 { 0 } else { PORTS - 1 });
    let mut bound = ports.clone().filter_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
    bound.next().with_context(|| {
        format!("listen on a port from {} to {}; name another with --port", ports.start(), ports.end())
    })
}

/// The demo's settings are its own: nothing of the environment changes what the tour says.
fn config(desk: &Desk, listen: SocketAddr) -> anyhow::Result<Config> {
    let flag = |name: &str, value: String| (name.to_owned(), value);
    let flags = [
        flag("listen", listen.to_string()),
        flag("authority_vi", message(Lang::Vi, "tour.authority")),
        flag("authority_en", message(Lang::En, "tour.authority")),
    ];
    serve::settled(desk, Config::resolve("", |_| None, &flags)?)
}

/// A door for each visitor, on the ports behind the portal's as far as they are free.
fn play(visitors: Vec<(&'static str, IpAddr)>, behind: u16) -> anyhow::Result<Vec<Played>> {
    let mut port = behind;
    let mut played = Vec::new();
    for (who, address) in visitors {
        port = port.saturating_add(1);
        let listener = free(port).or_else(|_| free(0))?;
        port = listener.local_addr()?.port();
        played.push(Played { who, address, listener });
    }
    Ok(played)
}

/// Those who are worth being: recorded at a static and at a dynamic address, behind a shared one, and nowhere recorded.
fn visitors(desk: &Desk) -> anyhow::Result<Vec<(&'static str, IpAddr)>> {
    let (lake, owners, today) = (desk.lake()?, desk.owners(None)?, desk.today());
    let catalogue = pipeline::catalogue::catalogue(&desk.folder)?;
    let whose = Owning::default();
    whose.set(Arc::clone(&owners), today);
    let mut recorded = HashSet::new();
    let mut newest: [Option<(i32, u32, IpAddr)>; 3] = [None; 3];
    lake.seen(today - DAYS, |seen| {
        recorded.insert(seen.bits);
        let address = event::address::from_bits(seen.bits);
        let place = match whose.whose(address).reach {
            Reach::Static => 0,
            Reach::Dynamic => 1,
            Reach::Shared => 2,
            _ => return,
        };
        let is_told = seen.kind == Kind::Botnet && catalogue.feed(seen.feed).is_some_and(|feed| feed.public);
        let found = (seen.last, seen.days, address);
        if is_told && address.is_ipv4() && newest[place].is_none_or(|newest| newest < found) {
            newest[place] = Some(found);
        }
    })?;
    let [fixed, lent, shared] = newest.map(|found| found.map(|(_, _, address)| address));
    let beside = fixed.and_then(|address| {
        let first = event::address::to_bits(address);
        let mut others = (1..BESIDE).map(|step| first ^ step).filter(|bits| !recorded.contains(bits));
        others.find(|bits| whose.whose(event::address::from_bits(*bits)).reach == Reach::Static)
    });
    let unseen = beside.map(event::address::from_bits);
    let all =
        [("tour.seen_static", fixed), ("tour.seen_dynamic", lent), ("tour.shared", shared), ("tour.unseen", unseen)];
    Ok(all.into_iter().filter_map(|(who, address)| Some((who, address?))).collect())
}

/// What is told of the portal.
struct Tour<'t> {
    listen: SocketAddr,
    played: &'t [Played],
    officers: &'t str,
    token: &'t str,
    inbox: &'t Path,
}

/// Where the tour leads in a language: message and path.
fn stops(lang: Lang) -> [(&'static str, &'static str); 4] {
    let (home, data, desk) = match lang {
        Lang::Vi => ("/", "/du-lieu", "/quan-tri"),
        Lang::En => ("/en", "/en/du-lieu", "/en/quan-tri"),
    };
    [("tour.home", home), ("tour.data", data), ("tour.desk", desk), ("tour.api", "/api/v1/openapi.json")]
}

fn tell(desk: &Desk, tour: &Tour<'_>) -> anyhow::Result<()> {
    let (out, base) = (&desk.out, format!("http://{}", tour.listen));
    if out.json() {
        return out.value(&of_machines(desk, tour)?);
    }
    out.title(&out.words.say("tour.title"))?;
    for (message, path) in stops(out.lang()) {
        out.say(message, &[("url", &format!("{base}{path}")), ("token", tour.officers)])?;
    }
    out.say("tour.check", &[])?;
    let check = if out.lang() == Lang::Vi { "/kiem-tra" } else { "/en/kiem-tra" };
    for visitor in tour.played {
        let at = format!("http://{}", visitor.listener.local_addr()?);
        let (url, api) = (format!("{at}{check}"), format!("{at}/api/v1/check"));
        let (who, address) = (out.words.say(visitor.who), visitor.address.to_string());
        out.say("tour.visitor", &[("who", &who), ("address", &address), ("url", &url), ("api", &api)])?;
    }
    if let Some(unseen) = tour.played.iter().find(|visitor| visitor.who == "tour.unseen") {
        let curl = curl(desk, &base, tour.token, unseen.address)?;
        out.say("tour.push", &[("address", &unseen.address.to_string()), ("curl", &curl)])?;
    }
    let (seconds, inbox) = (EVERY.as_secs().to_string(), tour.inbox.display().to_string());
    out.say("tour.inbox", &[("seconds", &seconds), ("path", &inbox)])
}

/// The tour for machines.
fn of_machines(desk: &Desk, tour: &Tour<'_>) -> std::io::Result<serde_json::Value> {
    let visitor = |visitor: &Played| {
        let at = visitor.listener.local_addr()?.to_string();
        Ok(json!({ "who": visitor.who, "address": visitor.address, "at": at }))
    };
    let visitors = tour.played.iter().map(visitor).collect::<std::io::Result<Vec<_>>>()?;
    Ok(json!({
        "portal": tour.listen.to_string(), "paths": stops(desk.out.lang()).map(|(_, path)| path),
        "officers_token": tour.officers, "feed": FEED, "feed_token": tour.token, "inbox": tour.inbox, "visitors": visitors,
    }))
}

/// Writes a report that tells of an address, and how to deliver it.
fn curl(desk: &Desk, base: &str, token: &str, address: IpAddr) -> anyhow::Result<String> {
    let now = desk.now();
    let name = format!("{}-event4_sinkhole-tour-geo.csv", day_text(now.div_euclid(DAY) as i32));
    let path = desk.folder.path("made/tour").join(&name);
    let time = to_text(now - 60 * SECOND);
    let report = format!("timestamp,src_ip,src_port,infection\n{time},{address},4711,conficker\n");
    desk.folder.disk.write(&path, report.as_bytes(), disk::Taken::Replace)?;
    Ok(format!(
        "curl -H 'Authorization: Bearer {token}' -H 'X-Report-Name: {name}' -H 'Content-Type: text/csv' --data-binary \
         '@{}' {base}/api/v1/feeds/{FEED}/reports",
        path.display()
    ))
}

/// The thread that goes on making reports.
struct Reports {
    ends: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Reports {
    /// Puts a report into a watched folder, now and every while.
    fn keep_coming(plan: &Plan, clock: Clock, inbox: &Path) -> anyhow::Result<Self> {
        let mut live = Live::after(plan)?;
        let inbox = inbox.to_owned();
        let (ends, ended) = sync_channel(1);
        let thread = std::thread::spawn(move || come(&mut live, &clock, &inbox, &ended));
        Ok(Self { ends, thread })
    }

    fn stop(self) {
        // It may have ended by itself.
        let _ = self.ends.try_send(());
        if self.thread.join().is_err() {
            tracing::error!(target: "keeper", "the thread that makes reports had ended before");
        }
    }
}

/// Reports until it is to end.
fn come(live: &mut Live, clock: &Clock, inbox: &Path, ended: &Receiver<()>) {
    for _ in 0..REPORTS_MAX {
        let (name, bytes) = live.report(clock());
        if let Err(error) = put(inbox, &name, &bytes) {
            tracing::error!(target: "keeper", %error, "the demo cannot deliver a report");
        }
        if ended.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

/// As senders should: under another name until it is whole.
fn put(inbox: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let half: PathBuf = inbox.join(format!(".{name}.part"));
    std::fs::write(&half, bytes)?;
    std::fs::rename(half, inbox.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_passed_over_and_nobody_else_can_come_in() {
        let first = free(0).expect("a port");
        let taken = first.local_addr().expect("a port").port();
        let next = free(taken).expect("another").local_addr().expect("a port");
        assert!((taken + 1..taken + PORTS).contains(&next.port()) && next.ip().is_loopback(), "{taken} {next}");
    }
}
