//! What programs call.

pub(crate) mod check;
pub(crate) mod deliver_report;
pub(crate) mod openapi;
pub(crate) mod report_status;
