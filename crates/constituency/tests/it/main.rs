//! The constituency as the pipeline and the lake see it.

mod country;
mod findings;
mod measure;
mod mmdb;
mod naive;
mod places;
mod properties;
mod sources;
mod versions;
