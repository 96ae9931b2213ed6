//! BEIR's form (Thakur et al. 2021, NeurIPS): a corpus, queries, and which passage answers which query.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::eval::case::{Case, Cite};
use crate::eval::import::{Imported, answerable, lines};

#[derive(Debug, Deserialize)]
struct Passage {
    #[serde(alias = "_id")]
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

#[derive(Debug, Deserialize)]
struct Query {
    #[serde(alias = "_id")]
    id: String,
    text: String,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    answers: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Judged {
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

/// Reads `corpus.jsonl`, `queries.jsonl` and `qrels.jsonl` (or BEIR's `qrels/test.tsv`). Each passage becomes a document of its
/// own, so that what is cited can be counted; queries without a judgement are left out.
///
/// # Errors
/// A file is missing or not of this form.
pub fn read(folder: &Path) -> Result<Imported> {
    let text = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
    };
    let passages: Vec<Passage> = lines(&folder.join("corpus.jsonl"), &text("corpus.jsonl")?)?;
    let queries: Vec<Query> = lines(&folder.join("queries.jsonl"), &text("queries.jsonl")?)?;
    let judged: Vec<Judged> = if folder.join("qrels.jsonl").is_file() {
        lines(&folder.join("qrels.jsonl"), &text("qrels.jsonl")?)?
    } else {
        table(&text("qrels/test.tsv")?)?
    };
    let mut files: HashMap<&str, String> = HashMap::new();
    let mut documents = Vec::new();
    for (number, passage) in passages.iter().enumerate() {
        let name = format!("{number:06}.md");
        let title = passage.title.trim().replace('\n', " ");
        let heading = if title.is_empty() { String::new() } else { format!("# {title}\n\n") };
        documents.push((name.clone(), format!("{heading}{}\n", passage.text.trim())));
        files.insert(&passage.id, name);
    }
    let mut relevant: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for judgement in judged.iter().filter(|judgement| judgement.score > 0.0) {
        let file = files.get(judgement.doc_id.as_str());
        relevant.entry(&judgement.query_id).or_default().extend(file.map(String::as_str));
    }
    let cases = queries.iter().filter_map(|query| {
        let files = relevant.get(query.id.as_str()).filter(|files| !files.is_empty())?;
        let mut case: Case = answerable(&query.id, &query.text, &query.answers, None);
        case.expect.cites = files.iter().map(|file| Cite::Document((*file).to_owned())).collect();
        case.tags.extend(query.source.clone());
        Some(case)
    });
    Ok(Imported { cases: cases.collect(), documents })
}

fn table(text: &str) -> Result<Vec<Judged>> {
    let rows = text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
    rows.map(|(number, line)| {
        let mut cells = line.split('\t').map(str::to_owned);
        let row = || format!("qrels/test.tsv:{}: expected query-id, corpus-id, score", number + 1);
        let (query_id, doc_id) = (cells.next().with_context(row)?, cells.next().with_context(row)?);
        let score = cells.next().and_then(|cell| cell.trim().parse().ok()).with_context(row)?;
        Ok(Judged { query_id, doc_id, score })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_become_documents_and_judged_queries_become_cases() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        put(
            "corpus.jsonl",
            "{\"_id\":\"p1\",\"title\":\"Returns\",\"text\":\"30 days.\"}\n{\"_id\":\"p2\",\"text\":\"Other.\"}\n",
        );
        put(
            "queries.jsonl",
            "{\"_id\":\"q1\",\"text\":\"How long?\",\"answers\":[\"30 days\"]}\n{\"_id\":\"q2\",\"text\":\"Why?\"}\n",
        );
        std::fs::create_dir(folder.path().join("qrels")).unwrap();
        put("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\tp1\t1\nq2\tp2\t0\n");
        let imported = read(folder.path()).unwrap();
        assert_eq!(imported.documents[0], ("000000.md".to_owned(), "# Returns\n\n30 days.\n".to_owned()));
        assert_eq!(imported.cases.len(), 1);
        assert_eq!(imported.cases[0].expect.cites, [Cite::Document("000000.md".to_owned())]);
        assert_eq!(imported.cases[0].complaints(), []);
    }
}
