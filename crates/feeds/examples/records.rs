//! Reads a CSV file and does nothing with it, for `cargo xtask bench ingest`: `records count|cells FILE`. The reader is the
//! quickest there is for Rust, `simd-csv`: `count` finds where records end, `cells` also where their cells do.

#![expect(clippy::print_stdout, reason = "it is run to be read")]

use std::fs::File;
use std::io;

use simd_csv::{ByteRecord, Reader, Splitter};

fn main() -> io::Result<()> {
    let typed: Vec<String> = std::env::args().skip(1).collect();
    let rows = match typed.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["count", path] => Splitter::from_reader(File::open(path)?).count_records()?,
        ["cells", path] => cells(File::open(path)?)?,
        _ => return Err(io::Error::other("records count|cells FILE")),
    };
    println!("{{\"rows\": {rows}}}");
    Ok(())
}

fn cells(file: File) -> io::Result<u64> {
    let (mut reader, mut record, mut rows) = (Reader::from_reader(file), ByteRecord::new(), 0);
    while reader.read_byte_record(&mut record)? {
        rows += 1;
    }
    Ok(rows)
}
