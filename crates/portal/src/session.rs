//! Officers: one token in a file, exchanged for a cookie of twelve hours.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Mutex;

use event::time::SECOND;
use http::{HeaderMap, header};

use crate::secret::{self, Hash};
use crate::tables;

/// How long a cookie is good for: a watch's shift.
pub const HOURS: i64 = 12;
/// Most sessions at a time; the oldest gives way.
pub const SESSIONS_MAX: usize = 64;
/// Most bytes of a file with a token.
const FILE_MAX: u64 = 4096;
/// Most characters of a token that is typed.
pub const TOKEN_MAX: usize = 512;

/// The cookie's name where the connection is encrypted: the prefix makes browsers refuse it from anywhere else.
const SECURE_NAME: &str = "__Host-haidang";
/// Its name on this machine.
const PLAIN_NAME: &str = "haidang";

/// Reads the token of a file, and makes the file, mode 0600, if it is not there.
///
/// # Errors
/// The disk's; a file that others can read.
pub fn token_file(path: &Path) -> io::Result<String> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let token = secret::new()?;
            writeln!(file, "{token}")?;
            file.sync_all()?;
            Ok(token)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read_token(path),
        Err(error) => Err(io::Error::new(error.kind(), format!("{}: {error}", path.display()))),
    }
}

fn read_token(path: &Path) -> io::Result<String> {
    let mode = fs::metadata(path)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        let why = format!("{}: others can read it (mode {mode:o}); give it mode 600", path.display());
        return Err(io::Error::other(why));
    }
    let token = tables::read_text(path, FILE_MAX)?.trim().to_owned();
    if token.len() < 32 {
        return Err(io::Error::other(format!("{}: a token has 32 characters or more", path.display())));
    }
    Ok(token)
}

/// Who is in.
#[derive(Debug)]
pub struct Sessions {
    token: Hash,
    secure: bool,
    /// Hash of the cookie and the instant it ends, oldest first.
    open: Mutex<Vec<(Hash, i64)>>,
}

impl Sessions {
    /// Nobody is in yet. `secure`: visitors come over TLS.
    pub fn new(token: &str, secure: bool) -> Self {
        Self { token: secret::hash(token), secure, open: Mutex::default() }
    }

    /// The `Set-Cookie` for whoever has the token.
    ///
    /// # Errors
    /// The system has no chance to give.
    pub fn enter(&self, token: &str, now: i64) -> io::Result<Option<String>> {
        if !secret::same(&secret::hash(token), &self.token) {
            return Ok(None);
        }
        let cookie = secret::new()?;
        let mut open = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        open.retain(|(_, until)| *until > now);
        if open.len() >= SESSIONS_MAX {
            open.remove(0);
        }
        open.push((secret::hash(&cookie), now + HOURS * 3600 * SECOND));
        Ok(Some(self.cookie(&cookie, HOURS * 3600)))
    }

    /// A short mark of the session a request belongs to, for the audit trail; `None` if it belongs to none.
    pub fn of(&self, headers: &HeaderMap, now: i64) -> Option<String> {
        let hash = secret::hash(self.sent(headers)?);
        let open = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = open.iter().find(|(known, until)| *until > now && secret::same(known, &hash));
        known.map(|(known, _)| secret::hex(&known[..4]))
    }

    /// Ends a request's session; gives the `Set-Cookie` that forgets it.
    pub fn leave(&self, headers: &HeaderMap) -> String {
        if let Some(hash) = self.sent(headers).map(secret::hash) {
            let mut open = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            open.retain(|(known, _)| !secret::same(known, &hash));
        }
        self.cookie("", 0)
    }

    fn name(&self) -> &'static str {
        if self.secure { SECURE_NAME } else { PLAIN_NAME }
    }

    fn cookie(&self, value: &str, seconds: i64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}", self.name())
    }

    fn sent<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.into_iter().find(|(name, _)| *name == self.name()).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(set_cookie: &str) -> HeaderMap {
        let pair = set_cookie.split(';').next().unwrap_or_default();
        HeaderMap::from_iter([(header::COOKIE, pair.parse().expect("cookie"))])
    }

    #[test]
    fn the_file_is_made_once_and_is_nobody_elses() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("token");
        let token = token_file(&path).expect("made");
        assert_eq!(token_file(&path).expect("read"), token);
        assert_eq!(fs::metadata(&path).expect("file").mode() & 0o777, 0o600);
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o640)).expect("mode");
        assert!(token_file(&path).is_err());
    }

    #[test]
    fn a_cookie_lasts_twelve_hours_or_until_its_officer_leaves() {
        let sessions = Sessions::new("token", true);
        assert_eq!(sessions.enter("wrong", 0).expect("chance"), None);
        let cookie = sessions.enter("token", 0).expect("chance").expect("in");
        assert!(cookie.starts_with("__Host-haidang=") && cookie.ends_with("HttpOnly; SameSite=Strict; Secure"));
        let headers = sent(&cookie);
        assert!(sessions.of(&headers, 11 * 3600 * SECOND).is_some());
        assert!(sessions.of(&headers, 12 * 3600 * SECOND).is_none());
        sessions.leave(&headers);
        assert!(sessions.of(&headers, 0).is_none());
    }

    #[test]
    fn the_oldest_session_gives_way() {
        let sessions = Sessions::new("token", false);
        let first = sent(&sessions.enter("token", 0).expect("chance").expect("in"));
        for _ in 0..SESSIONS_MAX {
            sessions.enter("token", 1).expect("chance");
        }
        assert!(sessions.of(&first, 2).is_none());
    }
}
