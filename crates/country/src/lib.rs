//! The made country: everything a national watch centre's day needs, invented by a seed, in genuine file formats.
//!
//! Nobody real is in it: addresses, numbers and names are those reserved or invented. In the order the data flows:
//!
//! * [`places`], [`bodies`], [`block`], [`networks`], [`country`] – provinces, organisations, who holds which addresses;
//! * [`family`], [`machine`], [`population`] – malware, and the infected machines from day to day;
//! * [`feed`], [`botnet`], [`exposed`], [`blocklist`], [`stories`], [`senses`] – what each feed sees on a day;
//! * [`line`], [`shadowserver`], [`partner`], [`fault`] – how it writes its rows, and breaks some;
//! * [`desk`], [`truth`] – the day's files, and the truth; [`plan`], [`live`] – all, the days after; [`bench`] – big files.

mod bench;
mod block;
mod blocklist;
mod bodies;
mod botnet;
mod country;
mod desk;
mod exposed;
mod family;
mod fault;
mod feed;
mod line;
mod live;
mod machine;
mod networks;
mod partner;
mod places;
mod plan;
mod population;
mod rng;
mod senses;
mod shadowserver;
mod stories;
mod truth;

pub use bench::{Prefixes, asked_addresses, few_networks_csv, few_organisations_csv, report_days, sinkhole_day};
pub use bench::{dns_log, indicator_list, networks_csv, organisations_csv, sinkhole_csv};
pub use live::Live;
pub use plan::{Made, MadeError, Plan, write};
pub use truth::{FileTruth, HandOver, Hits, Outage, Period, Story, StoryKind, Truth};
