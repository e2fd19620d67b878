//! Everything that can be wrong with a table is said, and stops nothing else.

use constituency::finding::Code;
use constituency::{Constituency, Severity, Tables};
use event::address;

const ORGANISATIONS: &str = "code,name,kind,parent,province,valid_from,valid_to\n";

fn read(
    organisations: &str,
    networks: &str,
    asns: &str,
    domains: &str,
) -> (Constituency, Vec<(u32, &'static str, Code)>) {
    let organisations = format!("{ORGANISATIONS}{organisations}");
    let networks = format!("network,isp,organisation,province,flags,valid_from,valid_to\n{networks}");
    let asns = format!("asn,isp,valid_from,valid_to\n{asns}");
    let domains = format!("domain,organisation,valid_from,valid_to\n{domains}");
    let (tables, findings) = Tables::read(&[
        ("x/organisations.csv", &organisations),
        ("x/networks.csv", &networks),
        ("x/asns.csv", &asns),
        ("x/domains.csv", &domains),
    ]);
    let columns = ["code", "name", "kind", "parent", "province", "network", "isp", "organisation", "flags"];
    let columns = columns.into_iter().chain(["valid_from", "valid_to", "asn", "domain"]);
    let known = |name: &str| columns.clone().find(|column| *column == name).unwrap_or("");
    let said = findings.iter().map(|f| (f.line, known(&f.column), f.code)).collect();
    (Constituency::build(tables), said)
}

fn organisations(rows: &str) -> (Constituency, Vec<(u32, &'static str, Code)>) {
    read(rows, "", "", "")
}

#[test]
fn organisations_that_are_wrong() {
    let (country, findings) = organisations(
        "a,A,isp,,99,,\n\
         ,B,isp,,,,\n\
         c c,C,isp,,,,\n\
         d,,isp,,,,\n\
         e,E,circus,,,,\n\
         f,F,isp,nobody,,,\n\
         g,G,isp,,,2026-02-30,\n\
         h,H,isp,,,2026-02-02,2026-02-02\n\
         i,I,isp,,,2026-01-01,2026-06-01\n\
         i,I,isp,,,2026-05-31,\n\
         j,J,isp,i,,2026-01-01,\n",
    );
    assert_eq!(
        findings,
        [
            (2, "province", Code::UnknownPlace),
            (3, "code", Code::BadCode),
            (4, "code", Code::BadCode),
            (5, "name", Code::Empty),
            (6, "kind", Code::UnknownKind),
            (7, "parent", Code::UnknownOrganisation),
            (8, "valid_from", Code::BadDate),
            (9, "valid_to", Code::NoDays),
            (11, "code", Code::Overlap),
            (12, "parent", Code::OutsideOrganisation),
        ]
    );
    let codes: Vec<_> = country.organisations().map(|(_, row)| row.code.as_str()).collect();
    assert_eq!(codes, ["a", "d", "e", "f", "i", "j"]);
}

#[test]
fn nobody_is_above_himself() {
    let (country, findings) = organisations(
        "self,S,agency,self,,,\n\
         a,A,agency,c,,,\n\
         b,B,agency,a,,,\n\
         c,C,agency,b,,,\n\
         below,D,agency,a,,,\n\
         x,X,agency,y,,,2026-01-01\n\
         y,Y,agency,,,,2026-01-01\n\
         y,Y,agency,x,,2026-01-01,\n",
    );
    let parents = [2, 3, 4, 5].map(|line| (line, "parent", Code::ParentLoop));
    assert_eq!(findings[..4], parents);
    assert_eq!(findings[4..], [(9, "parent", Code::OutsideOrganisation)], "x and y are never in a loop on one day");
    assert_eq!(country.subtree("a", 0).len(), 2);
}

#[test]
fn a_chain_without_end_is_cut() {
    let rows: String = (0..100)
        .map(|n| format!("o{n},O,agency,{},01,,\n", if n == 0 { String::new() } else { format!("o{}", n - 1) }))
        .collect();
    let (country, findings) = organisations(&rows);
    assert!(!findings.is_empty() && findings.iter().all(|finding| finding.2 == Code::ParentLoop));
    assert!(country.subtree("o0", 0).len() <= 1 + constituency::organisation::LEVELS_MAX);
}

#[test]
fn networks_that_are_wrong() {
    let (country, findings) = read(
        "a,A,isp,,,,\nb,B,bank,,,2026-01-01,2026-06-01\n",
        "10.0.0.0/33,a,,,,,\n\
         10.0.0.1/24,a,,,,,\n\
         10.1.0.0/16,nobody,b,,,2026-02-01,2026-03-01\n\
         10.2.0.0/16,,,01,,,\n\
         10.3.0.0/16,a,,1,,,\n\
         10.4.0.0/16,a,,,mobile shared,,\n\
         10.5.0.0/16,a,,,static dynamic,,\n\
         10.6.0.0/16,,b,,,,\n\
         10.7.0.0/16,a,,,,,2026/01/01\n\
         10.8.0.0/16,a\n",
        "",
        "",
    );
    assert_eq!(
        findings,
        [
            (2, "network", Code::BadNetwork),
            (3, "network", Code::HostBits),
            (4, "isp", Code::UnknownOrganisation),
            (5, "", Code::NoOwner),
            (6, "province", Code::UnknownPlace),
            (7, "flags", Code::BadFlags),
            (8, "flags", Code::BadFlags),
            (9, "organisation", Code::OutsideOrganisation),
            (10, "valid_to", Code::BadDate),
            (11, "", Code::BadRow),
        ]
    );
    let owner = |ip: [u8; 4], day| country.owner_of_address(address::to_bits(ip.into()), day, None, None);
    assert_eq!(owner([10, 0, 0, 200], 0).isp, country.id("a"));
    assert_eq!(owner([10, 1, 0, 0], 20_490).organisation, country.id("b"));
    assert!(owner([10, 4, 0, 0], 0).flags.shared());
    assert_eq!(owner([10, 7, 0, 0], 0).isp, None);
}

#[test]
fn conflicts_are_said_once_and_only_where_days_are_shared() {
    let (_, findings) = read(
        "a,A,isp,,,,\nb,B,isp,,,,\nold,O,bank,,,,2026-01-01\nnew,N,bank,,,2026-01-01,\n",
        "10.0.0.1-10.0.0.30,a,,01,,,\n\
         10.0.0.1-10.0.0.30,b,,79,,,\n\
         192.0.2.0/24,a,,,,,2026-01-01\n\
         192.0.2.0/24,b,,,,2026-01-01,\n\
         198.51.100.0/24,,old,,,,\n\
         198.51.100.0/24,,new,,,,\n\
         203.0.113.0/24,a,,,,,\n\
         203.0.113.0/25,b,,,,,\n\
         203.0.113.0/24,a,,,,,\n",
        "64500,a,,\n64500,b,,\n0,a,,\n64501,,,\n",
        "one.example,old,,\none.example,new,,\nx.y.example,new,,\nX.Y.example.,new,2026-02-01,\n",
    );
    let said = |code| findings.iter().filter(|finding| finding.2 == code).map(|f| (f.0, f.1)).collect::<Vec<_>>();
    // The first is of the ASNs: findings are sorted by file.
    assert_eq!(said(Code::Conflict), [(3, "isp"), (3, "isp"), (3, "province")]);
    assert_eq!(said(Code::Repeated), [(5, ""), (10, "")]);
    assert_eq!(said(Code::OutsideOrganisation), [(2, "organisation"), (6, "organisation")]);
    assert_eq!((said(Code::BadAsn), said(Code::NoOwner)), (vec![(4, "asn")], vec![(5, "")]));
}

#[test]
fn names_that_belong_to_nobody_are_refused() {
    let (country, findings) = read(
        "a,A,agency,,,,\n",
        "",
        "",
        "gov.vn,a,,\nCOM.vn.,a,,\nvn,a,,\nlocalhost,a,,\nhanoi.vn,a,,\n*.example.vn,a,,\n192.0.2.1,a,,\n,a,,\nexample.vn,a,,\n",
    );
    let codes: Vec<_> = findings.iter().map(|finding| finding.2).collect();
    assert_eq!(codes[..5], [Code::RegistrySuffix; 5]);
    assert_eq!(codes[5..], [Code::BadDomain; 3]);
    assert_eq!(country.owner_of_domain("other.gov.vn", 0, None).organisation, None);
    assert_eq!(country.owner_of_domain("www.example.vn", 0, None).organisation, country.id("a"));
}

#[test]
fn files_that_are_wrong() {
    let (_, findings) = Tables::read(&[
        ("networks.csv", "network,isp,owner\n"),
        ("b/networks.csv", "network\n"),
        ("notes.txt", ""),
        ("asns.csv", ""),
        ("domains.csv", "# nothing\n"),
        ("organisations.csv", "code,name\na,A\n"),
    ]);
    let said: Vec<_> = findings.iter().map(|f| (f.file.as_str(), f.line, f.column.as_str(), f.code)).collect();
    assert_eq!(
        said,
        [
            ("asns.csv", 0, "", Code::NoHeader),
            ("b/networks.csv", 0, "", Code::UnknownFile),
            ("domains.csv", 0, "", Code::NoHeader),
            ("networks.csv", 1, "owner", Code::UnknownColumn),
            ("notes.txt", 0, "", Code::UnknownFile),
            ("organisations.csv", 1, "kind", Code::MissingColumn),
        ]
    );
    let (tables, missing) = Tables::read(&[]);
    assert!(missing.len() == 4 && missing.iter().all(|finding| finding.severity == Severity::Warning));
    assert_eq!(tables.row_counts(), [0; 4]);
    assert_eq!(serde_json::to_value(&findings[3]).expect("json")["code"], "unknown-column");
}

#[test]
fn findings_have_an_end() {
    let many = "nonsense,a,,,,,\n".repeat(constituency::finding::FINDINGS_MAX + 10);
    let (_, findings) = read("a,A,isp,,,,\n", &many, "", "");
    assert_eq!(findings.len(), constituency::finding::FINDINGS_MAX);
    assert_eq!(findings.last().map(|finding| finding.2), Some(Code::TooMany));
}
