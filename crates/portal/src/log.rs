//! The program's log: one JSON object a line on standard error.
//!
//! Lines on requests are many. They wait until there are [`PIECE`] bytes of them, or for [`WAIT_MAX`], and are written
//! together: whoever kills the process (SIGKILL, a power cut) loses those of the last second. Every other line, the
//! audit trail's above all, is written when it is told, after those that waited.

use std::fmt::{self, Debug};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{self, Format, Writer};
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The target of lines on requests.
pub(crate) const ACCESS: &str = "access";
/// Bytes that are written together: some two hundred lines, so that the system is called for few of them.
const PIECE: usize = 32 << 10;
/// How long a line on a request waits at most.
const WAIT_MAX: Duration = Duration::from_secs(1);
/// Bytes of most lines on requests.
const LINE: usize = 256;
/// Microseconds in a second.
const MICROS: u64 = 1_000_000;

/// A log that has begun; dropped, it writes what waits.
#[must_use]
#[derive(Debug)]
pub struct Log(Arc<Lines<io::Stderr>>);

impl Drop for Log {
    fn drop(&mut self) {
        self.0.write_waiting();
    }
}

/// Begins the log of this process, with the lines that `told` lets pass.
///
/// # Errors
/// There is one already, or no thread can be had.
pub fn begin(told: Targets) -> io::Result<Log> {
    let lines = Arc::new(Lines::to(io::stderr()));
    let waiting = Arc::clone(&lines);
    let in_time = move || {
        loop {
            thread::park_timeout(WAIT_MAX);
            waiting.write_waiting();
        }
    };
    thread::Builder::new().name("log".to_owned()).spawn(in_time)?;
    let writer = Told(Arc::clone(&lines));
    let layer = tracing_subscriber::fmt::layer().json().event_format(Json::default()).with_writer(writer);
    tracing_subscriber::registry().with(layer).with(told).try_init().map_err(io::Error::other)?;
    Ok(Log(lines))
}

/// Lines that wait, and where they go.
#[derive(Debug)]
struct Lines<W>(Mutex<(Vec<u8>, W)>);

impl<W: io::Write> Lines<W> {
    fn to(out: W) -> Self {
        Self(Mutex::new((Vec::with_capacity(2 * PIECE), out)))
    }

    /// Takes a line in; it is written at once if it may not wait.
    fn take(&self, line: &[u8], may_wait: bool) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (waiting, out) = &mut *lines;
        waiting.extend_from_slice(line);
        if !may_wait || waiting.len() >= PIECE {
            write(waiting, out);
        }
    }

    fn write_waiting(&self) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (waiting, out) = &mut *lines;
        if !waiting.is_empty() {
            write(waiting, out);
        }
    }
}

/// Who serves goes on when nobody takes the log, and what waits has its limit: such lines are lost.
fn write(waiting: &mut Vec<u8>, out: &mut impl io::Write) {
    let _ = out.write_all(waiting);
    waiting.clear();
}

/// Hands out writers that know whether their line may wait.
struct Told<W>(Arc<Lines<W>>);

/// The writer of one line.
struct Line<'l, W> {
    lines: &'l Lines<W>,
    may_wait: bool,
}

impl<'l, W: io::Write + 'l> MakeWriter<'l> for Told<W> {
    type Writer = Line<'l, W>;

    fn make_writer(&'l self) -> Self::Writer {
        Line { lines: &self.0, may_wait: false }
    }

    fn make_writer_for(&'l self, of: &Metadata<'_>) -> Self::Writer {
        Line { lines: &self.0, may_wait: of.target() == ACCESS && *of.level() >= Level::INFO }
    }
}

impl<W: io::Write> io::Write for Line<'_, W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.lines.take(line, self.may_wait);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// JSON as the library writes it. Lines on requests are written by ourselves: the same takes a tenth of the time.
struct Json {
    others: Format<format::Json>,
    second: Mutex<Option<Second>>,
}

impl Default for Json {
    fn default() -> Self {
        Self { others: format::format().json(), second: Mutex::default() }
    }
}

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let of = event.metadata();
        if of.target() != ACCESS {
            return self.others.format_event(context, to, event);
        }
        let mut line = String::with_capacity(LINE);
        line.push_str("{\"timestamp\":\"");
        self.write_time(&mut line)?;
        line.push_str("\",\"level\":\"");
        line.push_str(of.level().as_str());
        line.push_str("\",\"fields\":{");
        event.record(&mut Fields { line: &mut line, before: "\"" });
        line.push_str("},\"target\":\"access\"}\n");
        to.write_str(&line)
    }
}

/// A second of the machine's clock, as far as it is the same for all lines in it.
struct Second {
    /// `2026-11-21T12:00:00.`
    text: String,
    /// When its text was made, and how many microseconds of the second had passed then.
    made: (Instant, u64),
}

impl Second {
    fn now() -> Result<Self, fmt::Error> {
        let (made, mut text) = (Instant::now(), String::new());
        SystemTime.format_time(&mut Writer::new(&mut text))?;
        let (_, fraction) = text.split_once('.').ok_or(fmt::Error)?;
        let micros = fraction.trim_end_matches('Z').parse().map_err(|_| fmt::Error)?;
        text.truncate(text.len() - fraction.len());
        Ok(Self { text, made: (made, micros) })
    }

    fn micros(&self) -> u64 {
        self.made.1 + self.made.0.elapsed().as_micros() as u64
    }
}

impl Json {
    fn write_time(&self, line: &mut String) -> fmt::Result {
        let mut second = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        let lasts = second.as_ref().map(|second| (second, second.micros())).filter(|(_, micros)| *micros < MICROS);
        if let Some((second, micros)) = lasts {
            line.push_str(&second.text);
            push_digits(micros, 6, line);
        } else {
            let new = Second::now()?;
            line.push_str(&new.text);
            push_digits(new.made.1, 6, line);
            *second = Some(new);
        }
        line.push('Z');
        Ok(())
    }
}

/// Writes a number with at least so many digits. Format strings take several times as long as all this.
fn push_digits(mut number: u64, least: usize, line: &mut String) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    while number > 0 {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    let digits = digits.get(at.min(digits.len() - least)..).unwrap_or_default();
    line.extend(digits.iter().map(|digit| char::from(*digit)));
}

/// Writes fields as members of an object.
struct Fields<'f> {
    line: &'f mut String,
    /// What stands before a name.
    before: &'static str,
}

impl Fields<'_> {
    fn name(&mut self, field: &Field) {
        for piece in [self.before, field.name(), "\":"] {
            self.line.push_str(piece);
        }
        self.before = ",\"";
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, text: &str) {
        self.name(field);
        let is_plain = text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
        if is_plain {
            for piece in ["\"", text, "\""] {
                self.line.push_str(piece);
            }
        } else {
            self.line.push_str(&serde_json::Value::from(text).to_string());
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.name(field);
        push_digits(value, 1, self.line);
    }
}

#[cfg(test)]
mod tests;
