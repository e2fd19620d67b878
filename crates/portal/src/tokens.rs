//! Tokens with which feeds deliver: each is bound to one feed, and kept as a hash only.
//!
//! The file has one line `feed,sha256` per token; a feed may have several, so that they can be changed without a gap.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::app::Slot;
use crate::config::Config;
use crate::secret::{self, Hash};
use crate::session::token_file;
use crate::tables::{self, rows};

/// Most bytes of the file of tokens: ten thousand of them.
const FILE_MAX: u64 = 1 << 20;
/// The first line of the file.
const HEAD: &str = "# tokens of feeds, as SHA-256\nfeed,sha256\n";

/// Which token is which feed's.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    rows: Vec<(String, Hash)>,
}

impl Tokens {
    /// Reads a file; one that is not there holds none.
    ///
    /// # Errors
    /// The disk's; a line that is not of its form.
    pub fn read(path: &Path) -> io::Result<Self> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = tables::read_text(path, FILE_MAX)?;
        let mut tokens = Self::default();
        for (line, cells) in rows(&text) {
            let bad = || io::Error::other(format!("{}: line {line} is no token", path.display()));
            let [feed, hash] = cells[..] else { return Err(bad()) };
            tokens.rows.push((feed.to_owned(), secret::from_hex(hash).ok_or_else(bad)?));
        }
        Ok(tokens)
    }

    /// Tokens by feed and secret, for tests and tools.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self { rows: pairs.into_iter().map(|(feed, token)| (feed.to_owned(), secret::hash(token))).collect() }
    }

    /// The feed a token is bound to.
    pub fn feed_of(&self, token: &str) -> Option<&str> {
        let hash = secret::hash(token);
        let mut found = None;
        // All are compared, so that the time does not tell which one it is.
        for (feed, known) in &self.rows {
            if secret::same(known, &hash) {
                found = Some(feed.as_str());
            }
        }
        found
    }

    /// Reads a file again whenever it changes, for ever; what was good stays until the new is.
    pub(crate) async fn keep_current(path: PathBuf, tokens: Arc<Slot<Self>>, every: Duration) {
        // The first look reads it in any case: it may have changed since the program read it.
        let mut read = None;
        loop {
            tokio::time::sleep(every).await;
            let found = changed(&path);
            if found == read {
                continue;
            }
            match Self::read(&path) {
                Ok(new) => tokens.set(new),
                Err(error) => tracing::error!(%error, "failed to read the new tokens; the old ones stay"),
            }
            read = found;
        }
    }

    /// Makes a token for a feed and adds its hash to the file. The token is shown once and kept nowhere.
    ///
    /// # Errors
    /// The disk's.
    pub fn issue(path: &Path, feed: &str) -> io::Result<String> {
        let token = secret::new()?;
        let is_new = !path.exists();
        let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
        let head = if is_new { HEAD } else { "" };
        writeln!(file, "{head}{feed},{}", secret::hex(&secret::hash(&token)))?;
        file.sync_all()?;
        Ok(token)
    }
}

/// When a file changed last, and how long it is.
fn changed(path: &Path) -> Option<(SystemTime, u64)> {
    let file = path.metadata().ok()?;
    Some((file.modified().ok()?, file.len()))
}

/// Every secret that the settings name a file for.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// The feeds' tokens.
    pub feeds: Tokens,
    /// The officers' token.
    pub admin: Option<String>,
    /// The token of `/metrics`.
    pub metrics: Option<String>,
}

impl Secrets {
    /// Reads them; files of the officers' and the counters' tokens are made if they are not there.
    ///
    /// # Errors
    /// The disk's; a file that others can read, or that is not of its form.
    pub fn read(config: &Config) -> io::Result<Self> {
        let token = |path: &Option<PathBuf>| path.as_deref().map(token_file).transpose();
        Ok(Self {
            feeds: config.feed_tokens.as_deref().map(Tokens::read).transpose()?.unwrap_or_default(),
            admin: token(&config.admin_token)?,
            metrics: token(&config.metrics_token)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_feed_and_no_other() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("tokens.csv");
        let (a, b) = (Tokens::issue(&path, "a").expect("token"), Tokens::issue(&path, "b").expect("token"));
        let tokens = Tokens::read(&path).expect("tokens");
        assert_eq!((tokens.feed_of(&a), tokens.feed_of(&b), tokens.feed_of("c")), (Some("a"), Some("b"), None));
        assert!(!std::fs::read_to_string(&path).expect("file").contains(&a));
    }

    #[test]
    fn secrets_are_read_where_the_settings_say() {
        let folder = tempfile::tempdir().expect("folder");
        let path = |name: &str| folder.path().join(name);
        let flag = |name: &str, file: &str| (name.to_owned(), path(file).to_string_lossy().into_owned());
        let flags = [flag("feed_tokens", "feeds"), flag("admin_token", "admin")];
        let config = Config::resolve("", |_| None, &flags).expect("config");
        let token = Tokens::issue(&path("feeds"), "a").expect("token");
        let secrets = Secrets::read(&config).expect("secrets");
        assert_eq!(secrets.feeds.feed_of(&token), Some("a"));
        assert_eq!(secrets.admin, Some(token_file(&path("admin")).expect("made")));
        assert_eq!(secrets.metrics, None);
        std::fs::write(path("feeds"), "feed,sha256\na,short\n").expect("write");
        assert!(Secrets::read(&config).is_err());
    }
}
