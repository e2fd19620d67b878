//! What visitors ask of the authority, in one file of the data folder.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use disk::Taken;
use event::time::DAY;
use pipeline::DataFolder;
use pipeline::folder::read_text;
use portal::requests::{LIST_MAX, Request, Requests, Wish};
use portal::watch::Unanswered;
use serde::{Deserialize, Serialize};

use crate::commands::Desk;

/// How long an answered request is kept: `retention.csv` of the portal promises it.
const ANSWERED_KEPT: i64 = 90 * DAY;
/// Most requests kept: beyond it the portal says that it cannot take more.
const KEPT_MAX: usize = 20_000;

/// One request, as it lies in the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    code: String,
    wish: String,
    address: Option<IpAddr>,
    contact: String,
    text: String,
    at: i64,
    due: i32,
    closed: Option<i64>,
}

/// The requests; written anew, whole and synced, with every change.
pub(crate) struct Wishes {
    folder: DataFolder,
    path: PathBuf,
    kept: Mutex<Vec<Kept>>,
}

impl Wishes {
    /// Reads the file.
    pub(crate) fn open(desk: &Desk) -> anyhow::Result<Self> {
        let path = desk.folder.path("portal/requests.json");
        let kept = if path.exists() { serde_json::from_str(&read_text(&path)?)? } else { Vec::new() };
        Ok(Self { folder: desk.folder.clone(), path, kept: Mutex::new(kept) })
    }

    /// Changes the requests; what cannot be written has not happened.
    fn change(
        &self,
        now: i64,
        change: impl FnOnce(&mut Vec<Kept>) -> Result<(), Unanswered>,
    ) -> Result<(), Unanswered> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = kept.clone();
        changed.retain(|request| request.closed.is_none_or(|closed| now - closed < ANSWERED_KEPT));
        change(&mut changed)?;
        let text = serde_json::to_vec(&changed).map_err(|error| Unanswered(error.to_string()))?;
        self.folder.disk.write(&self.path, &text, Taken::Replace).map_err(|error| Unanswered(error.to_string()))?;
        *kept = changed;
        Ok(())
    }
}

fn of_kept(kept: &Kept) -> Option<Request> {
    Some(Request {
        code: kept.code.clone(),
        wish: Wish::ALL.into_iter().find(|wish| wish.name() == kept.wish)?,
        address: kept.address,
        contact: kept.contact.clone(),
        text: kept.text.clone(),
        at: kept.at,
        due: kept.due,
        closed: kept.closed,
    })
}

impl Requests for Wishes {
    fn file(&self, request: &Request) -> Result<(), Unanswered> {
        self.change(request.at, |kept| {
            if kept.len() >= KEPT_MAX {
                return Err(Unanswered("more requests than are kept".to_owned()));
            }
            kept.push(Kept {
                code: request.code.clone(),
                wish: request.wish.name().to_owned(),
                address: request.address,
                contact: request.contact.clone(),
                text: request.text.clone(),
                at: request.at,
                due: request.due,
                closed: request.closed,
            });
            Ok(())
        })
    }

    fn find(&self, code: &str) -> Result<Option<Request>, Unanswered> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(kept.iter().find(|request| request.code == code).and_then(of_kept))
    }

    fn list(&self) -> Result<Vec<Request>, Unanswered> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut requests: Vec<Request> = kept.iter().filter_map(of_kept).collect();
        requests.sort_by_key(|request| (request.closed.is_some(), request.due));
        requests.truncate(LIST_MAX);
        Ok(requests)
    }

    fn close(&self, code: &str, now: i64) -> Result<(), Unanswered> {
        self.change(now, |kept| {
            let request = kept.iter_mut().find(|request| request.code == code);
            request.map(|request| request.closed = Some(now)).ok_or_else(|| Unanswered("no such request".to_owned()))
        })
    }
}
