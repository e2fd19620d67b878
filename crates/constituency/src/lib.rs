//! Who owns which subject on a given day, so that somebody can be told.
//!
//! Four tables say it, every row with the days on which it holds. No file and no clock here. In the order the data flows:
//!
//! * [`places`] – the country's provinces, and the many spellings feeds use for them; [`reference`] – other lists;
//! * [`tables`] – the four tables read from CSV, and a [`finding`] for everything that is wrong with them;
//! * [`lookup`] – the tables made ready: who is the [`owner`]; [`reach`] – what belongs to an [`organisation`];
//! * [`sources`] – what routing tables, registries and geographic databases say, below the tables;
//! * [`attribution`] – which snapshot counts on which day, in versions that never change; [`attributor`] answers by one.

pub mod attribution;
pub mod attributor;
mod block;
mod checks;
mod claim;
pub mod finding;
mod fold;
mod index;
pub mod lookup;
pub mod organisation;
pub mod owner;
pub mod places;
pub mod reach;
pub mod reference;
mod roster;
mod sheet;
pub mod sources;
mod sweep;
pub mod tables;
pub mod validity;

pub use attribution::{Attribution, AttributionVersion};
pub use attributor::Attributor;
pub use finding::{Finding, Severity};
pub use lookup::{Asked, Constituency, Hints};
pub use organisation::Organisation;
pub use owner::{Flags, IspSource, OrgId, Owner, PlaceId, PlaceSource};
pub use places::Places;
pub use reach::{Match, Role};
pub use tables::Tables;
