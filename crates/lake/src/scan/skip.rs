//! Which rows of a file may have the addresses that are looked for, by its statistics: groups and pages of others are not
//! read.

use std::ops::Range;

use deltalake_core::kernel::Add;
use event::address;
use parquet::arrow::arrow_reader::RowSelection;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::page_index::column_index::{ColumnIndexMetaData, PrimitiveColumnIndex};
use parquet::file::statistics::Statistics;
use serde_json::Value;

/// The columns of a table that hold the halves of an address, the upper one first.
pub(crate) type AddressColumns = [&'static str; 2];
/// Those of `sightings`.
pub(crate) const OF_SIGHTINGS: AddressColumns = ["ip_hi", "ip_lo"];
/// Those of `events`.
pub(crate) const OF_EVENTS: AddressColumns = ["source_ip_hi", "source_ip_lo"];

/// The subjects that are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sought {
    /// Ranges of addresses, first and last.
    pub(crate) ranges: Vec<(u128, u128)>,
    /// Subjects that are no addresses, too.
    pub(crate) texts: bool,
}

/// Stored halves, smallest and largest: any upper one of these with any lower one of those.
#[derive(Debug, Clone, Copy)]
struct Halves {
    high: (i64, i64),
    low: (i64, i64),
}

/// Every half there is.
const ANY: (i64, i64) = (i64::MIN, i64::MAX);

/// What is told of a page, a group or a file: smallest and largest value, `None` if unknown.
type Told = Option<(i64, i64)>;

/// Whether a value of one may be within the other.
fn touches(told: Told, (first, last): (i64, i64)) -> bool {
    told.is_none_or(|(min, max)| min <= last && first <= max)
}

impl Halves {
    /// A range: what it has of its first upper half, those between, what it has of its last.
    fn of((first, last): (u128, u128)) -> impl Iterator<Item = Self> {
        let ((high_a, low_a), (high_b, low_b)) = (address::halves(first), address::halves(last));
        let one = (high_a == high_b).then_some(Self { high: (high_a, high_a), low: (low_a, low_b) });
        let many = || {
            let between = (high_a.saturating_add(1), high_b.saturating_sub(1));
            let ends = [((high_a, high_a), (low_a, ANY.1)), (between, ANY), ((high_b, high_b), (ANY.0, low_b))];
            ends.map(|(high, low)| Self { high, low }).into_iter().filter(|halves| halves.high.0 <= halves.high.1)
        };
        one.into_iter().chain(one.is_none().then(many).into_iter().flatten())
    }

    fn may_be_in(self, high: Told, low: Told) -> bool {
        touches(high, self.high) && touches(low, self.low)
    }
}

impl Sought {
    /// Every subject there is.
    pub(crate) fn all() -> Self {
        Self { ranges: vec![(0, u128::MAX)], texts: true }
    }

    /// One address.
    pub(crate) fn address(bits: u128) -> Self {
        Self { ranges: vec![(bits, bits)], texts: false }
    }

    /// Those of its addresses that are in a range.
    pub(crate) fn within(&self, (first, last): (u128, u128)) -> Vec<(u128, u128)> {
        let cut = |range: &(u128, u128)| (range.0.max(first), range.1.min(last));
        self.ranges.iter().map(cut).filter(|(first, last)| first <= last).collect()
    }

    fn halves(&self) -> impl Iterator<Item = Halves> {
        self.ranges.iter().flat_map(|range| Halves::of(*range))
    }

    /// Whether an address, or what is none, is looked for.
    pub(crate) fn has(&self, bits: Option<u128>) -> bool {
        bits.map_or(self.texts, |bits| self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&bits)))
    }

    /// Whether a file may have some, by the smallest and largest halves that the log tells of it.
    pub(crate) fn may_be_in(&self, file: &Add) -> bool {
        let Some(Ok(stats)) = file.stats.as_ref().map(|stats| serde_json::from_str::<Value>(stats)) else {
            return true;
        };
        let told = |name: &str| stats["minValues"][name].as_i64().zip(stats["maxValues"][name].as_i64());
        let (high, low) = (told("ip_hi"), told("ip_lo"));
        let has_texts = stats["nullCount"]["ip_lo"].as_i64() != Some(0);
        (self.texts && has_texts) || self.halves().any(|halves| halves.may_be_in(high, low))
    }

    /// The row groups of a file that may have some, each with the rows. A batch had better not span groups: the words of
    /// each have numbers of their own, and to give them common ones every word is looked up.
    pub(crate) fn rows(&self, ends: &ParquetMetaData, columns: AddressColumns) -> Vec<(usize, RowSelection)> {
        let rows = |group| (group, self.rows_of_group(ends, group, columns), ends.row_group(group).num_rows() as usize);
        let groups = (0..ends.num_row_groups()).map(rows).filter(|(_, rows, _)| !rows.is_empty());
        groups.map(|(group, rows, all)| (group, RowSelection::from_consecutive_ranges(rows.into_iter(), all))).collect()
    }

    fn rows_of_group(&self, ends: &ParquetMetaData, group: usize, columns: AddressColumns) -> Vec<Range<usize>> {
        let [high, low] = columns.map(|column| Pages::of(ends, group, column));
        let mut rows = Vec::new();
        for halves in self.halves() {
            let highs = high.rows(|told, _| touches(told, halves.high));
            let lows = low.rows(|told, _| touches(told, halves.low));
            rows.extend(common(&highs, &lows));
        }
        if self.texts {
            rows.extend(low.rows(|_, has_nulls| has_nulls));
        }
        merged(rows)
    }
}

/// Where the pages of a file begin among what is sought, each with its rows: how the addresses lie. No row of a page before is
/// behind that, and none of a page after is before it.
pub(crate) fn samples(ends: &ParquetMetaData, sought: &Sought, columns: AddressColumns) -> Vec<(u128, usize)> {
    let mut samples = Vec::new();
    for group in 0..ends.num_row_groups() {
        let [high, low] = columns.map(|column| Pages::of(ends, group, column));
        for (rows, told, _) in &low.pages {
            let values = |told: &(i64, i64)| told.0 <= told.1;
            let Some((high, low)) = high.told_at(rows.start).filter(values).zip(told.filter(values)) else { continue };
            let begin = begin_of(high, low);
            let is_in =
                |range: &&(u128, u128)| Halves::of(**range).any(|halves| halves.may_be_in(Some(high), Some(low)));
            let within = |range: &(u128, u128)| (begin.clamp(range.0, range.1), rows.len());
            samples.extend(sought.ranges.iter().filter(is_in).map(within));
        }
    }
    samples
}

/// Where a page of these halves begins. Where it has more than one upper half, nobody tells which lower one its first row has –
/// the smallest is of any row –: there it is where its second may begin.
fn begin_of(high: (i64, i64), low: (i64, i64)) -> u128 {
    if high.0 == high.1 { address::join(high.0, low.0) } else { address::join(high.0.saturating_add(1), i64::MIN) }
}

/// The pages of a column in a group: rows, what is told of them, and whether rows may be without a value.
struct Pages {
    pages: Vec<(Range<usize>, Told, bool)>,
}

impl Pages {
    fn of(ends: &ParquetMetaData, group: usize, name: &str) -> Self {
        let told = ends.row_group(group);
        let column = told.columns().iter().position(|column| column.column_path().string() == name);
        let pages = column.and_then(|column| Self::by_index(ends, group, column));
        let whole = || {
            let range = column.and_then(|column| told_of_group(told, column));
            vec![(0..told.num_rows() as usize, range, true)]
        };
        Self { pages: pages.unwrap_or_else(whole) }
    }

    fn by_index(ends: &ParquetMetaData, group: usize, column: usize) -> Option<Vec<(Range<usize>, Told, bool)>> {
        let index = ends.column_index()?.get(group)?.get(column)?;
        let places = ends.offset_index()?.get(group)?.get(column)?.page_locations();
        let ColumnIndexMetaData::INT64(numbers) = index else { return None };
        let last = ends.row_group(group).num_rows();
        let page = |at: usize| {
            let next = places.get(at + 1).map_or(last, |next| next.first_row_index);
            let has_nulls = index.null_count(at).is_none_or(|nulls| nulls > 0);
            (places[at].first_row_index as usize..next as usize, told_of_page(numbers, at), has_nulls)
        };
        (numbers.num_pages() as usize == places.len()).then(|| (0..places.len()).map(page).collect())
    }

    /// What is told of the page that has a row.
    fn told_at(&self, row: usize) -> Told {
        self.pages.get(self.pages.partition_point(|page| page.0.end <= row))?.1
    }

    /// The rows of the pages that are wanted.
    fn rows(&self, wanted: impl Fn(Told, bool) -> bool) -> Vec<Range<usize>> {
        merged(self.pages.iter().filter(|page| wanted(page.1, page.2)).map(|page| page.0.clone()).collect())
    }
}

/// A page without any value has no smallest one: nothing is within it.
fn told_of_page(numbers: &PrimitiveColumnIndex<i64>, page: usize) -> Told {
    if numbers.is_null_page(page) {
        return Some((i64::MAX, i64::MIN));
    }
    numbers.min_value(page).copied().zip(numbers.max_value(page).copied())
}

fn told_of_group(group: &RowGroupMetaData, column: usize) -> Told {
    match group.column(column).statistics() {
        Some(Statistics::Int64(range)) => range.min_opt().copied().zip(range.max_opt().copied()),
        _ => None,
    }
}

/// Ranges in order, those that touch made one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut all: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match all.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => all.push(range),
        }
    }
    all
}

/// What is in both of two rows of ranges, each in order.
fn common(left: &[Range<usize>], right: &[Range<usize>]) -> Vec<Range<usize>> {
    let (mut both, mut left, mut right) = (Vec::new(), left.iter().peekable(), right.iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let range = a.start.max(b.start)..a.end.min(b.end);
        if a.end < b.end {
            left.next();
        } else {
            right.next();
        }
        if !range.is_empty() {
            both.push(range);
        }
    }
    both
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, RecordBatch};
    use bytes::Bytes;
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
    use parquet::file::metadata::PageIndexPolicy;
    use parquet::file::properties::{EnabledStatistics, WriterProperties};
    use proptest::prelude::*;

    use super::*;

    /// Rows of a page and of a group of [`written`].
    const PAGE: usize = 4;
    const GROUP: usize = 20;

    /// The ends of a file with some addresses, in small pages and groups.
    fn written(addresses: &[u128]) -> ParquetMetaData {
        let halves: Vec<(i64, i64)> = addresses.iter().map(|bits| address::halves(*bits)).collect();
        let column =
            |of: fn(&(i64, i64)) -> i64| Arc::new(Int64Array::from_iter_values(halves.iter().map(of))) as ArrayRef;
        let [high, low] = OF_SIGHTINGS;
        let batch = RecordBatch::try_from_iter([(high, column(|halves| halves.0)), (low, column(|halves| halves.1))]);
        let batch = batch.expect("columns");
        let form = WriterProperties::builder()
            .set_data_page_row_count_limit(PAGE)
            .set_write_batch_size(PAGE)
            .set_max_row_group_row_count(Some(GROUP))
            .set_statistics_enabled(EnabledStatistics::Page);
        let mut file = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(form.build())).expect("a file");
        file.write(&batch).expect("rows");
        let bytes = Bytes::from(file.into_inner().expect("a file"));
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
        ParquetMetaData::clone(ArrowReaderMetadata::load(&bytes, options).expect("ends").metadata())
    }

    /// IPv4, IPv6 of few networks and of many.
    fn addresses() -> impl Strategy<Value = Vec<u128>> {
        let ipv4 = any::<u8>().prop_map(|host| 0xffff_0000_0000 | u128::from(host));
        let one = any::<u64>().prop_map(|low| 0x2001_0db8 << 96 | u128::from(low));
        let many = (0u128..99, 0u128..9).prop_map(|(network, low)| 0x2001_0db8 << 96 | network << 64 | low);
        let all = [ipv4.boxed(), one.boxed(), many.boxed()].map(|some| prop::collection::vec(some, 0..40));
        all.prop_map(|all| {
            let mut all = all.concat();
            all.sort_unstable();
            all
        })
    }

    fn ranges() -> impl Strategy<Value = Vec<Range<usize>>> {
        prop::collection::vec((0usize..60, 1usize..9).prop_map(|(start, length)| start..start + length), 0..8)
    }

    fn members(ranges: &[Range<usize>]) -> Vec<usize> {
        (0..80).filter(|at| ranges.iter().any(|range| range.contains(at))).collect()
    }

    proptest! {
        #[test]
        fn a_range_is_what_its_halves_are(
            first in prop_oneof![0u128..4, (1u128 << 64) - 2..(1 << 64) + 3, any::<u128>()],
            length in prop_oneof![0u128..6, (1u128 << 64) - 2..(1 << 64) + 3, any::<u128>()],
            near in any::<bool>(),
            bits in any::<u128>(),
            step in 0u128..6,
        ) {
            let last = first.saturating_add(length);
            let bits = if near { first.wrapping_sub(3).wrapping_add(step) } else { bits };
            for bits in [bits, last.wrapping_sub(3).wrapping_add(step)] {
                let (high, low) = address::halves(bits);
                let may = Halves::of((first, last)).any(|halves| halves.may_be_in(Some((high, high)), Some((low, low))));
                prop_assert_eq!(may, (first..=last).contains(&bits));
            }
        }

        #[test]
        fn pages_begin_behind_those_before_and_not_behind_their_last_row(addresses in addresses()) {
            let pages: Vec<&[u128]> = addresses.chunks(GROUP).flat_map(|group| group.chunks(PAGE)).collect();
            let samples = samples(&written(&addresses), &Sought::all(), OF_SIGHTINGS);
            prop_assert_eq!(samples.iter().map(|page| page.1).collect::<Vec<_>>(), pages.iter().map(|page| page.len()).collect::<Vec<_>>());
            let before = [0].into_iter().chain(pages.iter().map(|page| page[page.len() - 1]));
            for ((page, (begin, _)), before) in pages.iter().zip(&samples).zip(before) {
                prop_assert!(before <= *begin && *begin <= page[page.len() - 1], "{page:x?} begins at {begin:x}");
            }
        }

        #[test]
        fn ranges_are_sets(a in ranges(), b in ranges()) {
            let (left, right) = (merged(a.clone()), merged(b));
            prop_assert_eq!(members(&left), members(&a));
            prop_assert!(left.windows(2).all(|pair| pair[0].end < pair[1].start));
            let both: Vec<usize> = members(&left).into_iter().filter(|at| members(&right).contains(at)).collect();
            prop_assert_eq!(members(&common(&left, &right)), both);
        }
    }

    #[test]
    fn a_range_is_looked_for_by_its_halves() {
        let sought = Sought { ranges: vec![(10, 20), (1 << 64, (1 << 64) + 5)], texts: false };
        assert!(sought.has(Some(10)) && sought.has(Some((1 << 64) + 5)) && !sought.has(Some(21)) && !sought.has(None));
        assert_eq!(sought.within((15, 1 << 64)), [(15, 20), (1 << 64, 1 << 64)]);
        let may = |range, high, low| Halves::of(range).any(|halves| halves.may_be_in(high, low));
        let (high, low) = (address::halves(0).0, |low| address::halves(low).1);
        assert!(may((10, 20), Some((high, high)), Some((low(0), low(10)))));
        assert!(!may((10, 20), Some((high, high)), Some((low(21), low(30)))));
        assert!(!may((10, 20), Some((high + 1, high + 2)), None));
        assert!(may((10, 20), None, None));
        let across = (10, (2 << 64) + 5);
        assert!(may(across, Some((high + 1, high + 1)), Some((low(30), low(40)))));
        assert!(may(across, Some((high + 2, high + 2)), Some((low(3), low(40)))));
        assert!(!may(across, Some((high + 2, high + 2)), Some((low(6), low(40)))), "behind its last");
        assert!(
            !may(across, Some((high, high)), Some((low(3), low(9)))),
            "before its first: that half is not read whole"
        );
    }
}
