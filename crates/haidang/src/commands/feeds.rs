//! `feeds`: how the feeds live.

use event::time::DAY;
use pipeline::catalogue::Feeds;
use pipeline::health::{self, FamilyHealth, FeedHealth, Volume};
use pipeline::journal::Journal;

use crate::cli::FeedsArgs;
use crate::commands::Desk;
use crate::exit;

/// Bars of the small picture of a feed's days.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub(crate) fn run(desk: &Desk, args: &FeedsArgs) -> anyhow::Result<i32> {
    let (feeds, journal, lake) = (Feeds::open(&desk.folder)?, Journal::open(&desk.folder)?, desk.lake()?);
    let mut healths = health::feeds(&desk.folder, &lake, &journal, &feeds, desk.now())?;
    if let Some(name) = &args.feed {
        healths.retain(|health| health.feed == *name);
        anyhow::ensure!(!healths.is_empty(), "no feed {name:?} in feeds.toml; see `haidang feeds`");
    }
    match (&healths[..], &args.feed) {
        _ if desk.out.json() => desk.out.value(&healths)?,
        ([health], Some(_)) => by_family(desk, health)?,
        _ => by_feed(desk, &healths)?,
    }
    Ok(exit::OK)
}

fn by_feed(desk: &Desk, healths: &[FeedHealth]) -> anyhow::Result<()> {
    let mut table =
        desk.out.heads(["feed", "delivered", "reports", "quarantined", "last_day", "usual", "days", "state"]);
    for health in healths {
        let delivered = health.delivered.map(|at| desk.folder.zone().local_text(at));
        table.row([
            health.feed.clone(),
            delivered.unwrap_or_else(|| desk.out.words.say("feeds.never")),
            desk.out.number(health.reports as i64),
            desk.out.number(health.quarantined as i64),
            desk.out.number(health.volume.last_day_events),
            desk.out.number(health.volume.usual_per_day),
            bars(&health.volume.days),
            state(desk, health),
        ]);
    }
    desk.out.table(&table)
}

fn by_family(desk: &Desk, health: &FeedHealth) -> anyhow::Result<()> {
    desk.out.title(&health.feed)?;
    desk.out.line(&state(desk, health))?;
    let mut table = desk.out.heads(["family", "last", "last_day", "usual", "days", "state"]);
    for FamilyHealth { family, volume, silent } in &health.families {
        let state = if *silent { desk.out.words.say("feeds.silent_family") } else { off(desk, volume) };
        table.row([
            family.clone().unwrap_or_else(|| "–".to_owned()),
            volume.last_event.map_or_else(String::new, |at| desk.folder.zone().local_text(at)),
            desk.out.number(volume.last_day_events),
            desk.out.number(volume.usual_per_day),
            bars(&volume.days),
            state,
        ]);
    }
    desk.out.table(&table)
}

fn off(desk: &Desk, volume: &Volume) -> String {
    if volume.off { desk.out.words.say("feeds.off") } else { String::new() }
}

fn state(desk: &Desk, health: &FeedHealth) -> String {
    let mut states = Vec::new();
    if let Some(at) = health.delivered.filter(|_| health.late) {
        let days = ((desk.now() - at).max(0) / DAY).to_string();
        states.push(desk.out.words.fill("feeds.late", &[("days", &days)]));
    }
    states.extend(Some(off(desk, &health.volume)).filter(|text| !text.is_empty()));
    let silent: Vec<&str> = health.silent_families().collect();
    if !silent.is_empty() {
        states.push(desk.out.words.fill("feeds.silent", &[("families", &silent.join(", "))]));
    }
    if states.is_empty() && health.delivered.is_some() {
        states.push(desk.out.words.say("feeds.well"));
    }
    states.join("; ")
}

fn bars(days: &[i64]) -> String {
    let most = days.iter().copied().max().unwrap_or(0).max(1);
    days.iter().map(|n| if *n == 0 { ' ' } else { BARS[((n * 7) / most).clamp(0, 7) as usize] }).collect()
}
