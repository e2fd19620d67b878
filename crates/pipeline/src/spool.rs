//! The spool: what was delivered and is not yet in the lake.
//!
//! Accepting is unpacking, hashing, compressing and syncing; once a slip (`<id>.json`) lies beside the
//! bytes (`<id>.zst`), the file is ours and no crash loses it. Anyone may accept; only the writer drains.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope};

use disk::{NewFile, Taken};
use feeds::catalogue::{Catalogue, Speaks};
use feeds::decode::{self, Container, DecodeError, HEAD_LEN, Limits};
use feeds::leak::Scrub;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::catalogue::{catalogue, feed_of};
use crate::error::At as _;
use crate::folder::{bounded, read_text};
use crate::journal::Refused;
use crate::{DataFolder, PipelineError};

/// Level of compression of raw reports: the fastest regular one.
const LEVEL: i32 = 1;
/// Spooled bytes get their slip within a moment; without one for so long, their sender was never told they were accepted.
pub const ORPHAN_AGE: i64 = event::time::DAY;
/// Folders in which files are in the making.
const SWEPT: [&str; 10] =
    ["spool", "raw", "quarantine", "lake", "constituency", "schema", "rules", "deliveries", "published", "portal"];
/// Bytes copied at a time.
const COPY_BYTES: usize = 1 << 18;
/// Pieces that a thread which compresses may have: one at hand, one that waits.
const PIECES: usize = 2;
/// Bytes of a report in one frame of its compressed copy: several windows of the level, so that little is lost between.
const FRAME_BYTES: usize = 4 << 20;

/// What lies beside the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// The file's name as delivered, without folders.
    pub name: String,
    /// The feed it was delivered for, if the sender said.
    pub feed: Option<String>,
    /// SHA-256 of the unpacked content, in hexadecimal.
    pub hash: String,
    /// Bytes, unpacked.
    pub bytes: u64,
    /// When it was accepted, microseconds since 1970.
    pub at: i64,
}

/// A file that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The slip's path.
    pub path: PathBuf,
    /// What it says.
    pub slip: Slip,
}

impl Waiting {
    /// Where its bytes are, unless they were moved to `raw` already.
    pub fn bytes_path(&self) -> PathBuf {
        self.path.with_extension("zst")
    }
}

/// Accepts a file of the file system: one report, or an archive with many.
///
/// # Errors
/// A file that cannot be unpacked, with the reason; the disk's. Members accepted before stay accepted.
pub fn accept_file(folder: &DataFolder, path: &Path, feed: Option<&str>, now: i64) -> Result<Vec<Slip>, PipelineError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let file = fs::File::open(path).at(path)?;
    accept(folder, &name, BufReader::with_capacity(COPY_BYTES, file), feed, now)
}

/// Accepts delivered bytes, as [`accept_file`].
///
/// # Errors
/// As [`accept_file`].
pub fn accept(
    folder: &DataFolder,
    name: &str,
    mut bytes: impl BufRead + Seek,
    feed: Option<&str>,
    now: i64,
) -> Result<Vec<Slip>, PipelineError> {
    let unpacked = |error: DecodeError| blamed(name, error);
    let reading = |error: io::Error| unpacked(DecodeError::Read(error));
    let head = bounded(bytes.by_ref(), HEAD_LEN as u64).map_err(reading)?;
    bytes.rewind().map_err(reading)?;
    let container = decode::kind_of(&head);
    let catalogue = catalogue(folder)?;
    let spool = |name: &str, report: &mut dyn Read| spool(folder, &catalogue, name, report, feed, now);
    if container != Container::Zip {
        let mut report = decode::open(container, bytes, Limits::default()).map_err(unpacked)?;
        return Ok(vec![spool(name, &mut report)?]);
    }
    let mut slips = Vec::new();
    decode::for_each_member(bytes, Limits::default(), |member, report| {
        slips.push(spool(member, report).map_err(Unpack::Spool)?);
        Ok(())
    })
    .map_err(|error| match error {
        // Tried again, what is taken already would be taken each time.
        Unpack::Decode(error) if !slips.is_empty() => {
            packed(name, &format!("{error}; {} members before are taken", slips.len()))
        }
        Unpack::Decode(error) => unpacked(error),
        Unpack::Spool(error) => error,
    })?;
    Ok(slips)
}

/// Why a member of an archive did not get into the spool.
enum Unpack {
    Decode(DecodeError),
    Spool(PipelineError),
}

impl From<DecodeError> for Unpack {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

/// Accepts a refused file again from its raw bytes, as it was delivered.
///
/// # Errors
/// As [`accept`].
pub fn again(folder: &DataFolder, refused: &Refused, raw: &Path) -> Result<Slip, PipelineError> {
    let mut bytes = zstd::Decoder::new(fs::File::open(raw).at(raw)?).at(raw)?;
    spool(folder, &catalogue(folder)?, &refused.name, &mut bytes, refused.feed.as_deref(), refused.at)
}

/// A list of leaked accounts as it may be kept: without its passwords.
struct Scrubbed<'r> {
    list: &'r mut dyn Read,
    scrub: Scrub,
    piece: Vec<u8>,
    kept: Vec<u8>,
    given: usize,
    has_ended: bool,
}

impl<'r> Scrubbed<'r> {
    fn of(list: &'r mut dyn Read) -> Self {
        let piece = vec![0; COPY_BYTES];
        Self { list, scrub: Scrub::new(), piece, kept: Vec::new(), given: 0, has_ended: false }
    }
}

impl Read for Scrubbed<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.kept.len() && !self.has_ended {
            let bytes = self.list.read(&mut self.piece)?;
            self.has_ended = bytes == 0;
            self.kept.clear();
            self.given = 0;
            self.scrub.push(&self.piece[..bytes], self.has_ended, &mut self.kept);
        }
        let bytes = (&self.kept[self.given..]).read(out)?;
        self.given += bytes;
        Ok(bytes)
    }
}

fn spool(
    folder: &DataFolder,
    catalogue: &Catalogue,
    name: &str,
    report: &mut dyn Read,
    feed: Option<&str>,
    now: i64,
) -> Result<Slip, PipelineError> {
    let mut scrubbed;
    let report = match feed_of(catalogue, feed, name).map(|feed| &feed.speaks) {
        Some(Speaks::Leak) => {
            scrubbed = Scrubbed::of(report);
            &mut scrubbed
        }
        _ => report,
    };
    let slip_path = free_path(folder, now);
    let bytes_path = slip_path.with_extension("zst");
    let file = folder.disk.create(&bytes_path).at(&bytes_path)?;
    let (hash, bytes) = compress(report, file).map_err(|error| delivered(name, &bytes_path, error))?;
    let slip = Slip { name: name.to_owned(), feed: feed.map(str::to_owned), hash, bytes, at: now };
    let text =
        serde_json::to_vec(&slip).map_err(|e| PipelineError::Form { path: slip_path.clone(), wrong: e.to_string() })?;
    folder.disk.write(&slip_path, &text, Taken::Refuse).at(&slip_path)?;
    Ok(slip)
}

/// What the delivered bytes are to blame for, and what the disk.
fn delivered(name: &str, path: &Path, error: io::Error) -> PipelineError {
    match error.downcast::<DecodeError>() {
        Ok(wrong) => blamed(name, wrong),
        Err(source) => PipelineError::File { path: path.to_owned(), source },
    }
}

/// A file that cannot be unpacked, or not be read for now.
fn blamed(name: &str, wrong: DecodeError) -> PipelineError {
    match wrong {
        DecodeError::Read(source) if source.raw_os_error().is_some() => {
            PipelineError::Unread { name: name.to_owned(), source }
        }
        wrong => packed(name, &wrong),
    }
}

fn packed(name: &str, wrong: &dyn std::fmt::Display) -> PipelineError {
    PipelineError::Packed { name: name.to_owned(), wrong: wrong.to_string() }
}

/// A name that sorts by time of arrival and is nobody else's.
fn free_path(folder: &DataFolder, now: i64) -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut turn = 0;
    loop {
        let name = format!("spool/{now:020}-{:08}-{number:06}-{turn}.json", std::process::id());
        let path = folder.path(&name);
        if !path.exists() && !path.with_extension("zst").exists() {
            return path;
        }
        turn += 1;
    }
}

/// A piece of a report: its bytes, how many they are, and the zstd frame that becomes of it.
struct Piece {
    compressor: zstd::bulk::Compressor<'static>,
    bytes: Vec<u8>,
    filled: usize,
    frame: Vec<u8>,
}

impl Piece {
    fn new() -> io::Result<Self> {
        let frame = Vec::with_capacity(zstd::zstd_safe::compress_bound(FRAME_BYTES));
        Ok(Self { compressor: zstd::bulk::Compressor::new(LEVEL)?, bytes: vec![0; FRAME_BYTES], filled: 0, frame })
    }

    fn press(mut self) -> io::Result<Self> {
        self.compressor.compress_to_buffer(&self.bytes[..self.filled], &mut self.frame)?;
        Ok(self)
    }
}

/// A thread that compresses pieces in their order; it ends with this.
struct Press {
    pieces: SyncSender<Piece>,
    pressed: Receiver<io::Result<Piece>>,
}

impl Press {
    fn start<'s>(scope: &'s Scope<'s, '_>) -> Self {
        let (pieces, to_press) = sync_channel::<Piece>(PIECES);
        let (done, pressed) = sync_channel(PIECES);
        scope.spawn(move || {
            // Whoever waited for the piece has gone if it is not wanted any more.
            let _ = to_press.into_iter().try_for_each(|piece| done.send(piece.press()));
        });
        Self { pieces, pressed }
    }

    /// Hands a piece over; of those before all but one must have been taken back.
    fn give(&self, piece: Piece) -> io::Result<()> {
        self.pieces.send(piece).map_err(|_| ended())
    }

    /// Waits for the oldest piece and writes its frame.
    fn write(&self, file: &mut NewFile) -> io::Result<Piece> {
        let piece = self.pressed.recv().map_err(|_| ended())??;
        file.write_all(&piece.frame)?;
        Ok(piece)
    }
}

fn ended() -> io::Error {
    io::Error::other("the compression of a report ended early")
}

/// Hashes on this thread and compresses on others, piece by piece, each a zstd frame of its own: that takes a quarter
/// less time than one stream. The hash, and how many bytes there were.
fn compress(report: &mut dyn Read, mut file: NewFile) -> io::Result<(String, u64)> {
    let hashed = thread::scope(|scope| {
        let presses = [Press::start(scope), Press::start(scope)];
        hash_and_write(report, &mut file, &presses)
    })?;
    file.publish(Taken::Refuse)?;
    Ok(hashed)
}

/// The presses take turns, and each is given a piece when its oldest is written: so frames are written in order.
fn hash_and_write(report: &mut dyn Read, file: &mut NewFile, presses: &[Press]) -> io::Result<(String, u64)> {
    let (mut hash, mut total) = (Sha256::new(), 0);
    let mut busy = VecDeque::new();
    for press in presses.iter().cycle() {
        let mut piece = match busy.len() < presses.len() * PIECES {
            true => Piece::new()?,
            false => busy.pop_front().unwrap_or(press).write(file)?,
        };
        piece.filled = fill(report, &mut piece.bytes)?;
        hash.update(&piece.bytes[..piece.filled]);
        total += piece.filled as u64;
        let has_ended = piece.filled < FRAME_BYTES;
        // An empty report is a frame, too.
        if piece.filled > 0 || total == 0 {
            press.give(piece)?;
            busy.push_back(press);
        }
        if has_ended {
            break;
        }
    }
    busy.into_iter().try_for_each(|press| press.write(file).map(drop))?;
    Ok((hex(&hash.finalize()), total))
}

/// Reads until the piece is full or nothing is left; how many bytes.
fn fill(report: &mut dyn Read, piece: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < piece.len() {
        match report.read(&mut piece[filled..]).map_err(of_report)? {
            0 => break,
            bytes => filled += bytes,
        }
    }
    Ok(filled)
}

/// What the system says of the delivered file must not be taken for what it says of ours.
fn of_report(error: io::Error) -> io::Error {
    if error.raw_os_error().is_some() { io::Error::other(DecodeError::Read(error)) } else { error }
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What waits, in order of arrival.
///
/// # Errors
/// The disk's; a slip that is none of ours.
pub fn waiting(folder: &DataFolder) -> Result<Vec<Waiting>, PipelineError> {
    let path = folder.path("spool");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut waiting = Vec::new();
    for entry in fs::read_dir(&path).at(&path)? {
        let path = entry.at(&path)?.path();
        if path.extension().is_some_and(|ending| ending == "json") && !disk::is_staged(&path) {
            match read_text(&path) {
                // The writer was quicker.
                Err(PipelineError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
                text => waiting.extend(slip(folder, path, &text?)?),
            }
        }
    }
    waiting.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(waiting)
}

/// Reads a slip; one that is none of ours is put aside as `<id>.bad`, so that it stops nobody.
fn slip(folder: &DataFolder, path: PathBuf, text: &str) -> Result<Option<Waiting>, PipelineError> {
    let is_hash = |hash: &str| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    match serde_json::from_str::<Slip>(text) {
        Ok(slip) if is_hash(&slip.hash) => Ok(Some(Waiting { path, slip })),
        _ => folder.disk.rename(&path, &path.with_extension("bad")).at(&path).map(|()| None),
    }
}

/// Removes what a crash left: files that were never published, anywhere in the folder, and spooled bytes without a
/// slip that are older than [`ORPHAN_AGE`]. Only the writer may.
///
/// # Errors
/// The disk's.
pub fn sweep(folder: &DataFolder, now: i64) -> Result<u64, PipelineError> {
    let mut swept = sweep_files(folder, folder.root(), is_left)?;
    for name in SWEPT {
        swept += sweep_folder(folder, &folder.path(name))?;
    }
    Ok(swept + sweep_files(folder, &folder.path("spool"), |path| is_orphan(path, now))?)
}

fn sweep_folder(folder: &DataFolder, path: &Path) -> Result<u64, PipelineError> {
    let mut swept = sweep_files(folder, path, is_left)?;
    for path in entries(path)? {
        if path.is_dir() {
            swept += sweep_folder(folder, &path)?;
        }
    }
    Ok(swept)
}

fn sweep_files(folder: &DataFolder, path: &Path, goes: impl Fn(&Path) -> bool) -> Result<u64, PipelineError> {
    let mut swept = 0;
    for path in entries(path)?.into_iter().filter(|path| goes(path)) {
        folder.disk.remove(&path).at(&path)?;
        swept += 1;
    }
    Ok(swept)
}

fn entries(path: &Path) -> Result<Vec<PathBuf>, PipelineError> {
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    fs::read_dir(path).at(path)?.map(|entry| Ok(entry.at(path)?.path())).collect()
}

/// Whether a file was never published and nobody is at it any more.
fn is_left(path: &Path) -> bool {
    disk::is_staged(path) && !writer_lives(path)
}

/// Whether spooled bytes have been waiting for their slip for so long that none will come; the name tells since when.
/// Those whose slip was put aside are kept with it.
fn is_orphan(path: &Path, now: i64) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let at = name.split('-').next().and_then(|at| at.parse::<i64>().ok());
    path.extension().is_some_and(|ending| ending == "zst")
        && at.is_some_and(|at| at < now.saturating_sub(ORPHAN_AGE))
        && ["json", "bad"].iter().all(|slip| !path.with_extension(slip).exists())
}

/// Whether the process that staged a file (its number is in the name) still runs; of this one, whether it is still at it:
/// one before it may have had the same number.
fn writer_lives(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some((_, digits)) = name.rsplit_once('#') else { return false };
    let process = &digits[..digits.len().saturating_sub(disk::STAGED_DIGITS)];
    disk::is_in_the_making(path)
        || (!process.is_empty()
            && process != std::process::id().to_string()
            && Path::new("/proc").join(process).exists())
}
