//! One search: both legs, their fusion, and every score that the gate will want to see.

use super::dense::dot;
use super::shard::{Row, Snapshot};
use super::{lexical, proximity};
use crate::index::fuse::fuse;
use crate::index::{Error, Found, Hit, Query};
use crate::model::id::ChunkName;
use crate::model::passage::Scores;

/// How many finds of each leg are looked at again: words for proximity, vectors in full precision.
const POOL: usize = 100;

pub(super) fn search(snapshot: &Snapshot, query: &Query) -> Result<Found, Error> {
    let lexical = lexical::score(snapshot, &query.terms, &query.others)?;
    let by_words = proximity::add(snapshot, &lexical, &query.pairs, lexical.best(snapshot, POOL.max(query.limit)))?;
    let by_vector = match &query.vector {
        Some(vector) => dense(snapshot, vector, POOL.max(query.limit))?,
        None => Vec::new(),
    };
    let order = fuse(&named(snapshot, &by_words), lexical.full, &named(snapshot, &by_vector));
    let mut hits = Vec::with_capacity(query.limit.min(order.len()));
    for ((name, row), fused) in order.into_iter().take(query.limit) {
        let bm25 = by_words.iter().find(|(find, _)| *find == row).map(|(_, score)| *score);
        let cosine = match by_vector.iter().find(|(find, _)| *find == row) {
            Some((_, score)) => Some(*score),
            None => cosine(snapshot, row, query.vector.as_deref())?,
        };
        // A chunk that only one leg put among its best still has a score in the other.
        let bm25 = bm25.or(Some(lexical.scores[row.segment][row.row]).filter(|score| *score > 0.0));
        hits.push(Hit { chunk: ChunkName(name.to_owned()), scores: Scores { bm25, cosine, fused } });
    }
    Ok(Found { hits, idf: lexical.idf })
}

/// Rows under their names, so that equal fused scores come in the order of names.
fn named<'a>(snapshot: &'a Snapshot, finds: &[(Row, f32)]) -> Vec<((&'a str, Row), f32)> {
    finds.iter().map(|(row, score)| ((snapshot.name(*row), *row), *score)).collect()
}

/// The nearest vectors: picked by their codes, ordered in full precision.
fn dense(snapshot: &Snapshot, vector: &[f32], limit: usize) -> Result<Vec<(Row, f32)>, Error> {
    match snapshot.dimensions() {
        Some(expected) if expected != vector.len() => return Err(Error::Mismatched { expected, got: vector.len() }),
        Some(_) => {}
        None => return Ok(Vec::new()),
    }
    let mut finds = Vec::new();
    for (segment, rows) in snapshot.rows.iter().enumerate() {
        let alive = snapshot.searcher.segment_reader(u32::try_from(segment).unwrap_or(u32::MAX)).alive_bitset();
        rows.codes.scan(vector, |row, score| {
            if alive.is_none_or(|alive| u32::try_from(row).is_ok_and(|row| alive.is_alive(row))) {
                finds.push((Row { segment, row }, score));
            }
        });
    }
    let mut exact = Vec::with_capacity(limit);
    for (row, near) in snapshot.best(finds, limit) {
        exact.push((row, cosine(snapshot, row, Some(vector))?.unwrap_or(near)));
    }
    let count = exact.len();
    Ok(snapshot.best(exact, count))
}

fn cosine(snapshot: &Snapshot, row: Row, vector: Option<&[f32]>) -> Result<Option<f32>, Error> {
    let Some(vector) = vector else { return Ok(None) };
    Ok(snapshot.vector(row)?.map(|own| dot(&own, vector)))
}
