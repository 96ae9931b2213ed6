//! Words that stand side by side in the question and in the chunk: the ordered part of sequential dependence (Metzler &
//! Croft 2005), counted only for the best chunks by BM25, from their stored positions.

use std::collections::HashMap;

use tantivy::Term;
use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;

use super::lexical::{Lexical, RARITY};
use super::shard::{Row, Snapshot};
use crate::index::Error;

/// What a pair weighs beside its two words.
const WEIGHT: f32 = 0.2;
/// Pairs that are looked at; of a long conversation only the rarest.
const MOST_PAIRS: usize = 32;

/// Adds to each find what its pairs of neighbouring words are worth, and puts the finds in order again.
pub(super) fn add(
    snapshot: &Snapshot,
    lexical: &Lexical,
    pairs: &[(String, String, f32)],
    finds: Vec<(Row, f32)>,
) -> Result<Vec<(Row, f32)>, Error> {
    let pairs = worth(lexical, pairs);
    if pairs.is_empty() || finds.is_empty() {
        return Ok(finds);
    }
    let mut scores: HashMap<Row, f32> = finds.iter().copied().collect();
    for (segment, reader) in snapshot.searcher.segment_readers().iter().enumerate() {
        let mut rows: Vec<u32> = Vec::new();
        rows.extend(
            finds
                .iter()
                .filter(|(find, _)| find.segment == segment)
                .filter_map(|(find, _)| u32::try_from(find.row).ok()),
        );
        if rows.is_empty() {
            continue;
        }
        rows.sort_unstable();
        let lengths = reader.get_fieldnorms_reader(snapshot.fields.terms)?;
        let inverted = reader.inverted_index(snapshot.fields.terms)?;
        let mut places: HashMap<&str, HashMap<u32, Vec<u32>>> = HashMap::new();
        for term in pairs.iter().flat_map(|(first, second, _)| [*first, *second]) {
            if places.contains_key(term) {
                continue;
            }
            let name = Term::from_field_text(snapshot.fields.terms, term);
            let list = inverted.read_postings(&name, IndexRecordOption::WithFreqsAndPositions)?;
            places.insert(term, list.map(|list| positions(list, &rows)).unwrap_or_default());
        }
        for (first, second, worth) in &pairs {
            for (row, starts) in &places[first] {
                let Some(ends) = places[second].get(row) else { continue };
                let together = neighbours(starts, ends);
                if together > 0.0 {
                    let gain = worth * lexical.norms.saturate(together, lengths.fieldnorm_id(*row));
                    *scores.entry(Row { segment, row: *row as usize }).or_default() += gain;
                }
            }
        }
    }
    let count = scores.len();
    Ok(snapshot.best(scores.into_iter().collect(), count))
}

/// The pairs that are worth most, with their worth.
fn worth<'a>(lexical: &Lexical, pairs: &'a [(String, String, f32)]) -> Vec<(&'a str, &'a str, f32)> {
    let idf: HashMap<&str, f32> = lexical.idf.iter().map(|(term, idf)| (term.as_str(), *idf)).collect();
    let of = |term: &str| idf.get(term).copied().unwrap_or_default();
    let mut worth: Vec<(&str, &str, f32)> = pairs
        .iter()
        .map(|(first, second, weight)| {
            (first.as_str(), second.as_str(), WEIGHT * weight * (of(first) + of(second)).powf(RARITY))
        })
        .collect();
    worth.sort_by(|one, other| other.2.total_cmp(&one.2).then_with(|| (one.0, one.1).cmp(&(other.0, other.1))));
    worth.truncate(MOST_PAIRS);
    worth
}

/// Positions of a term in the given rows, which are in order.
fn positions(mut list: impl Postings, rows: &[u32]) -> HashMap<u32, Vec<u32>> {
    let mut found = HashMap::new();
    for row in rows {
        if list.doc() < *row {
            list.seek(*row);
        }
        if list.doc() == *row {
            let mut places = Vec::new();
            list.positions(&mut places);
            found.insert(*row, places);
        }
    }
    found
}

/// How often a start stands just before an end; both are in order.
fn neighbours(starts: &[u32], ends: &[u32]) -> f32 {
    let mut count = 0.0;
    let mut ends = ends.iter().peekable();
    for start in starts {
        while ends.next_if(|end| **end <= *start).is_some() {}
        if ends.peek().is_some_and(|end| **end == start + 1) {
            count += 1.0;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_counted_in_order() {
        assert_eq!(neighbours(&[0, 4, 9], &[1, 3, 5]), 2.0);
        assert_eq!(neighbours(&[1, 2], &[1]), 0.0);
        assert_eq!(neighbours(&[], &[1]), 0.0);
    }
}
