//! `eval retrieval` over files, by a corpus of three passages whose figures can be worked out by hand.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use frontdesk::embed::hashed::Hashed;
use frontdesk::eval::retrieval::{Files, Progress, run};

fn write(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

const CORPUS: &str = r#"{"id": "a", "title": "Returns", "text": "Return shoes within thirty days."}
{"id": "b", "title": "Shipping", "text": "Shoes are shipped within five days of the order."}
{"id": "c", "title": "退货", "text": "签收后七天内可以退货。"}
"#;

const QUERIES: &str = r#"{"id": "1", "text": "can I return shoes", "source": "en"}
{"id": "2", "text": "shoes", "source": "en"}
{"id": "3", "text": "怎么退货", "source": "zh"}
{"id": "4", "text": "nothing is known about this", "source": "zh"}
{"id": "5", "text": "not judged"}
"#;

/// Question 2 finds `a` first (it is shorter) and `b` second; question 4 finds nothing.
const QRELS: &str = r#"{"query_id": "1", "doc_id": "a", "score": 1}
{"query_id": "2", "doc_id": "b", "score": 1}
{"query_id": "3", "doc_id": "c"}
{"query_id": "4", "doc_id": "a", "score": 1}
"#;

#[tokio::test]
async fn figures_by_source_and_overall() {
    let folder = tempfile::tempdir().unwrap();
    let (corpus, queries, qrels) =
        (write(folder.path(), "c", CORPUS), write(folder.path(), "q", QUERIES), write(folder.path(), "r", QRELS));
    let files = Files { corpus: &corpus, queries: &queries, qrels: &qrels };
    let seen = Mutex::new(Vec::new());
    let report = run(files, None, &|progress| seen.lock().unwrap().push(progress)).await.unwrap();
    assert_eq!((report.passages, report.vectors, report.model.clone()), (3, 0, None));
    let (en, zh) = (report.sources["en"], report.sources["zh"]);
    assert_eq!((en.questions, en.recall_1, en.recall_5, en.mrr_10), (2, 0.5, 1.0, 0.75));
    assert_eq!((zh.questions, zh.recall_1, zh.recall_10, zh.ndcg_10), (2, 0.5, 0.5, 0.5));
    assert_eq!((report.overall.questions, report.overall.recall_1), (4, 0.5));
    assert!((en.ndcg_10 - (1.0 + 1.0 / 3.0_f64.log2()) / 2.0).abs() < 1e-9);
    assert_eq!(seen.lock().unwrap().last(), Some(&Progress::Asked { done: 4, of: 4 }));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["overall"]["recall@1"], 0.5);

    let hybrid = run(files, Some(Arc::new(Hashed::default())), &|_| ()).await.unwrap();
    assert!(hybrid.vectors > 0 && hybrid.model.is_some());
    assert_eq!(hybrid.sources["en"].recall_5, 1.0);
}

#[tokio::test]
async fn beirs_own_names_are_read_and_questions_without_a_relevant_passage_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let beir = |text: &str| text.replace("{\"id\"", "{\"_id\"");
    let qrels = QRELS.replace("query_id", "query-id").replace("doc_id", "corpus-id");
    let qrels = qrels.replace("\"4\", \"corpus-id\": \"a\", \"score\": 1", "\"4\", \"corpus-id\": \"a\", \"score\": 0");
    let corpus = write(folder.path(), "c", &beir(CORPUS));
    let queries = write(folder.path(), "q", &beir(QUERIES));
    let qrels = write(folder.path(), "r", &qrels);
    let files = Files { corpus: &corpus, queries: &queries, qrels: &qrels };
    let report = run(files, None, &|_| ()).await.unwrap();
    assert_eq!((report.overall.questions, report.sources["zh"].recall_1), (3, 1.0));
}

#[tokio::test]
async fn a_broken_file_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let (corpus, queries) = (
        write(folder.path(), "corpus", "{\"id\": \"a\", \"text\": \"x\"}\nnot json\n"),
        write(folder.path(), "q", QUERIES),
    );
    let files = Files { corpus: &corpus, queries: &queries, qrels: Path::new("nowhere") };
    let error = run(files, None, &|_| ()).await.unwrap_err();
    assert!(format!("{error:#}").contains("corpus line 2"), "{error:#}");
    let unjudged = write(folder.path(), "r", "");
    let corpus = write(folder.path(), "c", CORPUS);
    let error = run(Files { corpus: &corpus, queries: &queries, qrels: &unjudged }, None, &|_| ()).await.unwrap_err();
    assert!(error.to_string().contains("no question"), "{error}");
}
