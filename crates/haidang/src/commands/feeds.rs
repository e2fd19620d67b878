//! `feeds`: how the feeds live.

use event::time::DAY;
use pipeline::catalogue::Feeds;
use pipeline::health;
use pipeline::journal::Journal;

use crate::commands::Desk;
use crate::exit;

/// Bars of the small picture of a feed's days.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub(crate) fn run(desk: &Desk) -> anyhow::Result<i32> {
    let (feeds, journal, lake) = (Feeds::open(&desk.folder)?, Journal::open(&desk.folder)?, desk.lake()?);
    let healths = health::feeds(&desk.folder, &lake, &journal, &feeds, desk.now())?;
    if desk.out.json() {
        desk.out.value(&healths)?;
        return Ok(exit::OK);
    }
    let mut table =
        desk.out.heads(["feed", "delivered", "reports", "quarantined", "last_day", "usual", "days", "state"]);
    for health in &healths {
        let delivered = health.delivered.map(|at| desk.folder.zone().local_text(at));
        table.row([
            health.feed.clone(),
            delivered.unwrap_or_else(|| desk.out.words.say("feeds.never")),
            desk.out.number(health.reports as i64),
            desk.out.number(health.quarantined as i64),
            desk.out.number(health.last_day_events),
            desk.out.number(health.usual_per_day),
            bars(&health.days),
            state(desk, health),
        ]);
    }
    desk.out.table(&table)?;
    Ok(exit::OK)
}

fn state(desk: &Desk, health: &health::FeedHealth) -> String {
    let say = |key: &str| desk.out.words.say(key);
    let mut states = Vec::new();
    if let Some(at) = health.delivered.filter(|_| health.late) {
        let days = ((desk.now() - at).max(0) / DAY).to_string();
        states.push(desk.out.words.fill("feeds.late", &[("days", &days)]));
    }
    if health.off {
        states.push(say("feeds.off"));
    }
    if !health.silent_families.is_empty() {
        states.push(desk.out.words.fill("feeds.silent", &[("families", &health.silent_families.join(", "))]));
    }
    if states.is_empty() && health.delivered.is_some() {
        states.push(say("feeds.well"));
    }
    states.join("; ")
}

fn bars(days: &[i64]) -> String {
    let most = days.iter().copied().max().unwrap_or(0).max(1);
    days.iter().map(|n| if *n == 0 { ' ' } else { BARS[((n * 7) / most).clamp(0, 7) as usize] }).collect()
}
