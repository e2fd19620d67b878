//! How large. `examples/measure.rs` measures how fast.

use indicators::{Kind, Set};

use crate::made;

/// A name of a list costs its letters and a little.
#[test]
fn a_hundred_thousand_names_are_kept_in_eighteen_bytes_each_and_their_letters() {
    let mut builder = Set::builder();
    builder.begin("made-up", 0);
    let mut letters = 0;
    for n in 0..100_000 {
        let indicator = made::indicator(Kind::Domain, &format!("host-{n}.example.org"));
        letters += indicator.text.len();
        builder.add(&indicator).expect("canonical");
    }
    let set = builder.build();
    assert_eq!(set.len(), 100_000);
    assert!(set.bytes() <= letters + 18 * set.len(), "{} bytes, {letters} of them letters", set.bytes());
}

/// Nothing is in a set that nobody put there.
#[test]
fn an_empty_set_finds_nothing_and_takes_nothing() {
    let set = Set::default();
    assert!(set.is_empty() && !set.has_urls() && set.bytes() == 0);
    assert_eq!(set.domain("example.org", 0), None);
    assert_eq!(set.address(made::end("192.0.2.1").ip, 0), None);
    assert_eq!(set.network(made::end("192.0.2.1").ip, 0), None);
    assert_eq!(set.url("example.org", Some(80), "/a", 0), None);
    assert_eq!(set.path("/gate.php", 0), None);
    let built = Set::builder().build();
    assert!(built.is_empty());
    assert_eq!(built.domain("example.org", 0), None);
}
