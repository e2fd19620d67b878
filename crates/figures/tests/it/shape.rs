//! What every rendering obeys: size, markup, style, words.

use std::collections::BTreeSet;
use std::fs;

use figures::STYLE;
use figures::counts::{BadCounts, Counts};
use figures::front::Front;
use figures::picture::Picture;
use figures::rule::Rule;
use figures::words::Lang;

use crate::page::{counts, path, picture};

/// What a page may have, and what the page around the pictures takes of it.
const PAGE_MAX: usize = 100_000;
const AROUND: usize = 15_000;

/// Every case, in both languages.
fn fronts() -> Vec<Front> {
    let cases = fs::read_dir(path("golden")).expect("cases").map(|case| case.expect("a case").path());
    let counts = cases.map(|case| case.join("counts.json")).filter(|counts| counts.is_file());
    let pictures = counts.chain([path("sizes/year.json")]).map(|counts| picture(&counts));
    pictures.flat_map(|picture| Lang::ALL.map(|lang| picture.render(lang))).collect()
}

fn markup(front: &Front) -> String {
    front.sections.iter().map(|section| format!("{}{}", section.svg, section.table_html)).collect()
}

#[test]
fn a_page_of_a_whole_year_is_small() {
    for front in fronts() {
        let words: usize = front.sections.iter().map(|s| s.definition.len() + s.notes.concat().len()).sum();
        let size = markup(&front).len() + words;
        assert!(size <= PAGE_MAX - AROUND, "{size} bytes");
    }
}

#[test]
fn markup_is_well_formed_and_carries_no_style_of_its_own() {
    for front in fronts() {
        for section in &front.sections {
            balanced(&section.svg);
            balanced(&section.table_html);
        }
        let markup = markup(&front);
        for banned in [" style=", "<style", "<script", " on", "#", "javascript:"] {
            assert!(!attributes(&markup).any(|attribute| format!(" {attribute}").contains(banned)), "{banned}");
        }
    }
}

/// Texts between `<` and `>`, split at blanks outside of quotes.
fn attributes(markup: &str) -> impl Iterator<Item = &str> {
    markup.split('<').filter_map(|part| part.split_once('>')).map(|(tag, _)| tag)
}

/// Every element that opens is closed in its turn.
fn balanced(markup: &str) {
    let mut open = Vec::new();
    for tag in attributes(markup) {
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split([' ', '\n']).next().expect("a name"));
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn every_picture_has_a_title_a_description_and_ids_of_its_own() {
    for front in fronts() {
        let mut ids = BTreeSet::new();
        for section in &front.sections {
            let ends = [("t", "title"), ("d", "desc")];
            for (end, element) in ends.iter().filter(|_| !section.svg.is_empty()) {
                assert!(section.svg.contains(&format!("<{element} id=\"fig-{}-{end}\">", section.key)));
            }
            assert!(section.svg.is_empty() || section.svg.contains("role=\"img\" aria-labelledby="));
        }
        let markup = markup(&front);
        for id in markup.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(ids.insert(id.to_owned()), "{id} twice");
        }
    }
}

#[test]
fn no_message_is_missing_or_unfilled() {
    for front in fronts() {
        let mut text = markup(&front) + &front.notes.concat() + &front.period;
        for section in &front.sections {
            text += &(section.heading.clone() + &section.definition + &section.notes.concat());
        }
        assert!(!text.contains('⟦') && !text.contains('{'), "{text}");
        for file in &front.files {
            let text = String::from_utf8(file.bytes.clone()).expect("UTF-8");
            assert!(!text.contains('⟦'), "{}", file.name);
        }
    }
}

#[test]
fn the_style_names_only_its_own_classes_and_every_class_that_is_used() {
    let without_comments: String =
        STYLE.split("/*").map(|part| part.split_once("*/").map_or(part, |(_, after)| after)).collect();
    for selectors in without_comments.split('}').filter_map(|rule| rule.rsplit_once('{')).map(|(before, _)| before) {
        let selectors = selectors.rsplit('{').next().expect("selectors");
        for selector in selectors.split(',').map(str::trim).filter(|selector| !selector.starts_with("@media")) {
            assert!(selector.starts_with(".fig-"), "{selector}");
        }
    }
    for front in fronts() {
        let markup = markup(&front);
        for class in markup.split("class=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            for class in class.split(' ') {
                assert!(STYLE.contains(&format!(".{class} ")) || STYLE.contains(&format!(".{class},")), "{class}");
            }
        }
    }
}

#[test]
fn names_from_outside_stay_texts_everywhere() {
    let mut counts = counts(&path("golden/country/counts.json"));
    let evil = "=cmd\"'<script>alert(1)</script>\u{202e}";
    counts.families.rows[0].code = Some(evil.to_owned());
    let front = Picture::of(&counts, &Rule::shipped()).expect("a release").render(Lang::En);
    assert!(!markup(&front).contains("<script") && markup(&front).contains("&lt;script"));
    let csv = front.files.iter().find(|file| file.name.starts_with("families") && file.name.ends_with("csv"));
    let csv = String::from_utf8(csv.expect("a file").bytes.clone()).expect("UTF-8");
    assert!(csv.contains("\"'=cmd\"\"'<script>") && !csv.contains('\u{202e}'));
}

#[test]
fn counts_that_cannot_be_true_are_refused() {
    let good = counts(&path("golden/country/counts.json"));
    let refused = |change: &dyn Fn(&mut Counts)| {
        let mut bad = good.clone();
        change(&mut bad);
        Picture::of(&bad, &Rule::shipped()).expect_err("refused")
    };
    assert_eq!(refused(&|c| c.period.last = c.period.first - 1), BadCounts::Period(0));
    assert_eq!(refused(&|c| c.daily.days[0].1 += 1), BadCounts::Contradiction("daily"));
    assert_eq!(refused(&|c| c.country.measure.unique = u64::MAX), BadCounts::Contradiction("country"));
    assert_eq!(refused(&|c| c.daily.days[0].1 = u64::MAX), BadCounts::Contradiction("daily"));
    assert_eq!(refused(&|c| c.isps.rows[0].measure.day_sum = u64::MAX), BadCounts::Contradiction("isps"));
    assert_eq!(refused(&|c| c.period.first = i32::MIN), BadCounts::Period(i64::from(good.period.last) + (1 << 31) + 1));
    assert_eq!(refused(&|c| c.daily.days.swap(0, 1)), BadCounts::Day(good.period.first));
    assert_eq!(refused(&|c| c.provinces.rows[0].code = Some("02".into())), BadCounts::Group("provinces", "02".into()));
    assert_eq!(refused(&|c| c.isps.rows.truncate(1)), BadCounts::Contradiction("isps"));
    assert_eq!(refused(&|c| c.families.rows[0].measure.day_sum = 0), BadCounts::Contradiction("families"));
    assert_eq!(refused(&|c| c.feeds.delivered.truncate(2)), BadCounts::Contradiction("feeds"));
    assert_eq!(refused(&|c| c.exposed.basis.definition = "x.y".into()), BadCounts::Definition("x.y".into()));
}
