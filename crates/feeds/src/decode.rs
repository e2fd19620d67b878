//! What a delivered file is: a report as it stands, compressed, or an archive of reports.
//!
//! It is told by the first bytes and not by the name: [gzip](https://www.rfc-editor.org/rfc/rfc1952) (any number of
//! members), [zstd](https://www.rfc-editor.org/rfc/rfc8878), [zip](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT),
//! else plain. Nothing is opened here: the caller gives a reader. What is inside an archive is not unpacked again.
//!
//! A file that breaks off or is a bomb hands out bytes before that shows. The error at the end says so, and
//! then nothing of the file may be taken in.

use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use zip::{CompressionMethod, ZipArchive};

use crate::name;

/// First bytes that [`kind_of`] needs.
pub const HEAD_LEN: usize = 4;
/// Most bytes that come out of one file, all members of an archive together: a day of a country's reports is below 10 GiB.
pub const DECODED_MAX: u64 = 64 << 30;
/// Most bytes out for one byte in. Deflate ends at 1032 (zlib's *Technical Details*), real reports stay below 40.
pub const RATIO_MAX: u64 = 1000;
/// Bytes from which on the ratio counts: a small file of one repeated line is no bomb.
pub const RATIO_FROM: u64 = 64 << 20;
/// Most members of an archive.
pub const MEMBERS_MAX: usize = 1000;
/// Largest window of zstd, as a power of two: 128 MiB of memory, what its own tool allows unasked.
const WINDOW_LOG_MAX: u32 = 27;

/// How far decoding goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// See [`DECODED_MAX`].
    pub decoded_max: u64,
    /// See [`RATIO_MAX`].
    pub ratio_max: u64,
    /// See [`RATIO_FROM`].
    pub ratio_from: u64,
    /// See [`MEMBERS_MAX`].
    pub members_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { decoded_max: DECODED_MAX, ratio_max: RATIO_MAX, ratio_from: RATIO_FROM, members_max: MEMBERS_MAX }
    }
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A report as it stands.
    Plain,
    /// One report, compressed.
    Gzip,
    /// One report, compressed.
    Zstd,
    /// An archive; see [`for_each_member`].
    Zip,
}

/// Why a file cannot be decoded, or not to its end. Nothing of it may be taken in.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// It breaks off: the delivery was cut short, ask for it again.
    #[error("the file is truncated: its compressed content breaks off")]
    Truncated,
    /// It is not what it begins as, or was changed on its way.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// More comes out than [`Limits::decoded_max`].
    #[error("the file decodes to more than {0} bytes")]
    TooLarge(u64),
    /// More comes out of what went in than [`Limits::ratio_max`].
    #[error("the file decodes to more than {0} times its size: a decompression bomb")]
    Bomb(u64),
    /// More members than [`Limits::members_max`].
    #[error("the archive has {0} members, more than are read")]
    TooManyMembers(usize),
    /// A member needs a password.
    #[error("the archive's member {0:?} is encrypted")]
    Encrypted(String),
    /// A member is compressed in another way than stored or deflated.
    #[error("the archive's member {0:?} is compressed by a method that is not read")]
    Unsupported(String),
    /// An archive or compressed file in an archive, or an archive where a single report should be.
    #[error("{0:?} is itself compressed or an archive, and is not unpacked")]
    Nested(String),
    /// The reader given failed; try again later.
    #[error("failed to read: {0}")]
    Read(#[source] io::Error),
}

impl From<DecodeError> for io::Error {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Read(error) => error,
            DecodeError::Truncated => Self::new(io::ErrorKind::UnexpectedEof, error),
            _ => Self::new(io::ErrorKind::InvalidData, error),
        }
    }
}

impl From<io::Error> for DecodeError {
    /// What a reader made here has said, or the reader under it.
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => error,
            Err(error) => Self::Read(error),
        }
    }
}

/// What a file that begins so is; `head` is its first [`HEAD_LEN`] bytes, or all it has.
pub fn kind_of(head: &[u8]) -> Container {
    match head {
        [0x1f, 0x8b, ..] => Container::Gzip,
        // A frame, or one to be skipped (RFC 8878 §3.1.2).
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Container::Zstd,
        // A member, or the end of an archive that has none.
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Container::Zip,
        _ => Container::Plain,
    }
}

/// Reads the one report of a file that is no archive.
///
/// # Errors
/// [`DecodeError::Nested`] for an archive; the first bytes cannot be read. What goes wrong later is the [`io::Error`]
/// of a read, with the [`DecodeError`] in it.
pub fn open<R: BufRead>(container: Container, reader: R, limits: Limits) -> Result<Decoded<R>, DecodeError> {
    let taken = Arc::new(AtomicU64::new(0));
    let counted = Counted { inner: reader, taken: taken.clone() };
    let stream = match container {
        Container::Plain => Stream::Plain(counted),
        Container::Gzip => Stream::Gzip(Box::new(MultiGzDecoder::new(counted))),
        Container::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(counted).map_err(DecodeError::Read)?;
            decoder.window_log_max(WINDOW_LOG_MAX).map_err(DecodeError::Read)?;
            Stream::Zstd(Box::new(decoder))
        }
        Container::Zip => return Err(DecodeError::Nested("archive".to_owned())),
    };
    Ok(Decoded { stream, meter: Meter { limits, taken, given: 0 } })
}

/// A report being decoded; made by [`open`].
pub struct Decoded<R: BufRead> {
    stream: Stream<R>,
    meter: Meter,
}

enum Stream<R: BufRead> {
    Plain(Counted<R>),
    Gzip(Box<MultiGzDecoder<Counted<R>>>),
    Zstd(Box<zstd::Decoder<'static, Counted<R>>>),
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.stream {
            Stream::Plain(plain) => return self.meter.pass(plain.read(out)?, false),
            Stream::Gzip(gzip) => gzip.read(out),
            Stream::Zstd(zstd) => zstd.read(out),
        };
        self.meter.pass(read.map_err(decoding_error)?, true)
    }
}

/// What a decoder says: the end of its input too early, or bytes that are not of its format.
fn decoding_error(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => DecodeError::Truncated.into(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
            let is_ours = error.get_ref().is_some_and(|inner| inner.is::<DecodeError>());
            if is_ours { error } else { DecodeError::Damaged(error.to_string()).into() }
        }
        _ => error,
    }
}

/// Bytes in against bytes out.
struct Meter {
    limits: Limits,
    taken: Arc<AtomicU64>,
    given: u64,
}

impl Meter {
    fn pass(&mut self, read: usize, is_compressed: bool) -> io::Result<usize> {
        self.given += read as u64;
        if self.given > self.limits.decoded_max {
            return Err(DecodeError::TooLarge(self.limits.decoded_max).into());
        }
        let most = self.taken.load(Ordering::Relaxed).saturating_mul(self.limits.ratio_max);
        if is_compressed && self.given > self.limits.ratio_from && self.given > most {
            return Err(DecodeError::Bomb(self.limits.ratio_max).into());
        }
        Ok(read)
    }
}

/// Counts what is read through it.
struct Counted<R> {
    inner: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.taken.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.taken.fetch_add(amount as u64, Ordering::Relaxed);
        self.inner.consume(amount);
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// Hands out the reports of a zip archive, each with its base name, in the archive's order; folders are passed over.
///
/// # Errors
/// The archive is checked as a whole before its first member is handed out: too many members, one that is
/// encrypted or compressed in a way that is not read. A member that is itself compressed or an archive, and what
/// goes wrong inside one, comes when it is its turn. An error of `each` ends the reading and is returned.
pub fn for_each_member<R, E>(
    reader: R,
    limits: Limits,
    mut each: impl FnMut(&str, &mut dyn Read) -> Result<(), E>,
) -> Result<(), E>
where
    R: Read + Seek,
    E: From<DecodeError>,
{
    let taken = Arc::new(AtomicU64::new(0));
    let mut archive = ZipArchive::new(Counted { inner: reader, taken: taken.clone() }).map_err(archive_error)?;
    let members = members(&mut archive, limits)?;
    let mut meter = Meter { limits, taken, given: 0 };
    for (at, member_name) in members {
        let file = archive.by_index(at).map_err(archive_error)?;
        let mut member = Member { file, meter: &mut meter };
        let mut head = Vec::with_capacity(HEAD_LEN);
        io::copy(&mut member.by_ref().take(HEAD_LEN as u64), &mut head).map_err(DecodeError::from)?;
        if kind_of(&head) != Container::Plain {
            return Err(DecodeError::Nested(member_name).into());
        }
        each(&member_name, &mut head.as_slice().chain(member))?;
    }
    Ok(())
}

/// Number and base name of every report of an archive that can be read as a whole.
fn members<R: Read + Seek>(archive: &mut ZipArchive<R>, limits: Limits) -> Result<Vec<(usize, String)>, DecodeError> {
    if archive.len() > limits.members_max {
        return Err(DecodeError::TooManyMembers(archive.len()));
    }
    let mut members = Vec::with_capacity(archive.len());
    for at in 0..archive.len() {
        let file = archive.by_index_raw(at).map_err(archive_error)?;
        let name = file.name().map_err(archive_error)?.into_owned();
        if file.is_dir() {
            continue;
        }
        if file.encrypted() {
            return Err(DecodeError::Encrypted(name));
        }
        if !matches!(file.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(DecodeError::Unsupported(name));
        }
        members.push((at, name::base(&name).to_owned()));
    }
    Ok(members)
}

fn archive_error(error: zip::result::ZipError) -> DecodeError {
    match error {
        zip::result::ZipError::Io(error) => decoding_error(error).into(),
        error => DecodeError::Damaged(error.to_string()),
    }
}

struct Member<'m, F> {
    file: F,
    meter: &'m mut Meter,
}

impl<F: Read> Read for Member<'_, F> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(out).map_err(decoding_error)?;
        self.meter.pass(read, true)
    }
}
