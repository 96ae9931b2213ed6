//! A question becomes passages.
//!
//! The index proposes chunks; the store says which of them can be seen in the version that is
//! asked, so that what was deleted, replaced or rolled back is gone for the very next question, whatever the index still holds.

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lru::LruCache;
use serde::{Deserialize, Serialize};

use crate::embed::{Embedder, Side, Vector};
use crate::index;
use crate::index::{Hit, Index};
use crate::knowledge::distinct::{self, Print};
use crate::knowledge::{rank, version};
use crate::model::id::{ChunkName, WorkspaceId};
use crate::model::passage::{Passage, Scored};
use crate::store::passages::PassageRow;
use crate::store::{self, Store};
use crate::text::language::Language;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Milliseconds for embedding a question; when they are over, the search is by words alone.
    pub embed_deadline_ms: u64,
    /// Passages kept in memory.
    pub passages_in_memory: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { embed_deadline_ms: 400, passages_in_memory: 10_000 }
    }
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ask {
    /// Texts whose words are looked for, with weights: the question, and what was said before it.
    pub lexical: Vec<(String, f32)>,
    /// The text whose meaning is looked for; nothing: words alone.
    pub dense: String,
    /// The language of `dense`.
    pub language: Language,
    /// How many passages.
    pub limit: usize,
    /// The knowledge version; `None` means the published one. In versions of long ago, passages may be missing that the
    /// index has forgotten.
    pub version: Option<u64>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Retrieved {
    pub version: u64,
    /// Best first.
    pub passages: Vec<Scored>,
    /// Inverse document frequency of each different query term, in order of first appearance.
    pub idf: Vec<(String, f32)>,
    /// Whether meaning was looked for too.
    pub dense_asked: bool,
    /// Why it was not, if it should have been; for operators.
    pub dense_fault: Option<String>,
}

/// A passage with what speaks for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// From 1.
    pub rank: usize,
    #[serde(flatten)]
    pub scored: Scored,
    /// Query terms that stand in the passage, its headings or its title.
    pub matched: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Index(#[from] index::Error),
}

/// Finds passages. Any process on the data folder may have one.
#[derive(Debug)]
pub struct Retriever {
    store: Store,
    index: Arc<dyn Index>,
    embedder: Option<Arc<dyn Embedder>>,
    config: Config,
    memory: Mutex<LruCache<Key, Place>>,
    /// What is looked at when a question names no version; nothing: what is published.
    pinned: Option<u64>,
    fingerprints: Mutex<LruCache<(WorkspaceId, u64), String>>,
}

/// A chunk in a version: what is known of it never changes.
type Key = (WorkspaceId, u64, ChunkName);

/// The passage with its print, or nothing when the chunk cannot be seen.
type Place = Option<Arc<(Passage, Print)>>;

/// Versions whose fingerprint is kept: a fact that never changes.
const KEPT: NonZero<usize> = NonZero::new(64).expect("64 is not zero");
/// Hits asked of the index for each passage wanted: some are hidden, some say the same.
const OVER_FETCH: usize = 3;
/// How often more are asked, each time four times as many.
const ROUNDS: usize = 3;

impl Retriever {
    #[must_use]
    pub fn new(store: Store, index: Arc<dyn Index>, embedder: Option<Arc<dyn Embedder>>, config: Config) -> Self {
        let room = NonZero::new(config.passages_in_memory).unwrap_or(NonZero::<usize>::MIN);
        let memory = Mutex::new(LruCache::new(room));
        Self { store, index, embedder, config, memory, pinned: None, fingerprints: Mutex::new(LruCache::new(KEPT)) }
    }

    /// The same, but a question that names no version asks this one: for measuring what is not (or no longer) published.
    #[must_use]
    pub fn pinned_to(self, version: u64) -> Self {
        Self { pinned: Some(version), ..self }
    }

    /// Name of the embedding model.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.embedder.as_ref().map(|embedder| embedder.model().name.as_str())
    }

    /// What can be seen in a version, as [`version::fingerprint`].
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn fingerprint(&self, workspace: WorkspaceId, version: u64) -> Result<String, Error> {
        let known =
            self.fingerprints.lock().unwrap_or_else(PoisonError::into_inner).get(&(workspace, version)).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let fingerprint = version::fingerprint(&self.store.contents_of(workspace, version).await?);
        let mut fingerprints = self.fingerprints.lock().unwrap_or_else(PoisonError::into_inner);
        fingerprints.put((workspace, version), fingerprint.clone());
        Ok(fingerprint)
    }

    /// The same of what questions are answered from now.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn fingerprint_now(&self, workspace: WorkspaceId) -> Result<String, Error> {
        let published = self.store.published(workspace).await?.version;
        self.fingerprint(workspace, self.pinned.unwrap_or(published)).await
    }

    /// The best passages for what is asked.
    ///
    /// # Errors
    /// The store or the index failed. An embedder that fails is no error: see [`Retrieved::dense_fault`].
    pub async fn retrieve(&self, workspace: WorkspaceId, ask: &Ask) -> Result<Retrieved, Error> {
        let published = self.store.published(workspace).await?.version;
        let version = ask.version.or(self.pinned).map_or(published, |version| version.min(published));
        if version == 0 {
            // Nothing was ever published; there may not even be an index.
            return Ok(Retrieved::default());
        }
        let (vector, dense_fault) = self.embed(ask).await;
        let dense_asked = vector.is_some();
        let mut query = rank::query(workspace, &ask.lexical, vector, ask.limit * OVER_FETCH + 8);
        let mut round = 1;
        loop {
            let found = self.index.search(&query).await?;
            let all = found.hits.len() < query.limit;
            let mut passages = self.visible(workspace, version, &found.hits).await?;
            distinct::keep_first(&mut passages, |(place, _)| place.1);
            if passages.len() >= ask.limit || all || round == ROUNDS {
                let scored = passages.into_iter().take(ask.limit);
                let passages =
                    scored.map(|(place, hit)| Scored { passage: place.0.clone(), scores: hit.scores }).collect();
                return Ok(Retrieved { version, passages, idf: found.idf, dense_asked, dense_fault });
            }
            query.limit *= 4;
            round += 1;
        }
    }

    /// The same search for a single question, with reasons: for people who wonder why something is (not) found.
    ///
    /// # Errors
    /// As [`Retriever::retrieve`].
    pub async fn explain(
        &self,
        workspace: WorkspaceId,
        question: &str,
        limit: usize,
    ) -> Result<(Retrieved, Vec<Explained>), Error> {
        let language = crate::text::language::detect(question);
        let lexical = vec![(question.to_owned(), 1.0)];
        let ask = Ask { lexical, dense: question.to_owned(), language, limit, version: None };
        self.explain_ask(workspace, &ask).await
    }

    /// The same for any ask, such as one by words alone.
    ///
    /// # Errors
    /// As [`Retriever::retrieve`].
    pub async fn explain_ask(&self, workspace: WorkspaceId, ask: &Ask) -> Result<(Retrieved, Vec<Explained>), Error> {
        let retrieved = self.retrieve(workspace, ask).await?;
        let explained = retrieved.passages.iter().zip(1..).map(|(scored, rank)| Explained {
            rank,
            scored: scored.clone(),
            matched: matched(&retrieved.idf, &scored.passage),
        });
        let explained = explained.collect();
        Ok((retrieved, explained))
    }

    /// The question's vector, if an embedder reads its language and is quick enough.
    async fn embed(&self, ask: &Ask) -> (Option<Vector>, Option<String>) {
        let reads = self.embedder.as_ref().filter(|embedder| embedder.model().reads(ask.language));
        let Some(embedder) = reads.filter(|_| !ask.dense.trim().is_empty()) else { return (None, None) };
        let texts = [ask.dense.clone()];
        let deadline = Duration::from_millis(self.config.embed_deadline_ms);
        let fault = match tokio::time::timeout(deadline, embedder.embed(&texts, Side::Question)).await {
            Ok(Ok(mut vectors)) if vectors.len() == 1 => return (vectors.pop(), None),
            Ok(Ok(vectors)) => format!("the embedding model gave {} vectors for one question", vectors.len()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("the embedding model took longer than {} ms", self.config.embed_deadline_ms),
        };
        tracing::warn!("a question is searched by words alone: {fault}");
        (None, Some(fault))
    }

    /// Those hits that can be seen in a version, with their passages, in the order of the hits.
    async fn visible(
        &self,
        workspace: WorkspaceId,
        version: u64,
        hits: &[Hit],
    ) -> Result<Vec<(Arc<(Passage, Print)>, Hit)>, Error> {
        let mut places: HashMap<&ChunkName, Place> = HashMap::with_capacity(hits.len());
        {
            let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
            for hit in hits {
                if let Some(place) = memory.get(&(workspace, version, hit.chunk.clone())) {
                    places.insert(&hit.chunk, place.clone());
                }
            }
        }
        let unknown: Vec<&ChunkName> =
            hits.iter().map(|hit| &hit.chunk).filter(|chunk| !places.contains_key(chunk)).collect();
        let rows = self.store.passages(workspace, version, &unknown).await?;
        let mut loaded: HashMap<String, Passage> =
            rows.into_iter().map(|row| (row.chunk.clone(), passage(row))).collect();
        {
            let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
            for chunk in unknown {
                let place = loaded.remove(&chunk.0).map(|passage| {
                    let print = distinct::print(&passage);
                    Arc::new((passage, print))
                });
                memory.put((workspace, version, chunk.clone()), place.clone());
                places.insert(chunk, place);
            }
        }
        let placed = hits.iter().filter_map(|hit| Some((places.get(&hit.chunk)?.clone()?, hit.clone())));
        Ok(placed.collect())
    }
}

pub(in crate::knowledge) fn passage(row: PassageRow) -> Passage {
    Passage {
        chunk: ChunkName(row.chunk),
        document: row.document,
        title: if row.title.is_empty() { row.name.clone() } else { row.title },
        source: row.name,
        heading: serde_json::from_str(&row.heading).unwrap_or_default(),
        question: row.question,
        text: row.text,
        start: usize::try_from(row.start_byte).unwrap_or(usize::MAX),
        end: usize::try_from(row.end_byte).unwrap_or(usize::MAX),
        language: Language::from_tag(&row.language),
    }
}

/// Query terms that stand in what is indexed of a passage.
fn matched(idf: &[(String, f32)], passage: &Passage) -> Vec<String> {
    let above = passage.heading.iter().chain(&passage.question).chain([&passage.title, &passage.text]);
    let words: std::collections::HashSet<String> = above.flat_map(|text| crate::text::terms::terms(text)).collect();
    idf.iter().map(|(term, _)| term).filter(|term| words.contains(*term)).cloned().collect()
}
