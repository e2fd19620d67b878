//! The log: what waits and what does not, and that it is written as the library would.

use event::time::{SECOND, parse};

use super::*;

/// Where lines go, kept.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<String>>);

impl Written {
    fn text(&self) -> String {
        self.0.lock().expect("lines").clone()
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("lines").push_str(std::str::from_utf8(bytes).expect("text"));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Does something with a log of ours, and what it writes.
fn logging(act: impl FnOnce(&Lines<Written>, &Written)) {
    let written = Written::default();
    let lines = Arc::new(Lines::to(written.clone()));
    let subscriber = tracing_subscriber::registry().with(layer(&lines));
    tracing::subscriber::with_default(subscriber, || act(&lines, &written));
}

fn ask(route: &str, status: u16) {
    tracing::info!(target: "access", method = "GET", route, status, millis = 3_u64);
}

#[test]
fn lines_on_requests_wait_and_others_are_written_at_once_after_them() {
    logging(|lines, written| {
        ask("/a", 200);
        ask("/b", 200);
        assert_eq!(written.text(), "");
        tracing::info!(target: "audit", what = "login");
        let text = written.text();
        let at = |part: &str| text.find(part).expect(part);
        assert!(at("\"/a\"") < at("\"/b\"") && at("\"/b\"") < at("login"), "{text}");
        ask("/c", 200);
        assert!(!written.text().contains("/c"));
        tracing::error!(target: "access", route = "/d");
        assert!(written.text().contains("/c") && written.text().contains("/d"), "what went wrong is told at once");
        ask("/e", 200);
        lines.write_waiting();
        assert!(written.text().contains("/e"));
    });
}

#[test]
fn no_more_waits_than_a_piece() {
    logging(|lines, written| {
        for n in 0..1000 {
            ask(&format!("/{n}"), 200);
            assert!(lines.0.lock().expect("lines").0.bytes.len() < PIECE);
        }
        let so_far = written.text().lines().count();
        assert!((1..1000).contains(&so_far), "{so_far}");
        lines.write_waiting();
        assert_eq!(written.text().lines().count(), 1000);
    });
}

#[test]
fn a_log_that_nobody_takes_stops_nobody_and_keeps_its_limit() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::to(Full);
    for _ in 0..10 * PIECE {
        lines.take(true, |waiting| waiting.bytes.extend_from_slice(b"line\n"));
        assert!(lines.0.lock().expect("lines").0.bytes.len() < PIECE);
    }
}

#[test]
fn our_json_is_that_of_the_library_and_its_time_the_machines() {
    logging(|lines, ours| {
        let theirs = Written::default();
        for route in ["/kiem-tra", "-", "/\"\\\u{1}\u{7f}đ\n"] {
            for status in [200_u16, 503] {
                let tell = || {
                    ask(route, status);
                    tracing::info!(target: "access", route = %route, other = ?Some(route));
                };
                tell();
                tracing::subscriber::with_default(library(&theirs), tell);
            }
        }
        lines.write_waiting();
        let (ours, theirs) = (ours.text(), theirs.text());
        assert_eq!(ours.lines().count(), 12);
        for (our, their) in ours.lines().zip(theirs.lines()) {
            let ((our_time, our_rest), (their_time, their_rest)) = (cut(our), cut(their));
            assert_eq!((our_rest, our_time.len()), (their_rest, their_time.len()));
            let apart = parse(their_time).expect("a time") - parse(our_time).expect("a time");
            assert!((-SECOND..SECOND).contains(&apart), "{our_time} {their_time}");
        }
    });
}

#[test]
fn digits_are_those_of_the_library() {
    for number in [0, 7, 10, 999_999, 1_000_000, u64::MAX] {
        for least in [1, 6] {
            let mut line = Vec::new();
            push_digits(number, least, &mut line);
            assert_eq!(line, format!("{number:0least$}").as_bytes());
        }
    }
}

/// The library as it comes.
fn library(written: &Written) -> impl Subscriber + use<> {
    let writer = written.clone();
    tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish()
}

/// Its time, and the rest.
fn cut(line: &str) -> (&str, &str) {
    line.strip_prefix("{\"timestamp\":\"").and_then(|rest| rest.split_once('"')).expect("a time")
}
