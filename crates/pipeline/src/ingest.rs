//! One report from its raw bytes into files of the lake, in bounded memory.
//!
//! Three steps run beside each other, each a thread, with short queues between them: parse (bytes →
//! columns), know (enrich, sort, fold) and write (Parquet). What is not an event goes to quarantine on the way.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use arrow_array::RecordBatch;
use event::rows::{EventRows, Limits};
use feeds::format::{Parser, RECORD_MAX, Rejected, Sink};
use lake::Lake;
use lake::fold::{Folded, sort_and_fold};
use lake::lake::Finished;
use rustc_hash::FxHashSet;

use crate::enrich::{Context, enrich};
use crate::error::At as _;
use crate::journal::Rows;
use crate::quarantine::Keeper;
use crate::{DataFolder, PipelineError};

/// Events of a batch: enough to sort and compress well, few enough to keep several in memory.
const BATCH_EVENTS: usize = 32 * 1024;
/// Bytes of a report that go into one batch at most: records may be long.
const BATCH_BYTES: usize = 32 << 20;
/// Batches that may wait between two steps.
const QUEUE: usize = 1;
/// Bytes read at a time: few enough to be in the processor's cache still when they are looked at.
const PIECE: usize = 1 << 18;
/// Bytes that may wait to be read; larger than the longest record, so that there is always progress.
const CHUNK: usize = 2 * RECORD_MAX;

/// A report that is written but not committed.
#[derive(Debug)]
pub struct Written {
    /// Its files.
    pub finished: Finished,
    /// Where its rows went.
    pub rows: Rows,
}

/// Told how many bytes of a report, unpacked, were read since it was told last.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// A report to be read.
pub struct Source<'s> {
    /// The reader of its format.
    pub parser: Parser,
    /// Its raw bytes.
    pub raw: &'s Path,
    /// How many they are, unpacked.
    pub bytes: u64,
    /// Only these rows (a further attempt).
    pub only: Option<&'s FxHashSet<u64>>,
    /// Rows that are known to be no events: the report was read before, and nothing is kept aside again.
    pub aside: Option<&'s FxHashSet<u64>>,
    /// Who wants to know how far it is.
    pub progress: Progress,
}

/// Reads a report into files of the lake and its quarantine, on a thread of its own: wherever a bug makes it panic, whoever
/// called goes on with other reports.
///
/// # Errors
/// The disk's; raw bytes that cannot be unpacked; [`PipelineError::Bug`].
pub fn ingest(
    folder: &DataFolder,
    lake: &Lake,
    context: &Context<'_>,
    source: Source<'_>,
    now: i64,
) -> Result<Written, PipelineError> {
    thread::scope(|scope| joined(scope.spawn(|| into_files(folder, lake, context, source, now)).join()))
}

fn into_files(
    folder: &DataFolder,
    lake: &Lake,
    context: &Context<'_>,
    source: Source<'_>,
    now: i64,
) -> Result<Written, PipelineError> {
    let mut files = lake.begin(context.seq, now)?;
    let rows = read(folder, context, source, now, |batch| Ok(files.write(&batch)?))?;
    let days = files.days() as u64;
    Ok(Written { finished: Lake::finish(files)?, rows: Rows { days, ..rows } })
}

/// Reads a report and gives its events, batch by batch and sorted, to `write`; where its rows went, but for the days.
///
/// # Errors
/// As [`ingest`]; that of `write`.
pub fn read(
    folder: &DataFolder,
    context: &Context<'_>,
    source: Source<'_>,
    now: i64,
    mut write: impl FnMut(Folded) -> Result<(), PipelineError>,
) -> Result<Rows, PipelineError> {
    let (observed, to_know) = sync_channel(QUEUE);
    let (folded, to_write) = sync_channel(QUEUE);
    thread::scope(|scope| {
        let parsing = scope.spawn(|| parse(folder, context.seq, source, now, observed));
        let knowing = scope.spawn(|| know(context, to_know, folded));
        let written = to_write.into_iter().try_for_each(&mut write);
        let parsed = joined(parsing.join());
        let known = joined(knowing.join());
        // A step that fails ends the others without an error of their own, so the first error is the cause.
        written?;
        known?;
        parsed
    })
}

fn joined<T>(result: thread::Result<Result<T, PipelineError>>) -> Result<T, PipelineError> {
    result.unwrap_or_else(|_| Err(PipelineError::Bug("a step of the ingest panicked".to_owned())))
}

#[expect(clippy::needless_pass_by_value, reason = "the next step ends when the sender goes")]
fn parse(
    folder: &DataFolder,
    seq: i64,
    source: Source<'_>,
    now: i64,
    next: SyncSender<RecordBatch>,
) -> Result<Rows, PipelineError> {
    let Source { mut parser, raw, bytes, only, aside, progress } = source;
    let mut keeper = Keeper::new(folder, seq);
    let mut sink = Sink { events: EventRows::new(Limits::at(now)), rejected: Vec::new() };
    let mut chunks = Chunks::open(raw).at(raw)?;
    let (mut events, mut held, mut read) = (0, 0, 0);
    loop {
        let last = chunks.fill().at(raw)?;
        let used = parser.parse(chunks.bytes(), last, &mut sink);
        chunks.consume(used);
        progress(used as u64);
        held += used;
        read += used as u64;
        let is_kept = |row: &Rejected| aside.is_none() && only.is_none_or(|rows| rows.contains(&row.row));
        sink.rejected.drain(..).filter(is_kept).try_for_each(|rejected| keeper.keep(&rejected))?;
        let ended = last && (chunks.bytes().is_empty() || used == 0);
        if sink.events.len() >= BATCH_EVENTS || held >= BATCH_BYTES || ended {
            held = 0;
            let batch = of_rows(sink.events.finish(), only, aside)?;
            events += batch.num_rows() as u64;
            // The next step has gone only after an error of its own, which is the one to report.
            if batch.num_rows() > 0 && next.send(batch).is_err() {
                return Ok(Rows::default());
            }
        }
        if ended {
            chunks.all_of(bytes, read).at(raw)?;
            break;
        }
    }
    let quarantined = keeper.finish()?;
    let (rows, passed) = if only.is_some() { (events + quarantined, 0) } else { (parser.rows(), parser.passed()) };
    Ok(Rows { rows, events, quarantined, passed, days: 0 })
}

/// Of a batch the rows that are wanted.
fn of_rows(
    batch: RecordBatch,
    only: Option<&FxHashSet<u64>>,
    aside: Option<&FxHashSet<u64>>,
) -> Result<RecordBatch, PipelineError> {
    use arrow_array::cast::AsArray as _;
    if only.is_none() && aside.is_none_or(FxHashSet::is_empty) {
        return Ok(batch);
    }
    let is_wanted =
        |row: u64| only.is_none_or(|only| only.contains(&row)) && aside.is_none_or(|aside| !aside.contains(&row));
    let rows = batch.column(0).as_primitive::<arrow_array::types::Int64Type>();
    let wanted = rows.values().iter().map(|row| Some(is_wanted(*row as u64))).collect();
    Ok(arrow_select::filter::filter_record_batch(&batch, &wanted).map_err(lake::LakeError::from)?)
}

#[expect(clippy::needless_pass_by_value, reason = "the next step ends when the sender goes")]
fn know(context: &Context<'_>, observed: Receiver<RecordBatch>, next: SyncSender<Folded>) -> Result<(), PipelineError> {
    for batch in observed {
        let known = enrich(&batch, context)?;
        drop(batch);
        let folded = sort_and_fold(&known)?;
        // What waits for the next step should not hold what it was made of.
        drop(known);
        if next.send(folded).is_err() {
            break;
        }
    }
    Ok(())
}

/// A raw report unpacked piece by piece; what was not used is kept in front of the next piece.
struct Chunks {
    source: zstd::Decoder<'static, io::BufReader<File>>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
}

impl Chunks {
    fn open(path: &Path) -> io::Result<Self> {
        let source = zstd::Decoder::new(File::open(path)?)?;
        Ok(Self { source, buffer: vec![0; CHUNK], start: 0, end: 0, ended: false })
    }

    /// Reads some more, and if nothing was used, until the buffer is full; whether the report has ended.
    fn fill(&mut self) -> io::Result<bool> {
        let more = if self.start == 0 { CHUNK } else { PIECE };
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        let wanted = self.buffer.len().min(self.end + more);
        while self.end < wanted && !self.ended {
            let read = self.source.read(&mut self.buffer[self.end..wanted])?;
            self.ended = read == 0;
            self.end += read;
        }
        Ok(self.ended)
    }

    /// A copy that breaks off between two frames ends like a whole one.
    fn all_of(&self, bytes: u64, used: u64) -> io::Result<()> {
        match used + self.bytes().len() as u64 {
            read if read == bytes => Ok(()),
            read => Err(io::Error::other(format!("{read} bytes where {bytes} were delivered"))),
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    fn consume(&mut self, used: usize) {
        self.start += used;
    }
}
