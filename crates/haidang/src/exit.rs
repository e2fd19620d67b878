//! Exit codes, and how an error is told.

use pipeline::PipelineError;

use crate::cli::Cli;
use crate::table::tame;

/// All went well.
pub(crate) const OK: i32 = 0;
/// Something else went wrong; the message says what.
pub(crate) const ERROR: i32 = 1;
// 2 is clap's: the command line cannot be understood.
/// Some files were refused or could not be read; the others are in, or answered from.
pub(crate) const PARTLY: i32 = 3;
/// Another process writes.
pub(crate) const HELD: i32 = 4;
/// The disk is full: free some room and run again.
pub(crate) const DISK_FULL: i32 = 5;
/// The data folder is of a newer program.
pub(crate) const NEWER: i32 = 6;
/// `doctor` found something to mend.
pub(crate) const UNSOUND: i32 = 7;

fn code(error: &anyhow::Error) -> i32 {
    match error.downcast_ref::<PipelineError>() {
        Some(PipelineError::Held { .. }) => HELD,
        Some(PipelineError::Newer { .. } | PipelineError::Lake(lake::LakeError::Newer { .. })) => NEWER,
        Some(error) if error.disk_full() => DISK_FULL,
        Some(_) => ERROR,
        None if matches!(error.downcast_ref(), Some(lake::LakeError::Newer { .. })) => NEWER,
        None if format!("{error:?}").contains("StorageFull") => DISK_FULL,
        None => ERROR,
    }
}

/// Tells an error on standard error, as text or JSON, and answers the exit code.
pub(crate) fn report(error: &anyhow::Error, cli: &Cli) -> i32 {
    let code = code(error);
    #[expect(clippy::print_stderr, reason = "this is where errors are told")]
    if cli.json {
        eprintln!("{}", serde_json::json!({ "error": error.to_string(), "code": code }));
    } else {
        eprintln!("haidang: {}", tame(&error.to_string()));
    }
    code
}
