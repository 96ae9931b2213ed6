//! SQuAD's form (Rajpurkar et al. 2018, ACL), also of CMRC and XQuAD: paragraphs with questions, some of them without an answer.

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::eval::import::{Imported, answerable, case, file_name};
use crate::model::decision::Action;

#[derive(Debug, Deserialize)]
struct File {
    data: Vec<Article>,
}

#[derive(Debug, Deserialize)]
struct Article {
    #[serde(default)]
    title: String,
    paragraphs: Vec<Paragraph>,
}

#[derive(Debug, Deserialize)]
struct Paragraph {
    context: String,
    qas: Vec<Asked>,
}

#[derive(Debug, Deserialize)]
struct Asked {
    id: String,
    question: String,
    #[serde(default)]
    answers: Vec<Answer>,
    #[serde(default)]
    is_impossible: bool,
}

#[derive(Debug, Deserialize)]
struct Answer {
    text: String,
}

/// An article becomes a document, a question a case; what is impossible must be offered to a person.
///
/// # Errors
/// The text is not of this form.
pub fn read(text: &str) -> Result<Imported> {
    let file: File = serde_json::from_str(text).context("this is not SQuAD's form")?;
    let mut imported = Imported::default();
    for (number, article) in file.data.iter().enumerate() {
        let title = article.title.replace('_', " ");
        let name = file_name(&format!("{number:04}-{title}"), "md");
        let paragraphs: Vec<&str> = article.paragraphs.iter().map(|paragraph| paragraph.context.trim()).collect();
        let heading = if title.is_empty() { String::new() } else { format!("# {title}\n\n") };
        imported.documents.push((name.clone(), format!("{heading}{}\n", paragraphs.join("\n\n"))));
        for asked in article.paragraphs.iter().flat_map(|paragraph| &paragraph.qas) {
            let answers: Vec<String> = asked.answers.iter().map(|answer| answer.text.clone()).collect();
            let impossible = asked.is_impossible || answers.is_empty();
            let mut made = if impossible {
                case(&asked.id, &asked.question, Action::Offer)
            } else {
                answerable(&asked.id, &asked.question, &answers, Some(&name))
            };
            if impossible {
                made.expect.accept = vec![Action::Escalate];
            }
            made.tags.push(if impossible { "unanswerable" } else { "answerable" }.to_owned());
            imported.cases.push(made);
        }
    }
    Ok(imported)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_impossible_is_offered_to_a_person() {
        let text = r#"{"data":[{"title":"Gift_cards","paragraphs":[{"context":"Valid for 36 months.","qas":[
            {"id":"1","question":"How long?","answers":[{"text":"36 months","answer_start":10}]},
            {"id":"2","question":"Who made them?","answers":[],"is_impossible":true}]}]}]}"#;
        let imported = read(text).unwrap();
        assert_eq!(imported.documents[0].0, "0000-Gift-cards.md");
        let decisions: Vec<Action> = imported.cases.iter().map(|case| case.expect.decision).collect();
        assert_eq!(decisions, [Action::Answer, Action::Offer]);
        assert!(imported.cases.iter().all(|case| case.complaints().is_empty()));
        assert!(read("[]").is_err());
    }
}
