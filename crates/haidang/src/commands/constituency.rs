//! `constituency`: import, conflicts, versions.

use std::path::Path;

use constituency::{Finding, Severity};
use event::time::day_text;
use pipeline::owners;
use serde_json::json;

use crate::cli::ConstituencyCommand;
use crate::commands::Desk;
use crate::exit;

pub(crate) fn run(desk: &Desk, command: &ConstituencyCommand) -> anyhow::Result<i32> {
    match command {
        ConstituencyCommand::Import { folder, dry_run: true } => {
            let findings = owners::check(folder, desk.folder.country())?;
            show(desk, &findings)?;
            Ok(if owners::has_errors(&findings) { exit::PARTLY } else { exit::OK })
        }
        ConstituencyCommand::Import { folder, dry_run: false } => import(desk, folder),
        ConstituencyCommand::Conflicts => {
            show(desk, &owners::findings(&desk.folder, None)?)?;
            Ok(exit::OK)
        }
        ConstituencyCommand::Versions => versions(desk),
    }
}

/// Imports a folder and tells what is wrong with it.
pub(crate) fn import(desk: &Desk, folder: &Path) -> anyhow::Result<i32> {
    let lock = desk.folder.lock()?;
    let today = desk.folder.zone().day(desk.now());
    let imported = owners::import(&desk.folder, &lock, folder, today, desk.now())?;
    if desk.out.json() {
        desk.out.value(&json!({
            "snapshot": imported.snapshot, "attribution_version": imported.version, "unchanged": imported.unchanged,
            "findings": imported.findings.iter().map(finding).collect::<Vec<_>>(),
        }))?;
    } else {
        let values = [("snapshot", imported.snapshot.to_string()), ("version", imported.version.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, text)| (*name, text.as_str())).collect();
        desk.out.say(if imported.unchanged { "constituency.unchanged" } else { "constituency.imported" }, &values)?;
        if !imported.findings.is_empty() {
            show(desk, &imported.findings)?;
        }
    }
    Ok(if owners::has_errors(&imported.findings) { exit::PARTLY } else { exit::OK })
}

fn finding(finding: &Finding) -> serde_json::Value {
    json!({
        "severity": severity(finding), "file": finding.file, "line": finding.line, "column": finding.column,
        "value": finding.value, "code": format!("{:?}", finding.code), "message": finding.message,
    })
}

fn severity(finding: &Finding) -> &'static str {
    if finding.severity == Severity::Error { "error" } else { "warning" }
}

fn show(desk: &Desk, findings: &[Finding]) -> anyhow::Result<()> {
    if desk.out.json() {
        return desk.out.value(&findings.iter().map(finding).collect::<Vec<_>>());
    }
    let mut table = desk.out.heads(["severity", "file", "line", "column", "value", "message"]);
    for f in findings {
        let severity = desk.out.words.say_or_name("severity", severity(f));
        table.row([severity, f.file.clone(), f.line.to_string(), f.column.clone(), f.value.clone(), f.message.clone()]);
    }
    desk.out.table(&table)
}

fn versions(desk: &Desk) -> anyhow::Result<i32> {
    let attribution = owners::attribution(&desk.folder)?;
    if desk.out.json() {
        desk.out.value(&attribution)?;
        return Ok(exit::OK);
    }
    let mut table = desk.out.heads(["version", "made", "from_day", "snapshot"]);
    for version in attribution.versions() {
        for rule in &version.from_day_rules {
            let from = if rule.from_day == i32::MIN {
                desk.out.words.say("constituency.always")
            } else {
                day_text(rule.from_day)
            };
            let made = desk.folder.zone().local_text(version.made_at);
            table.row([version.version.to_string(), made, from, rule.snapshot.to_string()]);
        }
    }
    desk.out.table(&table)?;
    Ok(exit::OK)
}
