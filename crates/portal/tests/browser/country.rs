//! The national picture as the house publishes it: the figures' own sample country, in the portal's shape.

use figures::counts::Counts;
use figures::picture::Picture as Release;
use figures::rule::Rule;
use figures::words::Lang;
use portal::front::{Fact, Front, OpenFile, Picture, Section};

use crate::house::NOW;

static COUNTS: &str = include_str!("../../../figures/tests/golden/country/counts.json");

/// A full front.
pub(crate) fn full() -> Front {
    let counts: Counts = serde_json::from_str(COUNTS).expect("counts");
    let release = Release::of(&counts, &Rule::shipped()).expect("a release");
    let in_lang = |lang| Some(picture(release.render(lang)));
    Front { made: NOW, vi: in_lang(Lang::Vi), en: in_lang(Lang::En), css: figures::STYLE.to_owned() }
}

fn picture(front: figures::front::Front) -> Picture {
    let fact = |fact: figures::front::Fact| Fact { label: fact.label, value: fact.value, definition: fact.definition };
    let file = |file: figures::front::File| OpenFile {
        name: file.name,
        media_type: file.media_type,
        bytes: file.bytes.into(),
    };
    Picture {
        period: front.period,
        headline: front.headline.into_iter().map(fact).collect(),
        sections: front.sections.into_iter().map(section).collect(),
        notes: front.notes,
        files: front.files.into_iter().map(file).collect(),
    }
}

fn section(section: figures::front::Section) -> Section {
    Section {
        key: section.key.to_owned(),
        heading: section.heading,
        svg: section.svg,
        table_label: section.table_label,
        table_html: section.table_html,
        definition: section.definition,
        notes: section.notes,
        csv: section.csv,
        json: section.json,
    }
}
