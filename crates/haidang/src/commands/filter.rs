//! From what was typed to what the lake is asked.

use constituency::{Attributor, Role};
use event::rules::Kind;
use event::subject::Subject;
use lake::ask::Filter;

use crate::cli::{FilterArgs, KindArg};

/// The kinds that were typed; none for all of them.
pub(crate) fn kinds(typed: &[KindArg]) -> Vec<Kind> {
    let one = |kind: &KindArg| match kind {
        KindArg::Botnet => Some(Kind::Botnet),
        KindArg::Exposed => Some(Kind::Exposed),
        KindArg::Abuse => Some(Kind::Abuse),
        KindArg::Victim => Some(Kind::Victim),
        KindArg::None => Some(Kind::None),
        KindArg::All => None,
    };
    typed.iter().map(one).collect::<Option<_>>().unwrap_or_default()
}

/// The filter of typed options; both days count.
pub(crate) fn filter(args: &FilterArgs, owners: &Attributor, today: i32) -> anyhow::Result<Filter> {
    let mut filter = Filter {
        since: args.since,
        until: args.until.map(|day| day + 1),
        kinds: kinds(&args.kind),
        family: args.family.clone(),
        ..Filter::default()
    };
    if let Some(code) = &args.org {
        own(&mut filter, owners, code, today)?;
    }
    Ok(filter)
}

/// Limits a filter to an organisation or operator and what is below it on the last day of the filter, else today.
pub(crate) fn own(filter: &mut Filter, owners: &Attributor, code: &str, today: i32) -> anyhow::Result<()> {
    let id = owners.id(code).ok_or_else(|| unknown(code))?;
    let days = filter.since.unwrap_or(i32::MIN)..filter.until.unwrap_or(i32::MAX);
    let last_day = filter.until.map_or(today, |day| day - 1);
    let is_isp = owners.organisation(id, last_day).is_some_and(|organisation| organisation.kind == "isp");
    let below = owners.subtree(code, last_day);
    let codes = if below.is_empty() {
        vec![code.to_owned()]
    } else {
        below.iter().map(|id| owners.code(*id).to_owned()).collect()
    };
    if is_isp {
        // An operator is also named by the ASN table, so its networks bound nothing.
        filter.isps = codes;
    } else {
        filter.ranges = owners.networks_of(&below, Role::Organisation, days);
        filter.organisations = codes;
    }
    Ok(())
}

fn unknown(code: &str) -> anyhow::Error {
    anyhow::anyhow!("no organisation with the code {code:?}; see `haidang constituency` and organisations.csv")
}

/// Reads a subject. Feeds name odd hosts, but a person who types one means a name; half an address is a slip.
pub(crate) fn subject(text: &str) -> anyhow::Result<Subject> {
    let is_name = |name: &str| {
        let last = name.rsplit_once('.').map_or("", |(_, last)| last);
        last.contains(|c: char| !c.is_ascii_digit()) && !name.contains(char::is_whitespace)
    };
    let subject = Subject::parse(text).filter(|subject| match subject {
        Subject::Name(name) => is_name(name),
        _ => true,
    });
    subject.ok_or_else(|| anyhow::anyhow!("{text:?} is no address, domain name, URL or account"))
}
