//! Intent lists, as comma-separated text with `text` and `intent`: what customers write, and what they want.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::eval::case::Case;
use crate::eval::import::case;
use crate::model::decision::Action;

#[derive(Debug, Deserialize)]
struct Row {
    #[serde(default)]
    id: Option<String>,
    text: String,
    intent: String,
}

/// Each row becomes a case, tagged with its intent. Those of `human` must go to people, those of `out_of_scope` must not be answered,
/// all others must; what a right answer says is for a person to add, so that these are drafts.
///
/// # Errors
/// A row is not of this form.
pub fn read(text: &[u8], human: &BTreeSet<String>, out_of_scope: &BTreeSet<String>) -> Result<Vec<Case>> {
    let rows = csv::Reader::from_reader(text).into_deserialize::<Row>().zip(1..);
    rows.map(|(row, number)| {
        let row = row.with_context(|| format!("row {number}"))?;
        let decision = match (human.contains(&row.intent), out_of_scope.contains(&row.intent)) {
            (true, _) => Action::Escalate,
            (_, true) => Action::Offer,
            _ => Action::Answer,
        };
        let mut made = case(&row.id.unwrap_or_else(|| format!("intent-{number:05}")), &row.text, decision);
        made.expect.accept = match decision {
            Action::Escalate => vec![Action::Offer],
            Action::Offer => vec![Action::Escalate, Action::Reply],
            _ => Vec::new(),
        };
        made.tags.push(row.intent);
        made.unreviewed = made.takes_any_answer();
        Ok(made)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intents_decide_what_is_expected() {
        let text = b"text,intent\nTalk to a person,human\n\"Sing, please\",oos\nWhere is my card?,card_arrival\n";
        let set = |name: &str| BTreeSet::from([name.to_owned()]);
        let cases = read(text, &set("human"), &set("oos")).unwrap();
        let decisions: Vec<Action> = cases.iter().map(|case| case.expect.decision).collect();
        assert_eq!(decisions, [Action::Escalate, Action::Offer, Action::Answer]);
        assert_eq!(cases.iter().map(|case| case.unreviewed).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(
            (cases[1].question(), cases[2].tags.as_slice()),
            ("Sing, please", ["card_arrival".to_owned()].as_slice())
        );
        assert!(read(b"a,b\n1,2\n", &set("x"), &set("y")).is_err());
    }
}
