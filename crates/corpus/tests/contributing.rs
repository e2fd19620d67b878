//! The page that says how to add a feed stays true: what it shows is read as it says.

use corpus::reports;
use event::rows::{EventRows, Limits};
use feeds::{
    catalogue::{Catalogue, Speaks},
    format::{Format, Sink},
};

static PAGE: &str = include_str!("../../../CONTRIBUTING.md");

/// The first block of a language on the page.
fn block(language: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(&format!("```{language}\n")).unwrap_or_default();
    rest.split("```").next().unwrap_or_default()
}

#[test]
fn the_feed_on_the_page_reads_the_list_on_the_page() {
    // As the page says: the new table at the top of those that are shipped.
    let text = format!("{}\n{}", block("toml"), Catalogue::SHIPPED);
    let catalogue = Catalogue::parse(&text).expect("catalogue");
    let name = "2026-11-20-partner-drones.csv";
    let feed = catalogue.feed_for_file(name).expect("feed of the file");
    let Speaks::Generic(mapping) = &feed.speaks else { panic!("the feed is a list") };
    let mut parser = Format::Generic(mapping.clone()).open(name).expect("parser");
    let mut sink = Sink { events: EventRows::new(Limits::at(reports::NOW)), rejected: Vec::new() };
    parser.parse(block("csv").as_bytes(), true, &mut sink);
    assert_eq!(sink.rejected, []);
    let mut events = String::new();
    event::json::write_lines(&sink.events.finish(), &mut events);
    for wanted in ["\"192.0.2.17\"", "\"mirai\"", "51234", "2026-11-20T01:15:00+00:00", "infected-system"] {
        assert!(events.contains(wanted), "{wanted} is not in {events}");
    }
}
