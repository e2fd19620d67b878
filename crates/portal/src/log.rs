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
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{self, Format, Writer};
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The target of lines on requests.
pub(crate) const ACCESS: &str = "access";
/// Bytes that are written together: some two hundred lines, so that the system is called for few of them.
const PIECE: usize = 32 << 10;
/// How long a line on a request waits at most.
const WAIT_MAX: Duration = Duration::from_secs(1);
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
    tracing_subscriber::registry().with(layer(&lines)).with(told).try_init().map_err(io::Error::other)?;
    Ok(Log(lines))
}

/// Lines on requests are written by ourselves, all others by the library.
fn layer<S, W>(lines: &Arc<Lines<W>>) -> impl Layer<S> + use<S, W>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: io::Write + Send + 'static,
{
    let others = Others(format::format().json());
    let others = tracing_subscriber::fmt::layer().json().event_format(others).with_writer(Arc::clone(lines));
    others.and_then(OnRequests(Arc::clone(lines)))
}

/// Lines that wait, and where they go.
#[derive(Debug)]
struct Lines<W>(Mutex<(Waiting, W)>);

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// The last second in which a line on a request was written.
    second: Option<Second>,
}

impl<W: io::Write> Lines<W> {
    fn to(out: W) -> Self {
        Self(Mutex::new((Waiting::default(), out)))
    }

    /// Takes a line in, behind those that wait; it is written at once if it may not.
    fn take(&self, may_wait: bool, write_line: impl FnOnce(&mut Waiting)) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (waiting, out) = &mut *lines;
        write_line(waiting);
        if !may_wait || waiting.bytes.len() >= PIECE {
            write(&mut waiting.bytes, out);
        }
    }

    fn write_waiting(&self) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (waiting, out) = &mut *lines;
        if !waiting.bytes.is_empty() {
            write(&mut waiting.bytes, out);
        }
    }
}

/// Who serves goes on when nobody takes the log, and what waits has its limit: such lines are lost.
fn write(waiting: &mut Vec<u8>, out: &mut impl io::Write) {
    let _ = out.write_all(waiting);
    waiting.clear();
}

/// For the library: its lines do not wait.
impl<W: io::Write> io::Write for &Lines<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.take(false, |waiting| waiting.bytes.extend_from_slice(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// JSON as the library writes it, for all lines but those on requests.
struct Others(Format<format::Json>);

impl<S, N> FormatEvent<S, N> for Others
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        if event.metadata().target() == ACCESS { Ok(()) } else { self.0.format_event(context, to, event) }
    }
}

/// The same for lines on requests, in a tenth of the time: they are written where they wait.
struct OnRequests<W>(Arc<Lines<W>>);

impl<S: Subscriber, W: io::Write + Send + 'static> Layer<S> for OnRequests<W> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let of = event.metadata();
        if of.target() == ACCESS {
            self.0.take(*of.level() >= Level::INFO, |waiting| waiting.write_line(event));
        }
    }
}

/// A second of the machine's clock, as far as it is the same for all lines in it.
#[derive(Debug)]
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

impl Waiting {
    fn write_line(&mut self, event: &Event<'_>) {
        self.bytes.extend_from_slice(b"{\"timestamp\":\"");
        self.write_time();
        self.bytes.extend_from_slice(b"Z\",\"level\":\"");
        self.bytes.extend_from_slice(event.metadata().level().as_str().as_bytes());
        self.bytes.extend_from_slice(b"\",\"fields\":{");
        event.record(&mut Fields { line: &mut self.bytes, is_first: true });
        self.bytes.extend_from_slice(b"},\"target\":\"access\"}\n");
    }

    fn write_time(&mut self) {
        let micros = self.second.as_ref().map(Second::micros).filter(|micros| *micros < MICROS);
        let micros = micros.unwrap_or_else(|| {
            self.second = Second::now().ok();
            self.second.as_ref().map_or(0, |second| second.made.1)
        });
        if let Some(second) = &self.second {
            self.bytes.extend_from_slice(second.text.as_bytes());
            push_digits(micros, 6, &mut self.bytes);
        }
    }
}

/// Writes a number with at least so many digits. Format strings take several times as long as all this.
fn push_digits(mut number: u64, least: usize, line: &mut Vec<u8>) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    while number > 0 {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    line.extend_from_slice(digits.get(at.min(digits.len() - least)..).unwrap_or_default());
}

/// Writes fields as members of an object.
struct Fields<'f> {
    line: &'f mut Vec<u8>,
    is_first: bool,
}

impl Fields<'_> {
    fn name(&mut self, field: &Field) {
        if !std::mem::take(&mut self.is_first) {
            self.line.push(b',');
        }
        self.line.push(b'"');
        self.line.extend_from_slice(field.name().as_bytes());
        self.line.extend_from_slice(b"\":");
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
            self.line.push(b'"');
            self.line.extend_from_slice(text.as_bytes());
            self.line.push(b'"');
        } else {
            self.line.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.name(field);
        push_digits(value, 1, self.line);
    }
}

#[cfg(test)]
mod tests;
