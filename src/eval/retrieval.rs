//! Measures retrieval alone, on passages that are already cut.
//!
//! One passage is one entry of a scratch index, which is the embedded one that the product searches, filled and asked
//! through `knowledge::rank` as the product does it.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::embed::{Embedder, Side, Vector};
use crate::eval::metric::{map, mrr, ndcg, recall};
use crate::index::embedded::{self, Embedded};
use crate::index::{Change, Entry, Index};
use crate::knowledge::document::Chunk;
use crate::knowledge::rank;
use crate::model::id::{ChunkName, WorkspaceId};
use crate::text::language;

/// Entries of one change, and texts of one call to the embedder.
const BATCH: usize = 2_000;
const TEXTS: usize = 32;

/// A line of the corpus file.
#[derive(Clone, Debug, Deserialize)]
struct Passage {
    #[serde(alias = "_id")]
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

/// A line of the queries file.
#[derive(Clone, Debug, Deserialize)]
struct Question {
    #[serde(alias = "_id")]
    id: String,
    text: String,
    /// Sub-set that the question is counted under.
    #[serde(default)]
    source: Option<String>,
}

/// A line of the qrels file: this passage answers that question.
#[derive(Clone, Debug, Deserialize)]
struct Judgement {
    #[serde(alias = "query-id")]
    query_id: String,
    #[serde(alias = "corpus-id")]
    doc_id: String,
    #[serde(default = "one")]
    score: f64,
}

fn one() -> f64 {
    1.0
}

/// The three files, as JSON lines.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// `{id or _id, title?, text}`
    pub corpus: &'a Path,
    /// `{id, text, source?}`
    pub queries: &'a Path,
    /// `{query_id, doc_id, score?}`
    pub qrels: &'a Path,
}

/// What is being done, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Embedded { done: usize, of: usize },
    Indexed { done: usize, of: usize },
    Asked { done: usize, of: usize },
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub passages: usize,
    /// Passages that have a vector; 0 means that retrieval was lexical.
    pub vectors: usize,
    /// Name of the embedding model, when one was asked.
    pub model: Option<String>,
    pub overall: Figures,
    pub sources: BTreeMap<String, Figures>,
}

/// Means over questions, 0 to 1. recall@k is the share of questions with a right passage among the first k (success@k); it is the
/// share of right passages that are found only where each question has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    pub questions: usize,
    #[serde(rename = "recall@1")]
    pub recall_1: f64,
    #[serde(rename = "recall@5")]
    pub recall_5: f64,
    #[serde(rename = "recall@10")]
    pub recall_10: f64,
    #[serde(rename = "mrr@10")]
    pub mrr_10: f64,
    #[serde(rename = "ndcg@10")]
    pub ndcg_10: f64,
    #[serde(rename = "map@10")]
    pub map_10: f64,
}

/// Indexes the corpus, asks every judged question and scores the answers. Without an embedder retrieval is lexical; an
/// embedder is asked only about texts of languages that it reads.
pub async fn run(
    files: Files<'_>,
    embedder: Option<Arc<dyn Embedder>>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Report> {
    let passages: Vec<Passage> = lines(files.corpus)?;
    let questions: Vec<Question> = lines(files.queries)?;
    let mut judged: HashMap<String, Vec<Judgement>> = HashMap::new();
    for judgement in lines::<Judgement>(files.qrels)? {
        judged.entry(judgement.query_id.clone()).or_default().push(judgement);
    }
    // Where no passage is relevant, none can be found.
    judged.retain(|_, judgements| judgements.iter().any(|judgement| judgement.score > 0.0));
    let questions: Vec<Question> = questions.into_iter().filter(|question| judged.contains_key(&question.id)).collect();
    if questions.is_empty() {
        bail!("no question of {} is judged in {}", files.queries.display(), files.qrels.display());
    }
    let index = Embedded::in_memory(&embedded::Config::default());
    fill(&index, &passages, embedder.as_ref(), progress).await?;
    let texts: Vec<String> = questions.iter().map(|question| question.text.clone()).collect();
    let vectors = embed(&texts, Side::Question, embedder.as_ref(), &|_| ()).await?;

    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut overall = Tally::default();
    for (number, (question, vector)) in questions.iter().zip(vectors).enumerate() {
        let query = rank::query(WorkspaceId::DEFAULT, &[(question.text.clone(), 1.0)], vector, 10);
        let found = index.search(&query).await.context("cannot search the scratch index")?;
        let relevant = &judged[&question.id];
        let grade = |chunk: &ChunkName| {
            relevant
                .iter()
                .find(|judgement| ChunkName::of(&[&judgement.doc_id]) == *chunk)
                .map_or(0.0, |judgement| judgement.score)
        };
        let grades: Vec<f64> = found.hits.iter().map(|hit| grade(&hit.chunk)).collect();
        let best: Vec<f64> = relevant.iter().map(|judgement| judgement.score).collect();
        overall.add(&grades, &best);
        if let Some(source) = &question.source {
            tallies.entry(source.clone()).or_default().add(&grades, &best);
        }
        progress(Progress::Asked { done: number + 1, of: questions.len() });
    }
    let held = index.held(WorkspaceId::DEFAULT).await?;
    Ok(Report {
        passages: passages.len(),
        vectors: usize::try_from(held.vectors)?,
        model: embedder.map(|embedder| embedder.model().name.clone()),
        overall: overall.figures(),
        sources: tallies.into_iter().map(|(source, tally)| (source, tally.figures())).collect(),
    })
}

async fn fill(
    index: &Embedded,
    passages: &[Passage],
    embedder: Option<&Arc<dyn Embedder>>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<()> {
    let chunks: Vec<Chunk> = passages.iter().map(chunk).collect();
    let texts: Vec<String> =
        passages.iter().zip(&chunks).map(|(passage, chunk)| rank::text_to_embed(&passage.title, chunk)).collect();
    let of = texts.len();
    let vectors = embed(&texts, Side::Passage, embedder, &|done| progress(Progress::Embedded { done, of })).await?;
    let mut entries: Vec<Entry> = Vec::with_capacity(of);
    for ((passage, chunk), vector) in passages.iter().zip(&chunks).zip(vectors) {
        entries.push(rank::entry(&passage.title, chunk, vector));
    }
    let mut done = 0;
    for batch in entries.chunks(BATCH) {
        let change = Change {
            workspace: WorkspaceId::DEFAULT,
            reset: false,
            add: batch.to_vec(),
            remove: Vec::new(),
            version: Some(1),
        };
        index.apply(&change).await.context("cannot fill the scratch index")?;
        done += batch.len();
        progress(Progress::Indexed { done, of });
    }
    Ok(())
}

/// Vectors of the texts that the embedder can read.
async fn embed(
    texts: &[String],
    side: Side,
    embedder: Option<&Arc<dyn Embedder>>,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Option<Vector>>> {
    let mut vectors = vec![None; texts.len()];
    let Some(embedder) = embedder else { return Ok(vectors) };
    let reads = |text: &String| embedder.model().languages.contains(&language::detect(text));
    let mut readable: Vec<usize> = (0..texts.len()).filter(|place| reads(&texts[*place])).collect();
    // Texts of one length share a batch without padding.
    readable.sort_by_key(|place| texts[*place].len());
    let mut done = 0;
    for places in readable.chunks(TEXTS) {
        let batch: Vec<String> = places.iter().map(|place| texts[*place].clone()).collect();
        let batch = embedder.embed(&batch, side).await.context("cannot embed")?;
        for (place, vector) in places.iter().zip(batch) {
            vectors[*place] = Some(vector);
        }
        done += places.len();
        progress(done);
    }
    Ok(vectors)
}

fn chunk(passage: &Passage) -> Chunk {
    Chunk {
        name: ChunkName::of(&[&passage.id]),
        ordinal: 0,
        heading: Vec::new(),
        question: None,
        text: passage.text.clone(),
        place: 0..passage.text.len(),
        tokens: 0,
        language: language::detect(&passage.text),
    }
}

fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut read = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.with_context(|| format!("cannot read {}", path.display()))?;
        if !line.trim().is_empty() {
            read.push(serde_json::from_str(&line).with_context(|| format!("{} line {}", path.display(), number + 1))?);
        }
    }
    Ok(read)
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    sums: Figures,
}

impl Tally {
    fn add(&mut self, grades: &[f64], relevant: &[f64]) {
        self.sums.questions += 1;
        self.sums.recall_1 += recall::recall(grades, 1);
        self.sums.recall_5 += recall::recall(grades, 5);
        self.sums.recall_10 += recall::recall(grades, 10);
        self.sums.mrr_10 += mrr::reciprocal_rank(grades, 10);
        self.sums.ndcg_10 += ndcg::ndcg(grades, relevant, 10);
        let count = relevant.iter().filter(|grade| **grade > 0.0).count();
        self.sums.map_10 += map::average_precision(grades, count, 10);
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn figures(self) -> Figures {
        let count = self.sums.questions.max(1) as f64;
        Figures {
            questions: self.sums.questions,
            recall_1: self.sums.recall_1 / count,
            recall_5: self.sums.recall_5 / count,
            recall_10: self.sums.recall_10 / count,
            mrr_10: self.sums.mrr_10 / count,
            ndcg_10: self.sums.ndcg_10 / count,
            map_10: self.sums.map_10 / count,
        }
    }
}
