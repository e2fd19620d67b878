//! Every setting with its shape, its default and what it means.

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A text.
    Text,
    /// A path of the file system.
    Path,
    /// A whole number.
    Number,
    /// Several texts.
    List,
}

impl Shape {
    /// Its word on the page of settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Path => "path",
            Self::Number => "number",
            Self::List => "list",
        }
    }
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in the file and as a flag.
    pub name: &'static str,
    /// What its value looks like.
    pub shape: Shape,
    /// Its value if it is not set, as TOML; empty for none.
    pub default: &'static str,
    /// What it means.
    pub about: &'static str,
}

const fn field(name: &'static str, shape: Shape, default: &'static str, about: &'static str) -> Field {
    Field { name, shape, default, about }
}

/// Every setting, in the order of the page.
pub const FIELDS: &[Field] = &[
    field(
        "listen",
        Shape::Text,
        "\"127.0.0.1:8080\"",
        "address and port to listen on; beyond this machine only with TLS or a declared proxy",
    ),
    field(
        "hosts",
        Shape::List,
        "[\"localhost\", \"127.0.0.1\", \"[::1]\"]",
        "names by which visitors may call it; any other `Host` is refused",
    ),
    field(
        "trusted_proxies",
        Shape::List,
        "[]",
        "networks (`10.0.0.1/32`) of the proxies in front that encrypt and say where a visitor comes from; nobody else is believed",
    ),
    field(
        "proxy_header",
        Shape::Text,
        "\"x-forwarded-for\"",
        "which header they write: `x-forwarded-for`, or `forwarded` (RFC 7239); the other is ignored",
    ),
    field("tls_cert", Shape::Path, "", "certificate chain, PEM"),
    field("tls_key", Shape::Path, "", "private key, PEM"),
    field(
        "reload_seconds",
        Shape::Number,
        "60",
        "how often certificate, key and feeds' tokens are looked at for changes",
    ),
    field(
        "authority_vi",
        Shape::Text,
        "\"Trung tâm giám sát an toàn không gian mạng\"",
        "the authority that runs it, in Vietnamese",
    ),
    field("authority_en", Shape::Text, "\"National cyber security watch\"", "the same in English"),
    field("contact", Shape::Text, "\"\"", "mailbox shown to visitors"),
    field("hotline", Shape::Text, "\"\"", "telephone shown to visitors"),
    field(
        "security_contact",
        Shape::List,
        "[]",
        "`mailto:` or `https:` contacts of security.txt (RFC 9116); without one there is no such file",
    ),
    field(
        "tables",
        Shape::Path,
        "",
        "folder of tables that replace those shipped: `verdicts.csv`, `families.csv`, `retention.csv`, `clocks.csv`",
    ),
    field(
        "inbox",
        Shape::Path,
        "",
        "watched folder: a report put there, whole or renamed when it is, is taken in and removed; what no feed can read goes \
         to its folder `refused`; if not set, `inbox` in the data folder; empty: none is watched",
    ),
    field("feed_tokens", Shape::Path, "", "file of the tokens with which feeds deliver; without one nobody can"),
    field(
        "admin_token",
        Shape::Path,
        "",
        "file of the officers' token, made at the first start with mode 0600; without one there are no officers' pages",
    ),
    field(
        "metrics_token",
        Shape::Path,
        "",
        "file of the token that opens `/metrics` to other machines; without one it answers this machine only",
    ),
    field("restricted_families", Shape::List, "[]", "families that look like never seen in the check"),
    field("ipv6_prefix", Shape::Number, "64", "bits of the IPv6 prefix that one customer gets, 48 to 64"),
    field(
        "check_ipv4",
        Shape::Text,
        "\"\"",
        "`https://` and a name that has an IPv4 address only, to which a visitor over IPv6 is sent for the other check",
    ),
    field("check_ipv6", Shape::Text, "\"\"", "the same for IPv6"),
    field(
        "checks_per_minute",
        Shape::Number,
        "30",
        "checks of one address (IPv6: one /64) in a minute; of a shared address 64 times as many, here and below",
    ),
    field("requests_per_hour", Shape::Number, "5", "requests filed from one address in an hour"),
    field("logins_per_minute", Shape::Number, "5", "tries at the officers' token from one address in a minute"),
    field("connections_max", Shape::Number, "1024", "connections at a time; further ones wait"),
    field(
        "connections_per_visitor",
        Shape::Number,
        "256",
        "connections of one address (IPv6: one /56) at a time; further ones are closed; declared proxies may have all",
    ),
    field(
        "header_seconds",
        Shape::Number,
        "10",
        "time for the head of a request, and for the next one on an open connection",
    ),
    field("request_seconds", Shape::Number, "30", "time for a request, uploads excepted"),
    field("drain_seconds", Shape::Number, "20", "time for requests under way when it is told to stop"),
    field("upload_bytes_max", Shape::Number, "2147483648", "bytes of one delivered file as it is sent"),
    field("uploads_max", Shape::Number, "16", "deliveries at a time; further ones are told to come again (503)"),
    field(
        "uploads_per_feed",
        Shape::Number,
        "4",
        "deliveries of one feed at a time; further ones are told to come again (429)",
    ),
    field("upload_idle_seconds", Shape::Number, "20", "longest silence within a delivery"),
    field("upload_seconds", Shape::Number, "3600", "time for a delivery"),
];
