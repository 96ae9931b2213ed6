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
    let mut gains = vec![0.0; finds.len()];
    for (segment, reader) in snapshot.searcher.segment_readers().iter().enumerate() {
        // Row and place among the finds, in order of rows: postings are read forwards.
        let mut rows: Vec<(u32, usize)> = Vec::new();
        rows.extend(
            finds
                .iter()
                .enumerate()
                .filter(|(_, (find, _))| find.segment == segment)
                .filter_map(|(place, (find, _))| Some((u32::try_from(find.row).ok()?, place))),
        );
        if rows.is_empty() {
            continue;
        }
        rows.sort_unstable();
        let lengths = reader.get_fieldnorms_reader(snapshot.fields.terms)?;
        let inverted = reader.inverted_index(snapshot.fields.terms)?;
        let mut terms: Vec<Places> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut places = |term| -> Result<usize, Error> {
            if let Some(known) = known.get(term) {
                return Ok(*known);
            }
            let name = Term::from_field_text(snapshot.fields.terms, term);
            let list = inverted.read_postings(&name, IndexRecordOption::WithFreqsAndPositions)?;
            terms.push(list.map(|list| Places::read(list, &rows)).unwrap_or_default());
            known.insert(term, terms.len() - 1);
            Ok(terms.len() - 1)
        };
        let pairs = pairs
            .iter()
            .map(|(first, second, worth)| Ok((places(first)?, places(second)?, *worth)))
            .collect::<Result<Vec<(usize, usize, f32)>, Error>>()?;
        for (first, second, worth) in pairs {
            for (at, (row, place)) in rows.iter().enumerate() {
                let together = neighbours(terms[first].of(at), terms[second].of(at));
                if together > 0.0 {
                    gains[*place] += worth * lexical.norms.saturate(together, lengths.fieldnorm_id(*row));
                }
            }
        }
    }
    let count = finds.len();
    let finds = finds.into_iter().zip(gains).map(|((row, score), gain)| (row, score + gain)).collect();
    Ok(snapshot.best(finds, count))
}

/// Where a term stands in some rows: the positions of all of them in one list, and where those of each row end.
#[derive(Default)]
struct Places {
    positions: Vec<u32>,
    ends: Vec<usize>,
}

impl Places {
    /// Of the given rows, which are in order.
    fn read(mut list: impl Postings, rows: &[(u32, usize)]) -> Self {
        let (mut places, mut one) = (Self::default(), Vec::new());
        for (row, _) in rows {
            if list.doc() < *row {
                list.seek(*row);
            }
            if list.doc() == *row {
                list.positions(&mut one);
                places.positions.extend_from_slice(&one);
            }
            places.ends.push(places.positions.len());
        }
        places
    }

    /// Of the row in this place, in order.
    fn of(&self, at: usize) -> &[u32] {
        let Some(end) = self.ends.get(at) else { return &[] };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.positions[start..*end]
    }
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
