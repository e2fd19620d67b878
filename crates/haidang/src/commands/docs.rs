//! `docs`: the pages that are made of the program itself, so that they cannot say anything else than it does.

use std::fmt::Write as _;
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;
use feeds::catalogue::{Catalogue, Feed};
use feeds::words::{FORMATS, FormatWord};

use crate::cli::{Cli, DocsArgs};
use crate::exit;

/// The shells that get completions.
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Fish, Shell::Zsh];
/// The day at the foot of a manual page: none, so that a page changes only when its command does.
const NO_DATE: &str = "";

pub(crate) fn run(args: &DocsArgs) -> anyhow::Result<i32> {
    let (manual, completions) = (args.out.join("man"), args.out.join("completions"));
    std::fs::create_dir_all(&manual)?;
    std::fs::create_dir_all(&completions)?;
    let mut command = Cli::command();
    command.build();
    write_manual(&command, "haidang", &manual)?;
    for shell in SHELLS {
        clap_complete::generate_to(shell, &mut Cli::command(), "haidang", &completions)?;
    }
    std::fs::write(args.out.join("FORMATS.md"), formats())?;
    Ok(exit::OK)
}

/// A page for a command, and one for each below it.
fn write_manual(command: &clap::Command, name: &str, folder: &Path) -> anyhow::Result<()> {
    let mut page = Vec::new();
    let named = command.clone().name(name.to_owned()).display_name(name.to_owned());
    clap_mangen::Man::new(named).date(NO_DATE).render(&mut page)?;
    std::fs::write(folder.join(format!("{name}.1")), page)?;
    let below = command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help");
    for below in below {
        write_manual(below, &format!("{name}-{}", below.get_name()), folder)?;
    }
    Ok(())
}

/// The page of formats and of the feeds that are shipped.
fn formats() -> String {
    let mut page = String::from(
        "# Formats and feeds\n\n\
         What `format =` may say in `feeds.toml`, and which feeds there are without one. Made by the program \
         (`haidang docs`); a test compares.\n",
    );
    for format in FORMATS {
        write_format(&format, &mut page);
    }
    page.push_str("\n## Feeds that are shipped\n\nIn the order in which a file's name is tried.\n\n");
    page.push_str(
        "| feed | format | files | mark | public | reliability | expected |\n|---|---|---|---|---|---|---|\n",
    );
    for feed in Catalogue::shipped().feeds() {
        page.push_str(&row(feed));
    }
    page
}

fn write_format(format: &FormatWord, page: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(page, "\n## `{}`\n\n{}\n", format.name, format.reads);
    if !format.fields.is_empty() {
        let fields: Vec<String> = format.fields.iter().map(|field| format!("`{field}`")).collect();
        let _ = write!(page, "\nFields of its own: {}.\n", fields.join(", "));
    }
    if !format.source.is_empty() {
        let _ = write!(page, "\nFollows <{}>.\n", format.source);
    }
}

fn row(feed: &Feed) -> String {
    let files: Vec<String> = feed.files.iter().map(|pattern| format!("`{pattern}`")).collect();
    let public = if feed.public { "yes" } else { "no" };
    let every = feed.every.map_or(String::new(), |every| format!("every {} h", every.as_secs() / 3600));
    format!(
        "| `{}` | `{}` | {} | {} | {public} | {} | {every} |\n",
        feed.name,
        feed.speaks.word(),
        files.join(", "),
        feed.tlp.name(),
        feed.reliability.letter(),
    )
}
