//! The Reference Security Incident Taxonomy (ENISA / TF-CSIRT, RSIT) in IntelMQ's spelling.

/// Every `classification.taxonomy`.
pub const TAXONOMIES: [&str; 12] = [
    "abusive-content",
    "availability",
    "fraud",
    "information-content-security",
    "information-gathering",
    "intrusion-attempts",
    "intrusions",
    "malicious-code",
    "other",
    "test",
    "undetermined",
    "vulnerable",
];

/// Every `classification.type` with the taxonomy it belongs to.
pub const TYPES: [(&str, &str); 44] = [
    ("application-compromise", "intrusions"),
    ("blacklist", "other"),
    ("brute-force", "intrusion-attempts"),
    ("burglary", "intrusions"),
    ("c2-server", "malicious-code"),
    ("copyright", "fraud"),
    ("data-leak", "information-content-security"),
    ("data-loss", "information-content-security"),
    ("ddos", "availability"),
    ("ddos-amplifier", "vulnerable"),
    ("dga-domain", "other"),
    ("dos", "availability"),
    ("exploit", "intrusion-attempts"),
    ("harmful-speech", "abusive-content"),
    ("ids-alert", "intrusion-attempts"),
    ("infected-system", "malicious-code"),
    ("information-disclosure", "vulnerable"),
    ("malware", "other"),
    ("malware-configuration", "malicious-code"),
    ("malware-distribution", "malicious-code"),
    ("masquerade", "fraud"),
    ("misconfiguration", "availability"),
    ("other", "other"),
    ("outage", "availability"),
    ("phishing", "fraud"),
    ("potentially-unwanted-accessible", "vulnerable"),
    ("privileged-account-compromise", "intrusions"),
    ("proxy", "other"),
    ("sabotage", "availability"),
    ("scanner", "information-gathering"),
    ("sniffing", "information-gathering"),
    ("social-engineering", "information-gathering"),
    ("spam", "abusive-content"),
    ("system-compromise", "intrusions"),
    ("test", "test"),
    ("tor", "other"),
    ("unauthorised-information-access", "information-content-security"),
    ("unauthorised-information-modification", "information-content-security"),
    ("unauthorized-use-of-resources", "fraud"),
    ("unprivileged-account-compromise", "intrusions"),
    ("undetermined", "undetermined"),
    ("violence", "abusive-content"),
    ("vulnerable-system", "vulnerable"),
    ("weak-crypto", "vulnerable"),
];

/// The taxonomy a type belongs to, or `None` for a type that RSIT does not know.
pub fn taxonomy_of(kind: &str) -> Option<&'static str> {
    TYPES.iter().find(|(name, _)| *name == kind).map(|(_, taxonomy)| *taxonomy)
}

/// Whether `name` is a taxonomy of RSIT.
pub fn is_taxonomy(name: &str) -> bool {
    TAXONOMIES.contains(&name)
}
