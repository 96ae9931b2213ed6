//! Public sets, searched with the product's own index. Where they are missing, each measurement says so and ends.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use frontdesk::index::embedded::{self, Embedded};
use frontdesk::index::{Change, Index};
use frontdesk::knowledge::document::Chunk;
use frontdesk::knowledge::rank;
use frontdesk::knowledge::retrieve::{Ask, Retrieved};
use frontdesk::model::id::{ChunkName, DocumentId, WorkspaceId};
use frontdesk::model::passage::{Passage, Scored};
use frontdesk::text::language;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The folder of public sets, or a word that it is not there.
pub(crate) fn folder(set: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared/bench", "../../shared/bench"]
        .iter()
        .map(|place| here.join(place).join(set))
        .find(|place| place.is_dir());
    if found.is_none() {
        println!("skipped: the public set `{set}` is not beside this checkout");
    }
    found
}

/// The lines of a JSONL file.
pub(crate) fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

/// Passages in a scratch index.
pub(crate) struct Scratch {
    index: Embedded,
    passages: HashMap<ChunkName, Passage>,
}

impl Scratch {
    /// Indexes `{id, title, text}` lines; passages of one title are one document.
    pub(crate) async fn fill(corpus: &[Value], without: &HashSet<String>) -> Self {
        let index = Embedded::in_memory(&embedded::Config::default());
        let mut passages = HashMap::new();
        let mut entries = Vec::new();
        for line in corpus.iter().filter(|line| !without.contains(&text(line, "id"))) {
            let chunk = Chunk {
                name: ChunkName::of(&[&text(line, "id")]),
                ordinal: 0,
                heading: Vec::new(),
                question: None,
                text: text(line, "text"),
                place: 0..text(line, "text").len(),
                tokens: 0,
                language: language::detect(&text(line, "text")),
            };
            let title = text(line, "title");
            entries.push(rank::entry(&title, &chunk, None));
            passages.insert(chunk.name.clone(), passage(&title, chunk));
        }
        for batch in entries.chunks(2000) {
            let change = Change {
                workspace: WorkspaceId::DEFAULT,
                reset: false,
                add: batch.to_vec(),
                remove: Vec::new(),
                version: Some(1),
            };
            index.apply(&change).await.unwrap();
        }
        Self { index, passages }
    }

    pub(crate) async fn retrieve(&self, ask: &Ask) -> Retrieved {
        let query = rank::query(WorkspaceId::DEFAULT, &ask.lexical, None, ask.limit);
        let found = self.index.search(&query).await.unwrap();
        let scored =
            found.hits.into_iter().map(|hit| Scored { passage: self.passages[&hit.chunk].clone(), scores: hit.scores });
        Retrieved { version: 1, passages: scored.collect(), idf: found.idf, dense_asked: false, dense_fault: None }
    }
}

/// A search for one question.
pub(crate) fn ask(question: &str) -> Ask {
    Ask {
        lexical: vec![(question.to_owned(), 1.0)],
        dense: String::new(),
        language: language::detect(question),
        limit: 10,
        version: None,
    }
}

fn passage(title: &str, chunk: Chunk) -> Passage {
    let digest = Sha256::digest(title.as_bytes());
    Passage {
        chunk: chunk.name,
        document: DocumentId(Uuid::from_slice(&digest[..16]).unwrap()),
        title: title.to_owned(),
        source: title.to_owned(),
        heading: Vec::new(),
        question: None,
        start: 0,
        end: chunk.text.len(),
        text: chunk.text,
        language: chunk.language,
    }
}
