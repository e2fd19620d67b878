//! Sharing marks after the Traffic Light Protocol 2.0 (FIRST, 2022), ordered from open to closed.

use serde::{Deserialize, Serialize};

/// One of the five marks of TLP 2.0; the order is the order of restriction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tlp {
    /// Anyone may see it.
    #[serde(rename = "CLEAR")]
    Clear,
    /// Within the community, not on public channels.
    #[serde(rename = "GREEN")]
    Green,
    /// The recipient's organisation and its clients who need to know.
    #[serde(rename = "AMBER")]
    Amber,
    /// The recipient's organisation only.
    #[serde(rename = "AMBER+STRICT")]
    AmberStrict,
    /// The named recipients only.
    #[serde(rename = "RED")]
    Red,
}

impl Tlp {
    /// The mark as it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clear => "CLEAR",
            Self::Green => "GREEN",
            Self::Amber => "AMBER",
            Self::AmberStrict => "AMBER+STRICT",
            Self::Red => "RED",
        }
    }

    /// Reads a mark, any case, with or without `TLP:`; `WHITE` is TLP 1.0's name of `CLEAR`.
    pub fn parse(text: &str) -> Option<Self> {
        let upper = text.trim().to_ascii_uppercase();
        match upper.strip_prefix("TLP:").unwrap_or(&upper).trim() {
            "CLEAR" | "WHITE" => Some(Self::Clear),
            "GREEN" => Some(Self::Green),
            "AMBER" => Some(Self::Amber),
            "AMBER+STRICT" => Some(Self::AmberStrict),
            "RED" => Some(Self::Red),
            _ => None,
        }
    }
}
