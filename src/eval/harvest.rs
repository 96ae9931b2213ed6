//! Cases from conversations that took place: what a person answered where the bot did not is what it should have answered, and what
//! a customer praised should stay as it is. Pure; a person looks at each case before it counts.

use crate::eval::case::{Case, Cite, Context, Expect, Scripted, Turn};
use crate::eval::draft;
use crate::model::conversation::Conversation;
use crate::model::event::{Event, Recorded};
use crate::model::id::ConversationId;
use crate::model::passage::Citation;
use crate::text::identifiers::{Kind, identifiers};
use crate::text::language::detect;
use crate::text::terms::terms;

/// An agent's message of fewer words is a greeting, not an answer.
const FEWEST_WORDS: usize = 4;
/// Lines before the question that are kept.
const LOOK_BACK: usize = 6;
/// A score from which on a customer was content.
const CONTENT: u8 = 4;

/// A reply, with the conversation up to its question.
struct Replied {
    seq: u64,
    turns: Vec<Turn>,
    text: String,
    citations: Vec<Citation>,
    by_person: bool,
}

/// The cases that a conversation gives.
#[must_use]
pub fn cases(id: ConversationId, events: &[Recorded]) -> Vec<Case> {
    let Ok(conversation) = Conversation::fold(id, events) else { return Vec::new() };
    let content = conversation.escalation.is_none() && conversation.rating.is_some_and(|score| score >= CONTENT);
    replies(events)
        .into_iter()
        .filter(|replied| if replied.by_person { terms(&replied.text).len() >= FEWEST_WORDS } else { content })
        .filter_map(|replied| case(&conversation, replied))
        .collect()
}

fn replies(events: &[Recorded]) -> Vec<Replied> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut replies: Vec<Replied> = Vec::new();
    for recorded in events {
        let (text, by_person, citations) = match &recorded.event {
            Event::CustomerSaid { text, .. } => {
                match turns.last_mut() {
                    // What was written in a burst is one question.
                    Some(Turn::Customer(question)) => *question = format!("{question}\n{}", mask(text)),
                    _ => turns.push(Turn::Customer(mask(text))),
                }
                continue;
            }
            Event::BotSaid { text, citations, .. } => (text, false, citations.as_slice()),
            Event::AgentSaid { text, citations, .. } => (text, true, citations.as_slice()),
            _ => continue,
        };
        let text = mask(text);
        match turns.last_mut() {
            Some(Turn::Customer(_)) => {
                let turns = turns.clone();
                let citations = citations.to_vec();
                replies.push(Replied { seq: recorded.seq, turns, text: text.clone(), citations, by_person });
            }
            // A person takes over after the bot, or says it in several messages: together they are the answer.
            Some(Turn::Scripted(said)) => {
                said.bot = format!("{}\n{text}", said.bot);
                if let Some(last) = replies.last_mut() {
                    match (last.by_person, by_person) {
                        (true, true) => last.text = format!("{}\n{text}", last.text),
                        (false, true) => {
                            *last = Replied {
                                seq: recorded.seq,
                                turns: last.turns.clone(),
                                text,
                                citations: citations.to_vec(),
                                by_person,
                            };
                        }
                        _ => {}
                    }
                }
                continue;
            }
            None => continue,
        }
        turns.push(Turn::Scripted(Scripted { bot: text }));
    }
    replies
}

fn case(conversation: &Conversation, replied: Replied) -> Option<Case> {
    let mut turns = replied.turns;
    let mut from = turns.len().saturating_sub(LOOK_BACK);
    while matches!(turns.get(from), Some(Turn::Scripted(_))) {
        from += 1;
    }
    turns.drain(..from);
    let question = turns.last()?.text().to_owned();
    if !question.chars().any(char::is_alphabetic) {
        return None;
    }
    let mut cites: Vec<Cite> = Vec::new();
    for citation in &replied.citations {
        let cite = Cite::Document(citation.source.clone());
        if !cites.contains(&cite) {
            cites.push(cite);
        }
    }
    let facts = draft::facts(&replied.text);
    let mut tags = vec!["imported".to_owned()];
    tags.push(if replied.by_person { "agent_answer" } else { "praised" }.to_owned());
    if facts.is_empty() && cites.is_empty() {
        // Any answer would pass: the reviewer has to say what it must state.
        tags.push("needs_facts".to_owned());
    }
    let expect = Expect { facts, cites, answers: vec![replied.text], ..draft::answer() };
    Some(Case {
        id: format!("import-{}-{}", conversation.id, replied.seq),
        language: detect(&question),
        turns,
        context: Context { inbox: Some(conversation.inbox.clone()), ..Context::default() },
        expect,
        tags,
        zero_tolerance: false,
        known_failure: false,
        source: Some(format!("conversation {}", conversation.id)),
        unreviewed: true,
    })
}

/// Addresses and numbers to call are nobody's business in a file of cases.
fn mask(text: &str) -> String {
    let mut masked = text.trim().to_owned();
    for found in identifiers(&masked.clone()).into_iter().rev() {
        let mask = match found.kind {
            Kind::Email => "name@example.com".to_owned(),
            Kind::Phone => {
                masked[found.place.clone()].chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
            }
            Kind::Url | Kind::Code => continue,
        };
        masked.replace_range(found.place, &mask);
    }
    masked
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::eval::case::Fact;
    use crate::model::event::{Party, Priority, Reason, ReasonKind, Summary};
    use crate::model::id::{AgentId, CustomerId, WorkspaceId};
    use crate::model::time::Timestamp;

    fn said(text: &str, number: usize) -> Event {
        Event::CustomerSaid {
            client_id: number.to_string(),
            text: text.to_owned(),
            language: detect(text),
            attachments: Vec::new(),
        }
    }

    fn harvest(events: Vec<Event>) -> Vec<Case> {
        let opened = Event::Opened {
            workspace: WorkspaceId::DEFAULT,
            inbox: "shop".to_owned(),
            channel: "web".to_owned(),
            customer: CustomerId(Uuid::nil()),
        };
        let recorded: Vec<Recorded> = std::iter::once(opened)
            .chain(events)
            .zip(1..)
            .map(|(event, seq)| Recorded { seq, at: Timestamp(0), event })
            .collect();
        cases(ConversationId(Uuid::nil()), &recorded)
    }

    #[test]
    fn what_an_agent_answered_is_what_was_expected_and_a_person_must_look() {
        let agent = AgentId(Uuid::from_u128(1));
        let reply = |text: &str, number: usize| Event::AgentSaid {
            agent,
            client_id: format!("a{number}"),
            text: text.to_owned(),
            attachments: Vec::new(),
            citations: Vec::new(),
        };
        let reason = Reason { kind: ReasonKind::NoEvidence, rule: None, priority: Priority::Normal };
        let cases = harvest(vec![
            said("Can I send opened shoes back?", 1),
            said("My mail is lin@shop.example", 2),
            Event::Escalated { reason, summary: Summary::default(), team: None, notice: String::new() },
            Event::Claimed { agent, routed: false },
            reply("Hello!", 1),
            reply("Yes, you can send them back within 30 days of delivery.", 2),
            said("Thanks", 3),
            reply("Bye", 3),
            Event::Resolved { by: Party::Agent(agent) },
        ]);
        assert_eq!(cases.len(), 1, "a greeting is no answer: {cases:#?}");
        let case = &cases[0];
        assert_eq!(case.question(), "Can I send opened shoes back?\nMy mail is name@example.com");
        assert!(matches!(&case.expect.facts[..], [Fact::Quantity(measured)] if measured.quantity.contains("30")));
        assert!(case.unreviewed && case.is_tagged("agent_answer") && case.complaints().is_empty());
        assert!(harvest(vec![said("Hello", 1)]).is_empty());
    }
}
