//! `docs`: the pages that are made of the program itself, so that they cannot say anything else than it does.

use std::fmt::Write as _;

use clap::CommandFactory as _;
use clap_complete::Shell;
use feeds::catalogue::{Catalogue, Feed};
use feeds::words::{FORMATS, FormatWord};

use crate::cli::{Cli, DocsArgs};
use crate::exit;

/// The shells that get completions.
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Fish, Shell::Zsh];

pub(crate) fn run(args: &DocsArgs) -> anyhow::Result<i32> {
    let (manual, completions) = (args.out.join("man"), args.out.join("completions"));
    std::fs::create_dir_all(&manual)?;
    std::fs::create_dir_all(&completions)?;
    clap_mangen::generate_to(Cli::command(), &manual)?;
    for shell in SHELLS {
        clap_complete::generate_to(shell, &mut Cli::command(), "haidang", &completions)?;
    }
    std::fs::write(args.out.join("FORMATS.md"), formats())?;
    Ok(exit::OK)
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
