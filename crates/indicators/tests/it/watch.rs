//! Which contact touched what, and on which side.

use std::sync::Arc;

use event::address;
use indicators::inside::Inside;
use indicators::{Contact, Hit, Kind, Set, Side, Watch};

use crate::made::{NOBODY, call, end, indicator, query, request, set, touched, watch};

#[test]
fn a_name_is_found_with_everything_below_it_however_it_is_written() {
    let watch = watch("bad.example xn--bcher-kva.example", "");
    for name in ["bad.example", "BAD.Example.", "a.b.bad.example", "_a.bad.example", "bad.example:443"] {
        assert_eq!(touched(&watch, &query(name)), Some("bad.example"), "{name}");
    }
    assert_eq!(touched(&watch, &query("www.bücher.example")), Some("xn--bcher-kva.example"));
    for name in ["verybad.example", "bad.example.org", "example", "", ".", "ad.example", "bad..example", "a/b"] {
        assert_eq!(touched(&watch, &query(name)), None, "{name}");
    }
}

#[test]
fn a_name_that_is_no_host_is_found_below_the_domain_to_its_right() {
    let watch = watch("bad.example 192.0.2.1 /gate.php", "good.bad.example");
    let (long, escaped) = (format!("{}bad.example", "a.".repeat(127)), format!("{}.bad.example", "\\200".repeat(63)));
    for name in
        ["aGVsbG8/d29y.bad.example", "a:b.c.BAD.example.", "[a/b.bad.example", "a..bad.example", &long, &escaped]
    {
        assert_eq!(touched(&watch, &query(name)), Some("bad.example"), "{name}");
    }
    for name in
        ["a/b.good.bad.example", "a/b.verybad.example", "a.b/bad.example", "bad.example/a", "a/b.192.0.2.1", "/."]
    {
        assert_eq!(touched(&watch, &query(name)), None, "{name}");
    }
    assert_eq!(touched(&watch, &request("a/b.good.bad.example", "/gate.php")), None);
    assert_eq!(touched(&watch, &request("a/b.example", "/gate.php")), Some("/gate.php"));
}

#[test]
fn the_longest_name_and_the_most_telling_kind_answer() {
    let watch = watch("a.example b.a.example 192.0.2.1 192.0.2.1:80 b.a.example/x /gate.php", "");
    assert_eq!(touched(&watch, &query("c.b.a.example")), Some("b.a.example"));
    let whole = Contact { name: Some("b.a.example"), path: Some("/x/gate.php"), ..call("10.0.0.1", "192.0.2.1:80") };
    let mut found = Vec::new();
    let mut less = |change: &dyn Fn(&mut Contact<'static>), contact: &mut Contact<'static>| {
        found.push(watch.find(contact).map(|hit| hit.kind.name()));
        change(contact);
    };
    let mut contact = whole;
    less(&|contact| contact.path = Some("/gate.php"), &mut contact);
    less(&|contact| contact.name = Some("c.example"), &mut contact);
    less(&|contact| contact.to = Some(end("192.0.2.1:81")), &mut contact);
    less(&|contact| contact.to = None, &mut contact);
    less(&|contact| contact.path = None, &mut contact);
    less(&|_| (), &mut contact);
    assert_eq!(found, [Some("url"), Some("domain"), Some("address-port"), Some("address"), Some("path"), None]);
}

#[test]
fn the_side_that_is_ours_is_the_subject_and_never_the_indicator() {
    let watch = watch("192.0.2.1 192.0.2.2:443 bad.example", "");
    let side = |contact: &Contact<'_>| watch.find(contact).map(|hit| hit.inside);
    assert_eq!(side(&call("10.0.0.1", "192.0.2.1:80")), Some(Side::From));
    assert_eq!(side(&call("192.0.2.2:443", "10.0.0.1:50000")), Some(Side::To));
    // Whoever is listed may scan: that he reached us says nothing of us.
    assert_eq!(side(&call("192.0.2.1:50000", "10.0.0.1:22")), None);
    assert_eq!(side(&call("192.0.2.2:50000", "10.0.0.1:443")), None);
    assert_eq!(side(&call("198.51.100.1", "192.0.2.1")), Some(Side::From));
    assert_eq!(side(&call("192.0.2.1", "198.51.100.1")), None);
    let asked_of_ours = Contact { name: Some("bad.example"), ..call("198.51.100.1", "10.0.0.1:53") };
    assert_eq!(side(&asked_of_ours), None);
    let asked_among_us = Contact { name: Some("bad.example"), ..call("10.0.0.2", "10.0.0.1:53") };
    assert_eq!(side(&asked_among_us), Some(Side::From));
    assert_eq!(side(&Contact { name: Some("bad.example"), ..NOBODY }), None);
}

#[test]
fn an_address_of_ours_is_no_indicator_even_if_it_is_listed() {
    let (listed, bits) = (set(&[indicator(Kind::Address, "192.0.2.1")]), address::to_bits(end("192.0.2.1").ip));
    let ours = Watch::new(listed.clone(), Arc::default(), Inside::private().and([(bits, bits)]));
    let (called, named) = (call("10.0.0.1", "192.0.2.1"), Contact { to: None, ..request("192.0.2.1", "/") });
    assert_eq!([touched(&ours, &called), touched(&ours, &named)], [None, None]);
    let not_ours = Watch::new(listed, Arc::default(), Inside::of([]));
    assert_eq!([touched(&not_ours, &called), touched(&not_ours, &named)], [Some("192.0.2.1"); 2]);
}

#[test]
fn a_bare_path_needs_a_log_that_has_urls() {
    let watch = watch("/gate.php /a/b.bin /?id=1 /c.php?x", "");
    for (path, wanted) in [
        ("/gate.php", Some("/gate.php")),
        ("/a/b/gate.php?x=1#top", Some("/gate.php")),
        ("/gate.php//", Some("/gate.php")),
        ("/gate.php/a", None),
        ("/xgate.php", None),
        ("/GATE.php", None),
        ("/z/a/b.bin", None),
        ("/?id=1&b", Some("/?id=1")),
        ("/?id=12", None),
        ("/deep/?id=1", Some("/?id=1")),
        ("/c.php?xy", None),
        ("/c.php?x=y", Some("/c.php?x")),
        ("/c.php", None),
    ] {
        assert_eq!(touched(&watch, &request("any.example", path)), wanted, "{path}");
    }
    assert_eq!(touched(&watch, &query("gate.php")), None);
}

#[test]
fn a_url_is_found_on_its_host_and_port_with_what_is_below_it() {
    let watch = watch("a.example/x 192.0.2.1:8080/y [2001:db8::1]/z b.example/?q=1", "");
    for (name, path, wanted) in [
        ("a.example", "/x", Some("a.example/x")),
        ("A.example.:8443", "/x/y?z", Some("a.example/x")),
        ("a.example", "/xy", None),
        ("www.a.example", "/x", None),
        ("192.0.2.1:8080", "/y", Some("192.0.2.1:8080/y")),
        ("192.0.2.1", "/y", None),
        ("[2001:db8::1]:443", "/z", Some("[2001:db8::1]/z")),
        ("2001:db8:0::1", "/z", Some("[2001:db8::1]/z")),
        ("b.example", "/?q=1&r", Some("b.example/?q=1")),
        ("b.example", "/?q=10", None),
    ] {
        assert_eq!(touched(&watch, &request(name, path)), wanted, "{name} {path}");
    }
    let nameless = Contact { path: Some("/y"), ..call("10.0.0.1", "192.0.2.1:8080") };
    assert_eq!(touched(&watch, &nameless), Some("192.0.2.1:8080/y"));
}

#[test]
fn what_is_allowed_wins_and_the_rest_of_the_row_still_counts() {
    let listed = "bad.example 192.0.2.1 192.0.2.2 192.0.2.3:80 bad.example/x other.example/x /gate.php";
    let watch =
        watch(listed, "good.bad.example 192.0.2.1 192.0.2.3:80 198.51.100.0/24 2001:db8::/32 other.example/x/y");
    assert_eq!(touched(&watch, &query("a.good.bad.example")), None);
    assert_eq!(touched(&watch, &query("agood.bad.example")), Some("bad.example"));
    let named = |name, to| Contact { name: Some(name), ..call("10.0.0.1", to) };
    assert_eq!(touched(&watch, &named("good.bad.example", "192.0.2.2:80")), Some("192.0.2.2"));
    assert_eq!(touched(&watch, &named("bad.example", "192.0.2.1:80")), Some("bad.example"));
    assert_eq!(touched(&watch, &call("10.0.0.1", "192.0.2.1:80")), None);
    assert_eq!(touched(&watch, &call("10.0.0.1", "192.0.2.3:80")), None);
    assert_eq!(touched(&watch, &request("other.example", "/x")), Some("other.example/x"));
    assert_eq!(touched(&watch, &request("other.example", "/x/y/z")), None);
    assert_eq!(touched(&watch, &request("good.bad.example", "/gate.php")), None);
    assert_eq!(touched(&watch, &request("198.51.100.7", "/gate.php")), None);
    assert_eq!(touched(&watch, &request("[2001:db8::7]:80", "/gate.php")), None);
    assert_eq!(touched(&watch, &request("any.example", "/gate.php")), Some("/gate.php"));
}

#[test]
fn an_indicator_counts_from_its_beginning_to_its_end_and_so_does_what_is_allowed() {
    let dated = |from, until| {
        let mut dated = indicator(Kind::Domain, "bad.example");
        (dated.from, dated.until) = (from, until);
        set(&[dated])
    };
    let at = |watch: &Watch, at| touched(watch, &Contact { at, ..query("a.bad.example") }).is_some();
    let watch = Watch::new(dated(Some(10), Some(20)), Arc::default(), Inside::private());
    assert_eq!([9, 10, 19, 20].map(|instant| at(&watch, instant)), [false, true, true, false]);
    let open = Watch::new(dated(None, None), dated(Some(10), Some(20)), Inside::private());
    assert_eq!([9, 10, 19, 20].map(|instant| at(&open, instant)), [true, false, false, true]);
    assert_eq!([i64::MIN, i64::MAX - 1].map(|instant| at(&open, instant)), [true, true]);
}

#[test]
fn of_what_is_said_more_than_once_the_surest_that_counts_answers() {
    let said = |family: &'static str, confidence, until| {
        let mut said = indicator(Kind::Address, "192.0.2.1");
        (said.family, said.confidence, said.until) = (family.into(), confidence, until);
        said
    };
    let (a, b, c, d) =
        (said("a", None, None), said("b", Some(50), None), said("c", Some(90), Some(5)), said("d", Some(50), None));
    let set = set(&[a.clone(), b.clone(), c, d, b, a]);
    assert_eq!(set.len(), 4);
    assert_eq!(set.lists()[0].indicators, 6);
    let family = |at| set.address(end("192.0.2.1").ip, at).map(|found| found.family);
    assert_eq!([family(4), family(5)], [Some("c"), Some("b")]);
}

#[test]
fn an_empty_watch_says_that_it_is_empty() {
    assert!(Watch::default().is_empty());
    assert!(watch("", "example.org").is_empty());
    assert!(!watch("bad.example", "bad.example").is_empty());
    assert_eq!(touched(&Watch::default(), &query("bad.example")), None);
}

#[test]
fn a_hit_tells_what_the_list_says() {
    let mut listed = indicator(Kind::AddressPort, "[2001:db8::1]:81");
    listed.confidence = Some(80);
    let watch = Watch::new(set(&[listed]), Arc::default(), Inside::private());
    let hit = watch.find(&call("10.0.0.1", "[2001:db8::1]:81"));
    let (indicator, family, source) = ("[2001:db8::1]:81", "made-up-bot", "made up");
    let (inside, kind, confidence) = (Side::From, Kind::AddressPort, Some(80));
    assert_eq!(hit, Some(Hit { inside, kind, indicator, family, source, confidence }));
}

#[test]
fn what_is_not_canonical_is_not_added() {
    let mut builder = Set::builder();
    for (kind, text) in [
        (Kind::Address, "bad.example"),
        (Kind::AddressPort, "192.0.2.1"),
        (Kind::Address, "192.0.2.1/99"),
        (Kind::Path, &*"/".repeat(70_000)),
    ] {
        assert!(builder.add(&indicator(kind, text)).is_err(), "{text}");
    }
    assert!(builder.build().is_empty());
}
