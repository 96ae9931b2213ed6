//! FAQ pairs, as comma-separated text or JSON lines with `question` and `answer`.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::eval::import::{Imported, answerable, lines};

#[derive(Debug, Deserialize)]
struct Pair {
    #[serde(default)]
    id: Option<String>,
    question: String,
    answer: String,
}

/// Each pair becomes a case whose reference answer is the FAQ's. With `document` the answers become one, named so; without, the
/// business's own documents are asked.
///
/// The whole answer is no fact that must be stated word for word: a person should add the facts that matter. Where not even a
/// document must be cited, the case is a draft.
///
/// # Errors
/// A pair is not of this form.
pub fn read(path: &Path, text: &str, document: Option<&str>) -> Result<Imported> {
    let pairs: Vec<Pair> = if text.trim_start().starts_with('{') {
        lines(path, text)?
    } else {
        let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize().zip(1..);
        rows.map(|(row, number)| row.with_context(|| format!("{}: row {number}", path.display())))
            .collect::<Result<_>>()?
    };
    let mut imported = Imported::default();
    let mut page = String::new();
    for (pair, number) in pairs.iter().zip(1..) {
        let id = pair.id.clone().unwrap_or_else(|| format!("faq-{number:05}"));
        let mut case = answerable(&id, &pair.question, std::slice::from_ref(&pair.answer), document);
        case.expect.facts.clear();
        case.tags.push("faq".to_owned());
        case.unreviewed = case.takes_any_answer();
        imported.cases.push(case);
        page.push_str(&format!("## {}\n\n{}\n\n", pair.question.trim().replace('\n', " "), pair.answer.trim()));
    }
    imported.documents.extend(document.map(|name| (name.to_owned(), page)));
    Ok(imported)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_give_the_same() {
        let table = read(Path::new("f.csv"), "question,answer\nHow long?,30 days\n", Some("faq.md")).unwrap();
        let rows = read(Path::new("f.jsonl"), "{\"question\":\"How long?\",\"answer\":\"30 days\"}\n", Some("faq.md"))
            .unwrap();
        assert_eq!(table, rows);
        assert_eq!(table.documents[0].1, "## How long?\n\n30 days\n\n");
        assert_eq!(table.cases[0].expect.answers, ["30 days"]);
        let bare = read(Path::new("f.csv"), "question,answer\nHow long?,30 days\n", None).unwrap();
        assert!(bare.cases[0].unreviewed && !table.cases[0].unreviewed);
        let error = read(Path::new("f.csv"), "question,reply\nx,y\n", None).unwrap_err();
        assert!(format!("{error:#}").contains("f.csv: row 1"), "{error:#}");
    }
}
