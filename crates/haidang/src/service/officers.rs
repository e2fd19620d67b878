//! What officers look at: feeds, reports, rows that wait, owners in dispute.

use std::sync::Arc;

use constituency::finding::Code;
use pipeline::catalogue::Feeds;
use pipeline::journal::{self, Journal};
use pipeline::writer::{Clock, Outcome};
use pipeline::{DataFolder, PipelineError, Writer, health, owners, quarantine};
use portal::desk::Report;
use portal::watch::{
    BadRow, Conflict, FeedRow, PAGE_ROWS, Paged, QuarantineAsk, Replayed, ReportsAsk, Unanswered, Watch,
};

use crate::commands::Desk;
use crate::service::arrivals::of_journal;
use crate::service::keeper::{Bell, Keeper};

/// Answers officers from the data folder.
pub(crate) struct Officers {
    folder: DataFolder,
    clock: Clock,
    bell: Arc<Bell>,
}

impl Officers {
    pub(crate) fn new(desk: &Desk, keeper: &Keeper) -> Self {
        Self { folder: desk.folder.clone(), clock: desk.clock.clone(), bell: keeper.bell() }
    }

    fn journal(&self) -> Result<Journal, Unanswered> {
        Journal::open(&self.folder).map_err(unanswered)
    }

    /// Rows of a report that wait; `each` says whether to go on.
    fn rows(&self, report: &journal::Report, each: &mut dyn FnMut(BadRow) -> bool) -> Result<(), Unanswered> {
        let mut goes_on = true;
        quarantine::read(&self.folder, report.seq, |row| {
            if goes_on {
                goes_on = each(bad_row(report, row));
            }
            Ok(())
        })
        .map_err(unanswered)
    }
}

fn unanswered(error: impl std::fmt::Display) -> Unanswered {
    Unanswered(error.to_string())
}

fn bad_row(report: &journal::Report, row: quarantine::Row) -> BadRow {
    BadRow {
        report: report.seq,
        feed: report.identity.feed.clone(),
        file: report.name.clone(),
        row: row.row,
        column: row.column,
        value: row.value,
        reason: row.reason,
        text: row.text,
    }
}

/// A page of an iterator.
fn page<T>(rows: impl Iterator<Item = T>, page: usize) -> Paged<T> {
    let mut rows: Vec<T> = rows.skip(page * PAGE_ROWS).take(PAGE_ROWS + 1).collect();
    let more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    Paged { rows, more }
}

impl Watch for Officers {
    fn feeds(&self) -> Result<Vec<FeedRow>, Unanswered> {
        let feeds = Feeds::open(&self.folder).map_err(unanswered)?;
        let lake = self.folder.lake().map_err(unanswered)?;
        let healths =
            health::feeds(&self.folder, &lake, &self.journal()?, &feeds, (self.clock)()).map_err(unanswered)?;
        let row = |(health, feed): (health::FeedHealth, &feeds::catalogue::Feed)| FeedRow {
            title: [feed.title.vi.clone(), feed.title.en.clone()],
            delivered: health.delivered,
            reports: health.reports,
            quarantined: health.quarantined,
            last_day: health.volume.last_day_events,
            usual: health.volume.usual_per_day,
            days: health.volume.days.clone(),
            late: health.late,
            off: health.volume.off,
            silent: health.silent_families().map(str::to_owned).collect(),
            feed: health.feed,
        };
        Ok(healths.into_iter().zip(feeds.all()).map(row).collect())
    }

    fn reports(&self, ask: &ReportsAsk) -> Result<Paged<Report>, Unanswered> {
        let journal = self.journal()?;
        let since = ask.since.and_then(|day| self.folder.zone().day_start(day));
        let is_meant = |report: &&journal::Report| {
            ask.feed.as_ref().is_none_or(|feed| report.identity.feed == *feed)
                && since.is_none_or(|since| report.at >= since)
        };
        Ok(page(journal.reports().iter().rev().filter(is_meant).map(of_journal), ask.page))
    }

    fn quarantine(&self, ask: &QuarantineAsk) -> Result<Paged<BadRow>, Unanswered> {
        let journal = self.journal()?;
        let newest =
            |report: &&journal::Report| journal.find(&report.identity).is_some_and(|newest| newest.seq == report.seq);
        let is_meant = |report: &&journal::Report| {
            report.rows.quarantined > 0
                && ask.feed.as_ref().is_none_or(|feed| report.identity.feed == *feed)
                && ask.report.is_none_or(|seq| report.seq == seq)
        };
        let wanted = (ask.page + 1) * PAGE_ROWS + 1;
        let mut rows = Vec::new();
        for report in journal.reports().iter().rev().filter(newest).filter(is_meant) {
            self.rows(report, &mut |row| {
                if ask.reason.as_ref().is_none_or(|reason| row.reason == *reason) {
                    rows.push(row);
                }
                rows.len() < wanted
            })?;
            if rows.len() >= wanted {
                break;
            }
        }
        Ok(page(rows.into_iter(), ask.page))
    }

    fn bad_row(&self, report: i64, row: u64) -> Result<Option<BadRow>, Unanswered> {
        let journal = self.journal()?;
        let Some(report) = journal.report(report) else { return Ok(None) };
        let mut found = None;
        self.rows(report, &mut |kept| {
            if kept.row == row {
                found = Some(kept);
            }
            found.is_none()
        })?;
        Ok(found)
    }

    fn replay(&self, report: i64) -> Result<Replayed, Unanswered> {
        let mut writer = Writer::open(self.folder.clone(), self.clock.clone()).map_err(unanswered)?;
        let outcome = writer.replay(report).map_err(unanswered)?;
        drop(writer);
        self.bell.ring();
        match outcome {
            Outcome::Ingested { rows, .. } => Ok(Replayed { events: rows.events, quarantined: rows.quarantined }),
            Outcome::Refused { why, .. } | Outcome::Failed { why, .. } => Err(Unanswered(why)),
            Outcome::Again { .. } => Err(Unanswered("these rows were tried already".to_owned())),
        }
    }

    fn conflicts(&self) -> Result<Vec<Conflict>, Unanswered> {
        let findings = owners::findings(&self.folder, None).map_err(|error: PipelineError| unanswered(error))?;
        let conflict = |finding: constituency::Finding| Conflict {
            subject: finding.value,
            owners: finding.rivals,
            place: format!("{}:{}", finding.file, finding.line),
        };
        Ok(findings.into_iter().filter(|finding| finding.code == Code::Conflict).map(conflict).collect())
    }
}
