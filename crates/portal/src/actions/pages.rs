//! Pages for everybody.

pub(crate) mod check;
pub(crate) mod data;
pub(crate) mod home;
pub(crate) mod method;
pub(crate) mod not_found;
pub(crate) mod privacy;
pub(crate) mod request_form;
pub(crate) mod request_status;
pub(crate) mod requests;
