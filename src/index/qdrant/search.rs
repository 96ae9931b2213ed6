//! One search: the fused order, each leg's own scores, and what each term is worth, in one request.

use std::collections::HashMap;

use qdrant_client::qdrant::{
    PrefetchQueryBuilder, Query as ServerQuery, QueryBatchPointsBuilder, QueryPoints, QueryPointsBuilder, RrfBuilder,
    ScoredPoint, VectorInput, VectorsSelector, vector_output,
};

use super::{DENSE, Server, WORDS, chunks, sparse};
use crate::index::{Error, Found, Hit, MOST_OTHER_WORDS, Query, bm25};
use crate::model::id::ChunkName;
use crate::model::passage::Scores;

/// Finds of each leg that are fused.
const POOL: usize = 100;
/// The constant of the paper (Cormack, Clarke & Büttcher 2009); the server's own default is 2.
const K: u32 = 60;

pub(super) async fn search(server: &Server, collection: &str, query: &Query) -> Result<Found, Error> {
    if let Some(vector) = query.vector.as_ref().filter(|vector| vector.len() != server.dimensions) {
        return Err(Error::Mismatched { expected: server.dimensions, got: vector.len() });
    }
    let terms = distinct(&query.terms);
    // The server weighs terms by rarity itself, so that which are the rarest is not known here: the first are taken.
    let others = query.others.iter().take(MOST_OTHER_WORDS);
    let words = sparse::query(query.terms.iter().chain(others));
    let pool = POOL.max(query.limit) as u64;
    let words = (!words.is_empty()).then(|| (VectorInput::from(words.as_slice()), WORDS));
    let dense = query.vector.clone().map(|vector| (VectorInput::from(vector), DENSE));
    let legs: Vec<(VectorInput, &str)> = words.into_iter().chain(dense).collect();

    let mut asked: Vec<QueryPoints> = Vec::with_capacity(legs.len() + terms.len() + 1);
    if !legs.is_empty() && query.limit > 0 {
        let mut fused = QueryPointsBuilder::new(collection).query(ServerQuery::new_rrf(RrfBuilder::with_k(K)));
        for (vector, name) in &legs {
            let leg = PrefetchQueryBuilder::default()
                .query(ServerQuery::new_nearest(vector.clone()))
                .using(*name)
                .limit(pool);
            fused = fused.add_prefetch(leg);
        }
        asked.push(fused.limit(pool).with_payload(true).into());
        for (vector, name) in &legs {
            let leg = QueryPointsBuilder::new(collection).query(ServerQuery::new_nearest(vector.clone())).using(*name);
            asked.push(leg.limit(pool).with_payload(true).into());
        }
    }
    let scored = asked.len();
    for term in &terms {
        let vector = VectorInput::new_sparse(vec![sparse::dimension(term)], vec![1.0]);
        let one = QueryPointsBuilder::new(collection).query(ServerQuery::new_nearest(vector)).using(WORDS).limit(1);
        asked.push(one.with_vectors(VectorsSelector { names: vec![WORDS.to_owned()] }).into());
    }
    if asked.is_empty() {
        return Ok(Found::default());
    }
    let answers = server.client.query_batch(QueryBatchPointsBuilder::new(collection, asked)).await?;
    let mut answers = answers.result.into_iter().map(|answer| answer.result);
    let scores: Vec<Vec<ScoredPoint>> = answers.by_ref().take(scored).collect();
    let worth: Vec<Option<f32>> = terms.iter().zip(answers).map(|(term, found)| rarity(term, &found)).collect();
    let unknown = if worth.contains(&None) { Some(server.count(collection, chunks()).await?) } else { None };
    let highest =
        bm25::inverse_document_frequency(usize::try_from(unknown.unwrap_or_default()).unwrap_or(usize::MAX), 0);
    let idf = terms.iter().zip(worth).map(|(term, worth)| ((*term).to_owned(), worth.unwrap_or(highest))).collect();
    Ok(Found { hits: hits(&scores, &legs, query.limit), idf })
}

/// Fused finds with each leg's scores; equal ones in order of names.
fn hits(answers: &[Vec<ScoredPoint>], legs: &[(VectorInput, &str)], limit: usize) -> Vec<Hit> {
    let Some((fused, own)) = answers.split_first() else { return Vec::new() };
    let of = |leg: &str| -> HashMap<String, f32> {
        let place = legs.iter().position(|(_, name)| *name == leg);
        let finds = place.and_then(|place| own.get(place)).map(Vec::as_slice).unwrap_or_default();
        finds.iter().filter_map(|point| Some((name(point)?, point.score))).collect()
    };
    let (words, dense) = (of(WORDS), of(DENSE));
    let mut hits: Vec<Hit> = fused
        .iter()
        .filter_map(|point| {
            let chunk = name(point)?;
            let scores =
                Scores { bm25: words.get(&chunk).copied(), cosine: dense.get(&chunk).copied(), fused: point.score };
            Some(Hit { chunk: ChunkName(chunk), scores })
        })
        .collect();
    hits.sort_by(|one, other| {
        other.scores.fused.total_cmp(&one.scores.fused).then_with(|| one.chunk.cmp(&other.chunk))
    });
    hits.truncate(limit);
    hits
}

fn name(point: &ScoredPoint) -> Option<String> {
    point.payload.get("chunk").and_then(|chunk| chunk.as_str()).cloned()
}

/// What the server weighs a term with: its score for the term alone, over what the chunk itself says of it.
fn rarity(term: &str, found: &[ScoredPoint]) -> Option<f32> {
    let best = found.first()?;
    let vector_output::Vector::Sparse(words) = best.vectors.as_ref()?.get_vector_by_name(WORDS)? else { return None };
    let place = words.indices.iter().position(|dimension| *dimension == sparse::dimension(term))?;
    let weight = words.values.get(place).copied().filter(|weight| *weight > 0.0)?;
    Some(best.score / weight)
}

fn distinct(terms: &[(String, f32)]) -> Vec<&str> {
    let mut seen = std::collections::HashSet::new();
    terms.iter().map(|(term, _)| term.as_str()).filter(|term| seen.insert(*term)).collect()
}
