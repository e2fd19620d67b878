//! Databases in the MaxMind DB format: autonomous systems (GeoLite2-ASN and those of its form) and places (GeoLite2-City,
//! DB-IP; also the flat form of IPinfo).

use std::net::IpAddr;

use event::address;
use event::time;
use maxminddb::{MaxMindDbError, Reader, WithinOptions};
use serde::Deserialize;

use super::{Country, Home, Origin, ROWS_MAX, Reading, Row, asn, said};
use crate::block::{self, Block};
use crate::finding::Code;
use crate::owner::PlaceId;

/// Most networks looked at, those without data among them: a damaged tree may have no end.
const NETWORKS_MAX: usize = 2 * ROWS_MAX;
/// Most bad records that are said one by one; a database of another form has nothing else.
const BAD_MAX: u32 = 100;

/// Reads such a file; its day is that on which it was built. The line of a finding is the number of the network.
pub(super) fn read(bytes: &[u8], home: Home<'_>, reading: &mut Reading<'_>) -> Option<i32> {
    match read_all(bytes, home, reading) {
        Ok(day) => day,
        Err(error) => {
            reading.wrong(0, "", "", Code::UnknownFile, format!("not a MaxMind database, or damaged: {error}"));
            None
        }
    }
}

fn read_all(bytes: &[u8], home: Home<'_>, reading: &mut Reading<'_>) -> Result<Option<i32>, MaxMindDbError> {
    let reader = Reader::from_source(bytes)?;
    let (mut line, mut bad) = (0, 0);
    let options = WithinOptions::default().include_networks_without_data();
    for found in reader.networks(options)?.take(NETWORKS_MAX) {
        let found = found?;
        if !found.has_data() {
            continue;
        }
        line += 1;
        let network = found.network()?;
        let Some(block) = block(network.network(), network.prefix()) else { continue };
        match found.decode::<Record<'_>>() {
            Ok(record) => {
                let row = record.and_then(|record| record.row(block, home));
                if row.is_some_and(|row| !reading.push_joined(line, row)) {
                    break;
                }
            }
            Err(_) if bad == BAD_MAX => {
                reading.wrong(
                    line,
                    "",
                    "",
                    Code::TooMany,
                    "too many bad records: the networks from here on are not read",
                );
                break;
            }
            Err(error) => {
                bad += 1;
                reading.wrong(line, "", &network.to_string(), Code::BadRow, format!("no such record: {error}"));
            }
        }
    }
    let built = reader.metadata().build_epoch / (time::DAY / time::SECOND) as u64;
    Ok(i32::try_from(built).ok())
}

fn block(network: IpAddr, length: u8) -> Option<Block> {
    let bits = address::to_bits(network);
    let block = block::parse(&format!("{network}/{length}"))?.block;
    // Addresses of IPv6 below those of mapped IPv4 are reserved.
    (network.is_ipv4() || !block::is_ipv4(bits)).then_some(block)
}

/// A record of any of these databases; what it lacks is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Record<'d> {
    autonomous_system_number: Option<u32>,
    #[serde(borrow)]
    autonomous_system_organization: Option<&'d str>,
    asn: Option<&'d str>,
    as_name: Option<&'d str>,
    country: Option<Name<'d>>,
    country_code: Option<&'d str>,
    region: Option<&'d str>,
    subdivisions: Vec<Unit<'d>>,
    city: Option<Name<'d>>,
}

/// A country or city: with code and names, or as one word.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Name<'d> {
    Word(#[serde(borrow)] &'d str),
    Unit(Unit<'d>),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Unit<'d> {
    #[serde(borrow)]
    iso_code: Option<&'d str>,
    names: Names<'d>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Names<'d> {
    #[serde(borrow)]
    en: Option<&'d str>,
}

impl Name<'_> {
    /// Its code of two letters.
    fn code(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Unit(unit) => unit.iso_code,
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Unit(unit) => unit.names.en,
        }
    }
}

impl Record<'_> {
    /// What it says, if it says anything.
    fn row(&self, block: Block, home: Home<'_>) -> Option<Row> {
        let number = self.autonomous_system_number.filter(|number| *number > 0).or_else(|| self.asn.and_then(asn));
        let code = self.country_code.or_else(|| self.country.as_ref()?.code());
        let country = code.and_then(Country::parse);
        let row = Row {
            origin: number.map(Origin::One),
            holder: self.autonomous_system_organization.or(self.as_name).and_then(said),
            country,
            place: country.filter(|country| *country == home.country).and_then(|_| self.place(home)),
            ..Row::addresses(block)
        };
        let says = row.origin.is_some() || row.holder.is_some() || row.country.is_some();
        says.then_some(row)
    }

    /// The province, by the code of the largest unit, by its name, by the city.
    fn place(&self, home: Home<'_>) -> Option<PlaceId> {
        let unit = self.subdivisions.first();
        let code = unit.and_then(|unit| unit.iso_code).map(|code| format!("{}-{code}", home.country.code()));
        let region = unit.and_then(|unit| unit.names.en).or(self.region).unwrap_or_default();
        let city = self.city.as_ref().and_then(Name::name);
        code.and_then(|code| home.places.resolve(&code, None)).or_else(|| home.places.resolve(region, city))
    }
}
