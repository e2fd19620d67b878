//! What `serve` puts behind the portal's seams.
//!
//! * [`keeper`] – one thread that takes in what waits and renews what visitors are answered from;
//! * [`tidying`] – one that puts files of the lake together beside it;
//! * [`inbox`] – the watched folder;
//! * [`owning`] – who hands out an address;
//! * [`picture`] – the national figures of the last month that is over;
//! * [`arrivals`] – reports that come by HTTP;
//! * [`officers`] – what officers look at;
//! * [`wishes`] – what visitors ask of the authority;
//! * [`tour`] – the demo's portal: visitors to play, reports that keep coming.

pub(crate) mod arrivals;
pub(crate) mod inbox;
pub(crate) mod keeper;
pub(crate) mod officers;
pub(crate) mod owning;
pub(crate) mod picture;
pub(crate) mod tidying;
pub(crate) mod tour;
pub(crate) mod wishes;
