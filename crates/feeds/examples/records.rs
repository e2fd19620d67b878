//! Counts the records of a CSV file by others' readers, for `cargo xtask bench ingest`: `records csv|simd-csv FILE`.
//! Every record is split into its cells, quotes taken off, and nothing is done with them: the limit of reading CSV.

#![expect(clippy::print_stdout, reason = "it is run to be read")]

use std::fs::File;
use std::io;

fn main() -> io::Result<()> {
    let typed: Vec<String> = std::env::args().skip(1).collect();
    let [reader, path] = typed.as_slice() else { return Err(io::Error::other("records csv|simd-csv FILE")) };
    let (file, mut rows) = (File::open(path)?, 0u64);
    if reader == "csv" {
        let (mut reader, mut record) = (csv::Reader::from_reader(file), csv::ByteRecord::new());
        while reader.read_byte_record(&mut record)? {
            rows += 1;
        }
    } else {
        let mut reader = simd_csv::Reader::from_reader(file);
        let mut record = simd_csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(io::Error::other)? {
            rows += 1;
        }
    }
    println!("{{\"rows\": {rows}}}");
    Ok(())
}
