//! Old conversations, as JSON lines `{id?, messages: [{role, text}]}` (also `content`, as chat models write it).

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;

use crate::eval::case::{Case, Scripted, Turn};
use crate::eval::import::{case, lines};
use crate::model::decision::Action;

/// Lines of a customer that are carried along at most.
const LONGEST: usize = 12;

#[derive(Debug, Deserialize)]
struct Conversation {
    #[serde(default)]
    id: Option<String>,
    messages: Vec<Message>,
}

#[derive(Debug, Deserialize)]
struct Message {
    #[serde(alias = "from")]
    role: Role,
    #[serde(alias = "content")]
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    #[serde(alias = "user")]
    Customer,
    #[serde(alias = "assistant")]
    Bot,
    #[serde(alias = "human")]
    Agent,
    System,
}

/// Each answer of a person becomes a case: what was said before is played as it was, and the person's answer is the reference. They are
/// drafts: whether the documents hold the answer is for a person to say.
///
/// # Errors
/// A line is not of this form.
pub fn read(path: &Path, text: &str) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (conversation, number) in lines::<Conversation>(path, text)?.into_iter().zip(1..) {
        let id = conversation.id.unwrap_or_else(|| format!("log-{number:05}"));
        let mut turns: Vec<Turn> = Vec::new();
        for (message, place) in
            conversation.messages.iter().zip(1..).filter(|(message, _)| !message.text.trim().is_empty())
        {
            match message.role {
                Role::Customer => turns.push(Turn::Customer(message.text.trim().to_owned())),
                Role::System => {}
                Role::Bot | Role::Agent => {
                    let Some(Turn::Customer(question)) = turns.last() else { continue };
                    if message.role == Role::Agent {
                        let mut made = case(&format!("{id}-{place}"), question, Action::Answer);
                        made.turns = turns[turns.len().saturating_sub(LONGEST)..].to_vec();
                        if matches!(made.turns.first(), Some(Turn::Scripted(_))) {
                            made.turns.remove(0);
                        }
                        made.expect.answers = vec![message.text.trim().to_owned()];
                        (made.tags, made.unreviewed) = (vec!["log".to_owned()], true);
                        made.source = Some(format!("conversation {id}, message {place}"));
                        cases.push(made);
                    }
                    turns.push(Turn::Scripted(Scripted { bot: message.text.trim().to_owned() }));
                }
            }
        }
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_answered_becomes_a_draft() {
        let text = r#"{"id":"c1","messages":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hi!"},
            {"from":"customer","text":"How long?"},{"from":"agent","text":"30 days."},{"role":"agent","text":"Anything else?"}]}"#;
        let cases = read(Path::new("l.jsonl"), &text.replace('\n', " ")).unwrap();
        assert_eq!(cases.len(), 1);
        assert_eq!((cases[0].id.as_str(), cases[0].question(), cases[0].turns.len()), ("c1-4", "How long?", 3));
        assert_eq!(cases[0].expect.answers, ["30 days."]);
        assert!(cases[0].unreviewed && cases[0].complaints().is_empty());
    }
}
