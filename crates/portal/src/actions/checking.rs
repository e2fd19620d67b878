//! The check itself, for the page and for programs alike.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::actions::told::Case;
use crate::advice::{Advice, advice};
use crate::app::App;
use crate::front::Whose;
use crate::seen::{Finding, Seen};
use crate::verdict::{Judged, Reach, Shown, Verdict};
use crate::visitor::{Visitor, is_special};
use crate::words::Words;

/// Most findings shown: more tell a visitor nothing new, and every answer must fit its padding.
pub(crate) const SHOWN_MAX: usize = 5;

/// What is told a visitor.
pub(crate) struct Checked {
    /// The address that was checked; `None` if a proxy says nothing that can be believed.
    pub(crate) address: Option<IpAddr>,
    /// Who carries it.
    pub(crate) isp: Option<String>,
    /// What may be shown of what was seen, gravest kind first.
    pub(crate) shown: Vec<Shown>,
    /// What else is found out about it.
    pub(crate) case: Case,
}

/// Checks the address a visitor comes from. Until the index is loaded nothing can be told.
///
/// # Errors
/// Seconds to wait for whoever asks too often.
pub(crate) fn check(app: &App, visitor: Visitor) -> Result<Checked, u64> {
    let (whose, now) = (whose(app, visitor.address), app.now());
    match whose.reach {
        Reach::Special => app.count(app.checks(), visitor)?,
        reach => app.count_as(app.checks(), visitor, reach, now)?,
    }
    let slot = app.parts().seen.get();
    let seen = slot.as_ref().as_ref();
    let Whose { reach, isp } = whose;
    let find = || -> Vec<Finding<'_>> {
        let found = visitor.address.zip(seen).map(|(address, seen)| seen.find(address));
        found.unwrap_or_default()
    };
    let decisions = &app.parts().tables.decisions;
    let mut judged = decisions.judge(reach, app.parts().zone.day(now), find);
    judged.shown.truncate(SHOWN_MAX);
    if let Some(why) = unknown(seen, judged.verdict) {
        judged = Judged { verdict: Verdict::CannotTell, words: why.to_owned(), shown: Vec::new() };
    }
    let Judged { verdict, words, shown } = judged;
    let case = Case {
        v6: visitor.address.map(|address| address.is_ipv6()),
        reach,
        has_isp: isp.is_some(),
        verdict,
        words,
        kind: shown.first().map(|shown| shown.kind),
        devices: devices(app, &shown),
        until: seen.map(Seen::until),
    };
    Ok(Checked { address: visitor.address, isp, shown, case })
}

/// The devices to look at about what was seen, each once.
fn devices(app: &App, shown: &[Shown]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for device in shown.iter().flat_map(|shown| app.parts().tables.devices.of(&shown.family, shown.kind)) {
        if !all.iter().any(|known| known == device) {
            all.push(device.to_owned());
        }
    }
    all
}

/// Why nothing can be told though the table would: the index is not there yet, or what is not in it may have been lost.
fn unknown(seen: Option<&Seen>, verdict: Verdict) -> Option<&'static str> {
    match seen {
        None => Some("loading"),
        Some(seen) if seen.has_gaps() && verdict == Verdict::NotSeen => Some("incomplete"),
        Some(_) => None,
    }
}

fn whose(app: &App, address: Option<IpAddr>) -> Whose {
    let special = Whose { reach: Reach::Special, isp: None };
    let Some(address) = address else { return special };
    if is_special(address) && !app.parts().is_made {
        return special;
    }
    let whose = app.parts().ownership.whose(address);
    if is_special(address) && whose.reach == Reach::Foreign { special } else { whose }
}

impl Case {
    /// The verdict in a few words.
    pub(crate) fn title(&self, words: &'static Words) -> Cow<'static, str> {
        let key = match (self.verdict, self.kind) {
            (Verdict::Seen, Some(kind)) => format!("verdict.seen-{}", kind.name()),
            (verdict, _) => format!("verdict.{verdict}"),
        };
        words.say(&key)
    }

    /// What it means.
    pub(crate) fn about(&self, words: &'static Words) -> Cow<'static, str> {
        words.say(&format!("words.{}", self.words))
    }

    /// What to do where nothing can be told, or nothing was seen.
    pub(crate) fn todo<'w>(&self, words: &'w Words) -> &'w [String] {
        words.list(&format!("todo_{}", self.words))
    }

    /// What to do about what was seen.
    pub(crate) fn advice(&self, words: &'static Words) -> Vec<Advice<'_>> {
        self.devices.iter().map(|device| advice(device, words)).collect()
    }
}

/// What people call the family of a finding.
pub(crate) fn family<'a>(app: &'a App, shown: &'a Shown) -> &'a str {
    app.parts().tables.devices.name(&shown.family)
}
