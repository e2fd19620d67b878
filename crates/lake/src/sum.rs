//! What a file's bytes add up to, as a part of its name: a byte that has changed since is noticed.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::Path;

use disk::{NewFile, Taken};
use sha2::{Digest as _, Sha256};

/// Bytes of SHA-256 that a name tells: against accidents, not against people, who could write another name, too.
const TOLD: usize = 8;
/// Bytes read at a time.
const PIECE: usize = 1 << 18;

/// A new file that is added up as it is written.
pub(crate) struct Summed {
    file: NewFile,
    sum: Sha256,
}

impl Summed {
    pub(crate) fn new(file: NewFile) -> Self {
        Self { file, sum: Sha256::new() }
    }

    /// Publishes the file with its sum behind its name: `r-7.parquet` → `r-7-<sum>.parquet`. The new name.
    pub(crate) fn publish(&mut self) -> io::Result<String> {
        let path = self.file.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{stem}-{}.parquet", hex(&self.sum.clone().finalize()));
        let path = path.with_file_name(&name);
        self.file.set_path(path);
        self.file.publish(Taken::Replace)?;
        Ok(name)
    }
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn hex(sum: &[u8]) -> String {
    sum.iter().take(TOLD).map(|byte| format!("{byte:02x}")).collect()
}

/// The sum that a file's name tells; `None` for a file of a program that told none.
pub(crate) fn told(path: &Path) -> Option<&str> {
    let (_, sum) = path.file_stem()?.to_str()?.rsplit_once('-')?;
    (sum.len() == 2 * TOLD && sum.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(sum)
}

/// What bytes add up to.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// What the bytes of a file add up to.
pub(crate) fn of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let (mut sum, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex(&sum.finalize())),
            read => sum.update(&piece[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_sum_of_the_bytes_and_another_name_none() {
        let folder = tempfile::tempdir().expect("folder");
        let file = disk::Disk::default().create(&folder.path().join("r-7.parquet")).expect("create");
        let mut summed = Summed::new(file);
        summed.write_all(b"abc").expect("write");
        let path = folder.path().join(summed.publish().expect("publish"));
        // FIPS 180-4, the sum of "abc".
        assert_eq!(told(&path), Some("ba7816bf8f01cfea"));
        assert_eq!(
            (of(&path).expect("read"), of_bytes(b"abc")),
            ("ba7816bf8f01cfea".into(), "ba7816bf8f01cfea".into())
        );
        assert_eq!((told(Path::new("r-7.parquet")), told(Path::new("c-12345678.parquet"))), (None, None));
    }
}
