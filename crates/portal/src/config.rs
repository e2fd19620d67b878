//! Everything that can be set: defaults, then the file, then the environment, then flags.
//!
//! [`FIELDS`] is the one definition: defaults, names in the environment and the page `docs/CONFIG.md` come from it.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use serde::Deserialize;
use toml::{Table, Value};

use crate::visitor::ProxyHeader;

mod fields;

pub use fields::{FIELDS, Field, Shape};

/// What stands before a field's name in the environment.
pub const ENVIRONMENT: &str = "HAIDANG_PORTAL_";

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use the settings: {0}")]
pub struct BadConfig(String);

/// Every setting; what each means stands in [`FIELDS`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "FIELDS says what each means; a test holds the two together")]
pub struct Config {
    pub listen: SocketAddr,
    pub hosts: Vec<String>,
    pub trusted_proxies: Vec<IpNet>,
    pub proxy_header: ProxyHeader,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub reload_seconds: u32,
    pub authority_vi: String,
    pub authority_en: String,
    pub contact: String,
    pub hotline: String,
    pub security_contact: Vec<String>,
    pub tables: Option<PathBuf>,
    pub inbox: Option<PathBuf>,
    pub feed_tokens: Option<PathBuf>,
    pub admin_token: Option<PathBuf>,
    pub metrics_token: Option<PathBuf>,
    pub restricted_families: Vec<String>,
    pub ipv6_prefix: u8,
    pub check_ipv4: String,
    pub check_ipv6: String,
    pub checks_per_minute: u32,
    pub requests_per_hour: u32,
    pub logins_per_minute: u32,
    pub connections_max: usize,
    pub connections_per_visitor: usize,
    pub header_seconds: u32,
    pub request_seconds: u32,
    pub drain_seconds: u32,
    pub upload_bytes_max: u64,
    pub uploads_max: usize,
    pub uploads_per_feed: usize,
    pub upload_idle_seconds: u32,
    pub upload_seconds: u32,
}

impl Config {
    /// Settles every field: from `file` (TOML), over it `environment` (by [`Field::variable`]), over it `flags`
    /// (field name and value).
    ///
    /// # Errors
    /// The first field that is unknown or not of its shape, or settings that do not go together.
    pub fn resolve(
        file: &str,
        environment: impl Fn(&str) -> Option<String>,
        flags: &[(String, String)],
    ) -> Result<Self, BadConfig> {
        let mut table = defaults()?;
        table.extend(file.parse::<Table>().map_err(|wrong| bad(&wrong))?);
        for field in FIELDS {
            if let Some(text) = environment(&field.variable()) {
                table.insert(field.name.to_owned(), field.value(&text)?);
            }
        }
        for (name, text) in flags {
            let field = FIELDS.iter().find(|field| field.name == name);
            let field = field.ok_or_else(|| BadConfig(format!("there is no `{name}`")))?;
            table.insert(name.clone(), field.value(text)?);
        }
        let config = Self::deserialize(Value::Table(table)).map_err(|wrong| bad(&wrong))?;
        config.check()?;
        Ok(config)
    }

    /// Whether it speaks TLS itself.
    pub fn speaks_tls(&self) -> bool {
        self.tls_cert.is_some()
    }

    /// Whether visitors reach it encrypted: by itself, or by a declared proxy.
    pub fn is_secure(&self) -> bool {
        self.speaks_tls() || !self.trusted_proxies.is_empty()
    }

    fn check(&self) -> Result<(), BadConfig> {
        if self.tls_cert.is_some() != self.tls_key.is_some() {
            return Err(BadConfig("`tls_cert` and `tls_key` go together".to_owned()));
        }
        if !self.listen.ip().to_canonical().is_loopback() && !self.is_secure() {
            let why = "is reached from other machines, so it needs `tls_cert` and `tls_key`, or the proxy that \
                       encrypts declared in `trusted_proxies`";
            return Err(BadConfig(format!("`listen` = {} {why}", self.listen)));
        }
        if self.trusted_proxies.iter().any(|network| network.prefix_len() == 0) {
            return Err(BadConfig("`trusted_proxies` names the whole Internet; name your proxies".to_owned()));
        }
        if !(crate::seen::PREFIX_MIN..=crate::seen::PREFIX_MAX).contains(&self.ipv6_prefix) {
            return Err(BadConfig("`ipv6_prefix` is 48 to 64".to_owned()));
        }
        Ok(())
    }
}

impl Field {
    /// Its name in the environment.
    pub fn variable(&self) -> String {
        format!("{ENVIRONMENT}{}", self.name.to_uppercase())
    }

    /// What was typed as a value of its shape; lists are separated by commas.
    fn value(&self, text: &str) -> Result<Value, BadConfig> {
        let text = text.trim();
        Ok(match self.shape {
            Shape::Text | Shape::Path => Value::String(text.to_owned()),
            Shape::Number => {
                let number = text.parse().map_err(|_| BadConfig(format!("`{}` is a whole number", self.name)))?;
                Value::Integer(number)
            }
            Shape::List => {
                let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
                Value::Array(words.map(|word| Value::String(word.to_owned())).collect())
            }
        })
    }
}

fn defaults() -> Result<Table, BadConfig> {
    let lines = FIELDS.iter().filter(|field| !field.default.is_empty());
    let text: String = lines.map(|field| format!("{} = {}\n", field.name, field.default)).collect();
    text.parse().map_err(|wrong| bad(&wrong))
}

fn bad(wrong: &toml::de::Error) -> BadConfig {
    BadConfig(wrong.message().to_owned())
}

/// The page `docs/CONFIG.md`.
pub fn reference() -> String {
    let mut page = String::from(
        "# Settings of the portal\n\n\
         This page is made from `crates/portal/src/config/fields.rs`; a test fails when the two differ.\n\n\
         Each setting is a line `name = value` of the settings file (TOML). The environment overrides the file: \
         `HAIDANG_PORTAL_` and the name in capitals, lists separated by commas. A flag overrides both.\n\n\
         | name | shape | if not set | means |\n|---|---|---|---|\n",
    );
    for field in FIELDS {
        let default = if field.default.is_empty() { "–".to_owned() } else { format!("`{}`", field.default) };
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| `{}` | {} | {default} | {} |", field.name, field.shape.name(), field.about);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(file: &str, flags: &[(&str, &str)]) -> Result<Config, BadConfig> {
        let flags: Vec<_> = flags.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        Config::resolve(file, |_| None, &flags)
    }

    #[test]
    fn flags_go_over_the_environment_over_the_file_over_defaults() {
        let environment = |name: &str| (name == "HAIDANG_PORTAL_CHECKS_PER_MINUTE").then(|| "7".to_owned());
        let get = |file, flags: &[(String, String)]| Config::resolve(file, environment, flags).expect("config");
        assert_eq!(resolve("", &[]).expect("config").checks_per_minute, 30);
        assert_eq!(get("checks_per_minute = 5", &[]).checks_per_minute, 7);
        assert_eq!(get("", &[("checks_per_minute".into(), "9".into())]).checks_per_minute, 9);
        assert_eq!(
            resolve("", &[("hosts", "a.example, b.example")]).expect("config").hosts,
            ["a.example", "b.example"]
        );
    }

    #[test]
    fn an_open_door_without_encryption_is_refused() {
        let open = ("listen", "0.0.0.0:80");
        assert!(resolve("", &[open]).is_err());
        assert!(resolve("", &[("listen", "[::]:80")]).is_err());
        assert!(resolve("", &[open, ("trusted_proxies", "10.0.0.1/32")]).is_ok());
        assert!(resolve("", &[open, ("tls_cert", "a"), ("tls_key", "b")]).is_ok());
        assert!(resolve("", &[("tls_cert", "a")]).is_err());
        assert!(resolve("", &[open, ("trusted_proxies", "0.0.0.0/0")]).is_err());
    }

    #[test]
    fn what_is_misspelt_is_refused() {
        assert!(resolve("lisen = \"x\"", &[]).is_err());
        assert!(resolve("", &[("lisen", "x")]).is_err());
        assert!(resolve("", &[("uploads_max", "many")]).is_err());
        assert!(resolve("", &[("ipv6_prefix", "32")]).is_err());
    }

    #[test]
    fn the_page_on_settings_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CONFIG.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, reference()).expect("write");
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), reference(), "run the tests with UPDATE=1");
    }
}
