//! The check itself, for the page and for programs alike.

use std::net::IpAddr;

use event::rules::Kind;

use crate::advice::Advice;
use crate::app::App;
use crate::seen::Finding;
use crate::verdict::{Judged, Reach, Shown, Verdict};
use crate::visitor::{Visitor, is_special};
use crate::words::Words;

/// Most findings shown: more tell a visitor nothing new, and every answer must fit its padding.
pub(crate) const SHOWN_MAX: usize = 5;

/// What is told a visitor.
pub(crate) struct Checked {
    /// The address that was checked; `None` if a proxy says nothing that can be believed.
    pub(crate) address: Option<IpAddr>,
    /// How it is handed out.
    pub(crate) reach: Reach,
    /// Who carries it.
    pub(crate) isp: Option<String>,
    /// The judgement.
    pub(crate) judged: Judged,
    /// The last day whose reports are known; `None` until any are loaded.
    pub(crate) until: Option<i32>,
}

/// Checks the address a visitor comes from. Until the index is loaded nothing can be told.
///
/// # Errors
/// Seconds to wait for whoever asks too often.
pub(crate) fn check(app: &App, visitor: Visitor) -> Result<Checked, u64> {
    app.count(app.checks(), visitor)?;
    let slot = app.parts().seen.get();
    let seen = slot.as_ref().as_ref();
    let (reach, isp) = whose(app, visitor.address);
    let find = || -> Vec<Finding<'_>> {
        let found = visitor.address.zip(seen).map(|(address, seen)| seen.find(address));
        found.unwrap_or_default()
    };
    let decisions = &app.parts().tables.decisions;
    let mut judged = decisions.judge(reach, app.today(), find);
    judged.shown.truncate(SHOWN_MAX);
    if seen.is_none() {
        judged = Judged { verdict: Verdict::CannotTell, words: "loading".to_owned(), shown: Vec::new() };
    }
    Ok(Checked { address: visitor.address, reach, isp, judged, until: seen.map(crate::seen::Seen::until) })
}

fn whose(app: &App, address: Option<IpAddr>) -> (Reach, Option<String>) {
    let Some(address) = address else { return (Reach::Special, None) };
    if is_special(address) && !app.parts().is_made {
        return (Reach::Special, None);
    }
    let whose = app.parts().ownership.whose(address);
    match whose.reach {
        Reach::Foreign if is_special(address) => (Reach::Special, None),
        reach => (reach, whose.isp),
    }
}

impl Checked {
    /// The gravest kind of what is shown.
    pub(crate) fn kind(&self) -> Option<Kind> {
        self.judged.shown.first().map(|shown| shown.kind)
    }

    /// The verdict in a few words.
    pub(crate) fn title(&self, words: &Words) -> String {
        let key = match (self.judged.verdict, self.kind()) {
            (Verdict::Seen, Some(kind)) => format!("verdict.seen-{}", kind.name()),
            (verdict, _) => format!("verdict.{verdict}"),
        };
        words.say(&key).into_owned()
    }

    /// What it means.
    pub(crate) fn about(&self, words: &Words) -> String {
        words.say(&format!("words.{}", self.judged.words)).into_owned()
    }

    /// What to do where nothing can be told, or nothing was seen.
    pub(crate) fn todo<'w>(&self, words: &'w Words) -> Vec<&'w str> {
        words.list(&format!("todo_{}", self.judged.words))
    }

    /// What to do about what was seen, each device once.
    pub(crate) fn advice(&self, app: &App, words: &Words) -> Vec<Advice> {
        let devices = &app.parts().tables.devices;
        let mut all: Vec<Advice> = Vec::new();
        for advice in self.judged.shown.iter().flat_map(|shown| devices.advice(&shown.family, shown.kind, words)) {
            if !all.contains(&advice) {
                all.push(advice);
            }
        }
        all
    }

    /// What people call the family of a finding.
    pub(crate) fn family<'a>(&self, app: &'a App, shown: &'a Shown) -> &'a str {
        app.parts().tables.devices.name(&shown.family)
    }
}

/// Fills an answer with blanks up to the next multiple of `to`, so that its length tells nothing.
pub(crate) fn padded(mut body: String, to: usize) -> String {
    let missing = body.len().next_multiple_of(to) - body.len();
    body.extend(std::iter::repeat_n(' ', missing));
    body
}
