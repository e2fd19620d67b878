//! The API's description as a tester of others reads it: [Schemathesis](https://schemathesis.readthedocs.io) makes
//! requests from it, good and bad, and holds every answer against it.

use std::path::Path;
use std::process::{Command, Output};

use crate::house::FEED_TOKEN;
use crate::talk::portal;

/// Requests made of each call in the part that guesses; the same ones at every run.
const EXAMPLES: &str = "50";
const SEED: &str = "20261120";
/// Whoever tests asks more often than a visitor may.
const PATIENT: [(&str, &str); 1] = [("checks_per_minute", "100000")];

/// What Schemathesis is told beside the description.
fn ask(python: &Path, settings: &Path, base: &str, headers: &[&str]) -> Output {
    let mut command = Command::new(python);
    command.args(["-m", "schemathesis.cli", "--config-file"]).arg(settings);
    command.args(["run", &format!("{base}/api/v1/openapi.json"), "--url", base]);
    command.args(["--checks", "all", "--phases", "coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", SEED]);
    // How long a request is made is nothing of ours, and a slow machine is no failure.
    command.args(["--request-timeout", "30", "--suppress-health-check", "all", "--continue-on-failure", "--no-color"]);
    command.args(headers.iter().flat_map(|header| ["--header", header]));
    // What it keeps between runs would be kept here.
    command.current_dir(settings.parent().unwrap_or(settings)).output().expect("python")
}

fn assert_found_nothing(output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("generated") && said.contains("Tested: 3"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_one_that_the_description_names() {
    let Some(python) = std::env::var_os("HAIDANG_TEST_PYTHON") else {
        eprintln!("skipped: HAIDANG_TEST_PYTHON names no Python with schemathesis (cargo xtask test makes one)");
        return;
    };
    let portal = portal(&PATIENT).await;
    let bearer = format!("Bearer {FEED_TOKEN}");
    let token = format!("Authorization: {bearer}");
    let headers = [("Authorization", bearer.as_str()), ("X-Report-Name", "a.csv"), ("Content-Type", "text/csv")];
    let delivered = portal.ask("POST", "/api/v1/feeds/sinkhole/reports", &headers, b"a\n1\n").await;
    let id = delivered.header("location").rsplit('/').next().unwrap_or_default().to_owned();
    let folder = tempfile::tempdir().expect("folder");
    let base = format!("http://{}", portal.address);
    let asked = tokio::task::spawn_blocking(move || {
        let settings = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("write");
            path
        };
        let [strange, known] = [
            settings("strange.toml", ""),
            settings("known.toml", &format!("[parameters]\nfeed = \"sinkhole\"\nid = \"{id}\"\n")),
        ];
        // A stranger, then one who has a token and knows what is there.
        [ask(python.as_ref(), &strange, &base, &[]), ask(python.as_ref(), &known, &base, &[&token])]
    });
    asked.await.expect("asked").iter().for_each(assert_found_nothing);
    assert_eq!(portal.get("/healthz").await.status, 200);
}
