//! Makes suites of what others have: public sets, intent lists, FAQs, old conversations. Each reader is a plain function from text to
//! cases and, where the source has them, documents; `write` puts both into a folder.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;

use crate::eval::case::{Case, Cite, Context, Expect, Fact, Turn};
use crate::eval::suite::About;
use crate::model::decision::Action;
use crate::text::language::detect;

pub mod beir;
pub mod faq;
pub mod intents;
pub mod log;
pub mod squad;

/// What a source came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    pub cases: Vec<Case>,
    /// File name and text.
    pub documents: Vec<(String, String)>,
}

/// A case about one question, with nothing demanded but the decision.
#[must_use]
pub fn case(id: &str, question: &str, decision: Action) -> Case {
    Case {
        id: id.to_owned(),
        language: detect(question),
        turns: vec![Turn::Customer(question.trim().to_owned())],
        context: Context::default(),
        expect: Expect {
            decision,
            accept: Vec::new(),
            reason: None,
            rule: None,
            facts: Vec::new(),
            cites: Vec::new(),
            must_not: Vec::new(),
            language: None,
            answers: Vec::new(),
            tools: Vec::new(),
            max_latency_ms: None,
            max_cost: None,
            summary: Vec::new(),
        },
        tags: Vec::new(),
        zero_tolerance: false,
        known_failure: false,
        source: None,
        unreviewed: false,
    }
}

/// A question that a document answers with one of these texts.
#[must_use]
pub fn answerable(id: &str, question: &str, answers: &[String], document: Option<&str>) -> Case {
    let mut case = case(id, question, Action::Answer);
    let mut answers: Vec<String> = answers.iter().filter(|answer| !answer.trim().is_empty()).cloned().collect();
    answers.dedup();
    if !answers.is_empty() {
        case.expect.facts = vec![Fact::Any(crate::eval::case::AnyOf { any: answers.clone() })];
        case.expect.answers = answers;
    }
    case.expect.cites.extend(document.map(|document| Cite::Document(document.to_owned())));
    case
}

/// Writes `NAME.jsonl` and, for documents, the folder `NAME.documents` beside it. Nothing that is there is overwritten.
///
/// # Errors
/// There is something already, or the folder cannot be written.
pub fn write(imported: &Imported, folder: &Path, name: &str) -> Result<PathBuf> {
    let path = folder.join(format!("{name}.jsonl"));
    let documents = format!("{name}.documents");
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let file = std::fs::File::create_new(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    let mut file = std::io::BufWriter::new(file);
    let knowledge = if imported.documents.is_empty() { Vec::new() } else { vec![PathBuf::from(&documents)] };
    let about = About { name: name.to_owned(), version: "1".to_owned(), knowledge, ..About::default() };
    writeln!(file, "{}", serde_json::json!({ "suite": about }))?;
    for case in &imported.cases {
        writeln!(file, "{}", serde_json::to_string(case)?)?;
    }
    file.flush()?;
    if !imported.documents.is_empty() {
        let inside = folder.join(&documents);
        std::fs::create_dir(&inside).with_context(|| format!("{} cannot be made", inside.display()))?;
        for (name, text) in &imported.documents {
            std::fs::write(inside.join(name), text).with_context(|| format!("{name} cannot be written"))?;
        }
    }
    Ok(path)
}

/// A file name that every system takes: letters, digits, `.`, `-` and `_`.
#[must_use]
pub fn file_name(title: &str, ending: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    let name: String = title.chars().map(kept).take(80).collect();
    format!("{}.{ending}", name.trim_matches(['.', '-']))
}

/// Reads JSON lines, with the line in each error.
///
/// # Errors
/// A line is not what it should be.
pub fn lines<T: DeserializeOwned>(path: &Path, text: &str) -> Result<Vec<T>> {
    let filled = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    filled
        .map(|(line, number)| serde_json::from_str(line).with_context(|| format!("{}:{number}", path.display())))
        .collect()
}
