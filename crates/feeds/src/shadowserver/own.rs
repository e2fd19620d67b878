//! Our own mapping, for an operator without a schema file: what is common to the families of reports.
//!
//! Common columns become keys, everything else is kept as `extra.<column>`.

use super::schema::Schema;

const OWN: &str = include_str!("../../data/shadowserver-own.json");

impl Schema {
    /// Our own mapping of the sinkhole, honeypot, compromise and scan reports.
    #[expect(clippy::expect_used, reason = "the text is part of the program, a test reads it")]
    pub fn own() -> Self {
        Self::parse(OWN).expect("our own mapping is a schema")
    }
}
