//! Finding: the share of questions with a right passage among the first five, against a plain BM25 and its fusion with vectors.

use std::path::Path;
use std::sync::Arc;

use frontdesk::embed::{Embedder, config, fastembed};
use frontdesk::eval::retrieval::{self, Files};

use super::bench::folder;

async fn recall_5(set: &Path, embedder: Option<Arc<dyn Embedder>>) -> f64 {
    let at = |name: &str| set.join(name);
    let (corpus, queries, qrels) = (at("corpus.jsonl"), at("queries.jsonl"), at("qrels.jsonl"));
    let files = Files { corpus: &corpus, queries: &queries, qrels: &qrels };
    let report = retrieval::run(files, embedder, &|_| ()).await.unwrap();
    let percent = report.overall.recall_5 * 100.0;
    println!("retrieval {}: recall@5 {percent:.1}, {} vectors", set.display(), report.vectors);
    percent
}

#[tokio::test]
async fn words_alone_find_more_than_the_reference() {
    for (set, reference) in [("retrieval_en", 84.3), ("retrieval_en_subset", 88.8), ("retrieval_zh", 93.4)] {
        let Some(set) = folder(set) else { return };
        assert!(recall_5(&set, None).await >= reference, "{}", set.display());
    }
}

#[tokio::test]
async fn words_and_vectors_find_more_than_the_reference() {
    let Some(set) = folder("retrieval_en_subset") else { return };
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let local = fastembed::Config { folder: models, ..fastembed::Config::default() };
    let choice = config::Config { local, ..config::Config::default() }.build().unwrap();
    // The reference was made with the model that `make models` takes where no other can be had.
    let Some(embedder) = choice.embedder().filter(|embedder| embedder.model().name.contains("MiniLM")) else {
        println!("skipped: no such model is set up in ./models");
        return;
    };
    assert!(recall_5(&set, Some(embedder)).await >= 94.0);
}
