//! The watched folder as its operator meets it: notes beside what was refused, and a line in the log for each look that
//! brought something.

use std::path::Path;

use documents::message::{Lang, Messages};
use pipeline::PipelineError;
use pipeline::inbox::{Inbox, Refusal, Why};

use crate::commands::Desk;
use crate::out::messages;
use crate::service::keeper::Once;

/// Most names of an archive's members that a note lists.
const NAMES_MAX: usize = 50;

/// A watched folder, and the words of its notes.
pub(crate) struct Watched {
    inbox: Inbox,
    words: [Messages; 2],
    trouble: Once,
}

impl Watched {
    /// Watches a folder.
    pub(crate) fn open(desk: &Desk, path: &Path) -> Result<Self, PipelineError> {
        let inbox = Inbox::open(&desk.folder, path)?;
        Ok(Self { inbox, words: [Lang::Vi, Lang::En].map(messages), trouble: Once::default() })
    }

    /// Takes what lies there whole; whether there is more.
    pub(crate) fn look(&mut self, now: i64) -> bool {
        let words = &self.words;
        let look = self.inbox.look(now, &|refusal| note(words, refusal));
        if look.taken > 0 {
            tracing::info!(target: "keeper", files = look.taken, "taken from the watched folder");
        }
        if let Some(first) = look.refused.first() {
            let files = look.refused.len();
            tracing::warn!(target: "keeper", files, first = first.name, why = ?first.why, "refused in the watched folder; a note lies beside each");
        }
        if let Some((path, why)) = look.left.first() {
            let names = look.left.len();
            tracing::warn!(target: "keeper", names, first = %path.display(), why, "left alone in the watched folder");
        }
        let goes_on = look.more && look.trouble.is_none();
        if let Some(error) = self.trouble.news(look.trouble) {
            tracing::error!(target: "keeper", error, "files wait in the watched folder");
        }
        goes_on
    }
}

/// What is put beside a refused file: that, why, and what to do, in both languages.
fn note(words: &[Messages; 2], refusal: &Refusal) -> String {
    let told = words.each_ref().map(|words| note_in(words, refusal));
    format!("{}\n\n{}\n", told[0], told[1])
}

fn note_in(words: &Messages, refusal: &Refusal) -> String {
    let name = [("name", refusal.name.as_str())];
    let (head, why) = match &refusal.why {
        Why::NoFeed => ("inbox.refused", words.fill("inbox.no_feed", &name)),
        Why::Unreadable(why) => ("inbox.refused", words.fill("inbox.unreadable", &[("why", why)])),
        Why::Members(members) => {
            let named = members.iter().take(NAMES_MAX).map(|member| format!("\n  {member}"));
            let more = if members.len() > NAMES_MAX { "\n  …" } else { "" };
            let members = format!("{}{more}", named.collect::<String>());
            ("inbox.partly", words.fill("inbox.members", &[("members", &members)]))
        }
    };
    format!("{}\n{why}", words.fill(head, &name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_why_and_what_to_do_in_both_languages() {
        let words = [Lang::Vi, Lang::En].map(messages);
        let reasons = [Why::NoFeed, Why::Unreadable("gzip: breaks off".into()), Why::Members(vec!["odd.csv".into()])];
        for why in reasons {
            let note = note(&words, &Refusal { name: "list.csv".into(), feed: None, why });
            assert!(note.contains("list.csv") && note.contains("What to do") && note.contains("Cách xử lý"), "{note}");
            assert!(!note.contains('⟦') && !note.contains('{'), "{note}");
        }
    }
}
