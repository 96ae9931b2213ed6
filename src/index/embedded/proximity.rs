//! Words that stand side by side in the question and in the chunk: the ordered part of sequential dependence (Metzler &
//! Croft 2005), counted only for the best chunks by BM25, from their stored positions.

use tantivy::TantivyError;
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
    lexical: &Lexical<'_>,
    pairs: &[(usize, usize, f32)],
    finds: Vec<(Row, f32)>,
) -> Result<Vec<(Row, f32)>, Error> {
    let pairs = worth(lexical, pairs);
    if pairs.is_empty() || finds.is_empty() {
        return Ok(finds);
    }
    let mut gains = vec![0.0; finds.len()];
    for (segment, (inverted, lengths)) in lexical.segments.inverted.iter().zip(&lexical.segments.lengths).enumerate() {
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
        let mut terms: Vec<Places> = Vec::new();
        let mut known: Vec<Option<usize>> = vec![None; lexical.idf.len()];
        let mut places = |term: usize| -> Result<usize, Error> {
            if let Some(known) = known[term] {
                return Ok(known);
            }
            let option = IndexRecordOption::WithFreqsAndPositions;
            let info = lexical.found[term].infos[segment].as_ref();
            let list = info.map(|info| inverted.read_postings_from_terminfo(info, option)).transpose();
            let list = list.map_err(TantivyError::from)?;
            terms.push(list.map(|list| Places::read(list, &rows)).unwrap_or_default());
            known[term] = Some(terms.len() - 1);
            Ok(terms.len() - 1)
        };
        let pairs = pairs
            .iter()
            .map(|(first, second, worth)| Ok((places(*first)?, places(*second)?, *worth)))
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

/// The pairs that are worth most, with their worth, by the places of their terms among the different ones.
fn worth(lexical: &Lexical<'_>, pairs: &[(usize, usize, f32)]) -> Vec<(usize, usize, f32)> {
    let mut worth: Vec<(usize, usize, f32)> = pairs
        .iter()
        .map(|(first, second, weight)| {
            let (first, second) = (lexical.places[*first], lexical.places[*second]);
            let rarity = lexical.idf[first].1 + lexical.idf[second].1;
            (first, second, WEIGHT * weight * rarity.powf(RARITY))
        })
        .collect();
    let name = |pair: &(usize, usize, f32)| (lexical.idf[pair.0].0.as_str(), lexical.idf[pair.1].0.as_str());
    worth.sort_by(|one, other| other.2.total_cmp(&one.2).then_with(|| name(one).cmp(&name(other))));
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
