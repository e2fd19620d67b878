//! One Parquet file being written: row groups of column chunks, values that repeat through [`crate::words`], all others
//! through Parquet's own writer.

use std::iter;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, SchemaRef};
use disk::NewFile;
use event::schema::REST;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnDescriptor;

use crate::LakeError;
use crate::sum::Summed;
use crate::words::WordsChunk;

/// Rows after which a row group ends: large enough to compress, small enough to skip.
const ROW_GROUP_ROWS: usize = 128 * 1024;
/// Bytes of one column's dictionary after which a row group ends: a reader holds it whole.
const DICTIONARY_MAX: usize = 1 << 20;

/// A file being written.
pub(crate) struct TableFile {
    file: SerializedFileWriter<Summed>,
    schema: SchemaRef,
    properties: WriterPropertiesPtr,
    chunks: ArrowRowGroupWriterFactory,
    /// The row group at hand, a column for each of the schema; empty before its first row.
    group: Vec<Column>,
    groups: usize,
    rows: usize,
}

enum Column {
    Words(WordsChunk),
    /// One writer for each leaf: a list of structures has several.
    Other(Vec<ArrowColumnWriter>),
}

impl Column {
    fn memory_size(&self) -> usize {
        match self {
            Self::Words(words) => words.memory_size(),
            Self::Other(leaves) => leaves.iter().map(ArrowColumnWriter::memory_size).sum(),
        }
    }

    fn is_full(&self) -> bool {
        matches!(self, Self::Words(words) if words.dictionary_size() >= DICTIONARY_MAX)
    }
}

impl TableFile {
    /// A file of a schema, whose dictionaries are written as strings.
    pub(crate) fn new(file: NewFile, schema: SchemaRef, properties: WriterPropertiesPtr) -> Result<Self, LakeError> {
        let columns = ArrowSchemaConverter::new().convert(&schema)?;
        let file = SerializedFileWriter::new(Summed::new(file), columns.root_schema_ptr(), Arc::clone(&properties))?;
        let chunks = ArrowRowGroupWriterFactory::new(&file, Arc::clone(&schema));
        Ok(Self { file, schema, properties, chunks, group: Vec::new(), groups: 0, rows: 0 })
    }

    /// Bytes held in memory.
    pub(crate) fn memory_size(&self) -> usize {
        self.group.iter().map(Column::memory_size).sum()
    }

    /// Takes rows of the schema.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        if self.group.is_empty() {
            self.group = self.begin_group()?;
        }
        for ((column, field), array) in self.group.iter_mut().zip(self.schema.fields()).zip(batch.columns()) {
            match column {
                Column::Words(words) => words.push(array),
                Column::Other(leaves) => {
                    for (writer, leaf) in leaves.iter_mut().zip(compute_leaves(field, array)?) {
                        writer.write(&leaf)?;
                    }
                }
            }
        }
        self.rows += batch.num_rows();
        let is_full = self.rows >= ROW_GROUP_ROWS || self.group.iter().any(Column::is_full);
        if is_full { self.end_group() } else { Ok(()) }
    }

    fn begin_group(&mut self) -> Result<Vec<Column>, LakeError> {
        let writers = self.chunks.create_column_writers(self.groups)?;
        let mut leaves = self.file.schema_descr().columns().iter().zip(writers).peekable();
        self.groups += 1;
        let column = |field: &arrow_schema::FieldRef| {
            let is_of_field = |leaf: &str| leaf == field.name();
            let mut own = iter::from_fn(|| leaves.next_if(|(leaf, _)| is_of_field(&leaf.path().parts()[0])));
            match own.next() {
                Some((leaf, _)) if repeats(field, leaf, &self.properties) => {
                    Column::Words(WordsChunk::new(Arc::clone(leaf)))
                }
                first => Column::Other(first.into_iter().chain(own).map(|(_, writer)| writer).collect()),
            }
        };
        Ok(self.schema.fields().iter().map(column).collect())
    }

    /// Writes what is held to the file.
    pub(crate) fn end_group(&mut self) -> Result<(), LakeError> {
        if self.group.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for column in self.group.drain(..) {
            match column {
                Column::Words(words) => {
                    let (bytes, close) = words.close()?;
                    group.append_column(&bytes, close)?;
                }
                Column::Other(leaves) => {
                    for writer in leaves {
                        writer.close()?.append_to_row_group(&mut group)?;
                    }
                }
            }
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }

    /// Ends the file, synced and in its place; what it says of itself, its bytes, and its name.
    pub(crate) fn finish(mut self) -> Result<(ParquetMetaData, u64, String), LakeError> {
        self.end_group()?;
        let metadata = self.file.finish()?;
        let size = self.file.bytes_written() as u64;
        let name = self.file.inner_mut().publish()?;
        Ok((metadata, size, name))
    }
}

/// Whether a column's values are written as places in a dictionary, and nobody wants its statistics.
fn repeats(field: &Field, leaf: &ColumnDescriptor, properties: &WriterProperties) -> bool {
    match field.data_type() {
        // Perhaps no two rests are the same: Parquet's own writer gives its dictionary up then.
        DataType::Dictionary(..) => field.name() != REST,
        DataType::Int32 | DataType::Int64 | DataType::Timestamp(..) => {
            let (path, none) = (leaf.path(), EnabledStatistics::None);
            properties.dictionary_enabled(path) && properties.statistics_enabled(path) == none
        }
        _ => false,
    }
}
