//! One file per action; the [`crate::router`] says which path leads where.

pub(crate) mod admin;
pub(crate) mod api;
pub(crate) mod assets;
pub(crate) mod checking;
pub mod form;
pub(crate) mod operation;
pub(crate) mod pages;
pub mod query;
pub(crate) mod sent;
pub(crate) mod told;
