//! BM25 over tantivy's postings. Tantivy's own scorer fixes k1 and b, and does not know by how much rare words should
//! weigh more in spoken questions.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, InvertedIndexReader, SegmentReader, TERMINATED, TantivyError, Term};

use super::shard::{Row, Snapshot};
use crate::index::{Error, MOST_OTHER_WORDS, bm25};

/// Power on the inverse document frequency: above 1, rare words gain on common ones.
pub(super) const RARITY: f32 = 1.25;

/// Scores of every chunk, by segment and row, and what each term is worth.
pub(super) struct Lexical<'a> {
    pub(super) scores: Vec<Vec<f32>>,
    /// By term, in order of first appearance.
    pub(super) idf: Vec<(String, f32)>,
    /// Where each of these terms stands.
    pub(super) found: Vec<Found>,
    /// The place of each query term among them.
    pub(super) places: Vec<usize>,
    pub(super) segments: Segments<'a>,
    pub(super) norms: Norms,
    /// The score of a chunk of mean length that says each term once.
    pub(super) full: f32,
}

/// The length part of BM25's denominator for each of tantivy's 256 length codes.
pub(super) struct Norms([f32; 256]);

impl Norms {
    fn new(mean: f32) -> Self {
        let mut norms = [0.0; 256];
        for (code, norm) in (0_u8..=255).zip(&mut norms) {
            #[expect(clippy::cast_precision_loss, reason = "lengths are far below 2^24")]
            let length = FieldNormReader::id_to_fieldnorm(code) as f32;
            *norm = bm25::norm(length, mean);
        }
        Self(norms)
    }

    /// Term frequency, saturated and normed by the length that a code stands for.
    pub(super) fn saturate(&self, frequency: f32, code: u8) -> f32 {
        bm25::saturate(frequency, self.0[usize::from(code)])
    }
}

/// Scores all chunks for weighted terms (equal terms add up) and for other words.
pub(super) fn score<'a>(
    snapshot: &'a Snapshot,
    terms: &[(String, f32)],
    others: &[(String, f32)],
) -> Result<Lexical<'a>, Error> {
    let readers = snapshot.searcher.segment_readers();
    let mut scores: Vec<Vec<f32>> = readers.iter().map(|reader| vec![0.0; reader.max_doc() as usize]).collect();
    let norms = Norms::new(snapshot.mean_length());
    let segments = Segments::of(snapshot)?;
    let (distinct, places) = distinct(terms);
    let mut idf = Vec::with_capacity(distinct.len());
    let mut there = Vec::with_capacity(distinct.len());
    let mut full = 0.0;
    for (text, weight) in distinct {
        let found = segments.find(text)?;
        let rarity = bm25::inverse_document_frequency(snapshot.alive(), found.chunks);
        idf.push((text.to_owned(), rarity));
        let weight = weight * rarity.powf(RARITY);
        full += weight;
        segments.add(&found, weight, &norms, &mut scores)?;
        there.push(found);
    }
    // What a chunk says in other words is no more than what was asked: it may gain by them, and `full` stays what it is.
    let mut otherwise: Vec<(f32, f32, Found)> = Vec::new();
    for (text, weight) in others {
        let found = segments.find(text)?;
        if found.chunks > 0 {
            let rarity = bm25::inverse_document_frequency(snapshot.alive(), found.chunks);
            otherwise.push((rarity, *weight, found));
        }
    }
    otherwise.sort_by(|(one, ..), (other, ..)| other.total_cmp(one));
    for (rarity, weight, found) in otherwise.iter().take(MOST_OTHER_WORDS) {
        segments.add(found, weight * rarity.powf(RARITY), &norms, &mut scores)?;
    }
    Ok(Lexical { scores, idf, found: there, places, segments, norms, full })
}

/// Where a term stands: in how many chunks, and its list in each segment that has one.
pub(super) struct Found {
    chunks: usize,
    pub(super) infos: Vec<Option<TermInfo>>,
}

/// The segments of a snapshot, opened for looking terms up.
pub(super) struct Segments<'a> {
    field: Field,
    readers: &'a [SegmentReader],
    pub(super) inverted: Vec<Arc<InvertedIndexReader>>,
    pub(super) lengths: Vec<FieldNormReader>,
}

impl<'a> Segments<'a> {
    fn of(snapshot: &'a Snapshot) -> Result<Self, Error> {
        let (field, readers) = (snapshot.fields.terms, snapshot.searcher.segment_readers());
        let (mut inverted, mut lengths) = (Vec::with_capacity(readers.len()), Vec::with_capacity(readers.len()));
        for reader in readers {
            inverted.push(reader.inverted_index(field)?);
            lengths.push(reader.get_fieldnorms_reader(field)?);
        }
        Ok(Self { field, readers, inverted, lengths })
    }

    fn find(&self, text: &str) -> Result<Found, Error> {
        let term = Term::from_field_text(self.field, text);
        let mut infos = Vec::with_capacity(self.readers.len());
        let mut chunks = 0;
        for (reader, inverted) in self.readers.iter().zip(&self.inverted) {
            let info = inverted.get_term_info(&term).map_err(TantivyError::from)?;
            // Deleted chunks count no more, so that scores do not depend on when segments were merged.
            chunks += match (&info, reader.alive_bitset()) {
                (Some(info), Some(alive)) => inverted
                    .read_postings_from_terminfo(info, IndexRecordOption::Basic)
                    .map_err(TantivyError::from)?
                    .doc_freq_given_deletes(alive),
                (Some(info), None) => info.doc_freq,
                (None, _) => 0,
            };
            infos.push(info);
        }
        Ok(Found { chunks: chunks as usize, infos })
    }

    /// Adds to the score of each chunk that says a term what the term is worth there.
    fn add(&self, found: &Found, weight: f32, norms: &Norms, scores: &mut [Vec<f32>]) -> Result<(), Error> {
        for (segment, info) in found.infos.iter().enumerate() {
            let Some(info) = info else { continue };
            let option = IndexRecordOption::WithFreqs;
            let mut list =
                self.inverted[segment].read_postings_from_terminfo(info, option).map_err(TantivyError::from)?;
            let (scores, lengths) = (&mut scores[segment], &self.lengths[segment]);
            let alive = self.readers[segment].alive_bitset();
            let mut row = list.doc();
            while row != TERMINATED {
                if alive.is_none_or(|alive| alive.is_alive(row)) {
                    #[expect(clippy::cast_precision_loss, reason = "a chunk has some hundred terms")]
                    let frequency = list.term_freq() as f32;
                    scores[row as usize] += weight * norms.saturate(frequency, lengths.fieldnorm_id(row));
                }
                row = list.advance();
            }
        }
        Ok(())
    }
}

impl Lexical<'_> {
    /// The `limit` best rows, best first.
    pub(super) fn best(&self, snapshot: &Snapshot, limit: usize) -> Vec<(Row, f32)> {
        let mut finds = Vec::new();
        for (segment, scores) in self.scores.iter().enumerate() {
            let found = scores.iter().enumerate().filter(|(_, score)| **score > 0.0);
            finds.extend(found.map(|(row, score)| (Row { segment, row }, *score)));
        }
        snapshot.best(finds, limit)
    }
}

/// Each term once, and the place of every one among them.
fn distinct(terms: &[(String, f32)]) -> (Vec<(&str, f32)>, Vec<usize>) {
    let mut known: HashMap<&str, usize> = HashMap::with_capacity(terms.len());
    let mut distinct: Vec<(&str, f32)> = Vec::with_capacity(terms.len());
    let mut places = Vec::with_capacity(terms.len());
    for (term, weight) in terms {
        let place = *known.entry(term).or_insert(distinct.len());
        match distinct.get_mut(place) {
            Some((_, sum)) => *sum += weight,
            None => distinct.push((term, *weight)),
        }
        places.push(place);
    }
    (distinct, places)
}
