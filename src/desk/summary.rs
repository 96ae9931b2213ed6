//! What an agent needs at one glance, read off the log. Pure; no model is asked.

use super::mood::mood;
use crate::model::conversation::Conversation;
use crate::model::event::{Party, Summary};
use crate::model::passage::Citation;
use crate::text::identifiers::identifiers;
use crate::text::quantities::quantities;
use crate::text::quantities::quantity::Unit;
use crate::text::sentences::sentences;

/// Characters of the problem, of an open question and of each thing that was tried.
pub const LONGEST: usize = 300;
pub const FACTS: usize = 12;
pub const TRIED: usize = 5;

/// Reads the summary off a conversation. `citations` are the bot's in the turn that escalates.
#[must_use]
pub fn from_log(conversation: &Conversation, citations: &[Citation]) -> Summary {
    let said = |party: Party| conversation.messages.iter().filter(move |message| message.from == party);
    let customer: Vec<&str> = said(Party::Customer).map(|message| message.text.trim()).collect();
    let open: Vec<&str> = said(Party::Customer)
        .filter(|message| message.seq > conversation.answered_through)
        .map(|message| message.text.trim())
        .collect();
    let problem = customer.iter().find(|text| tells(text)).or(customer.first()).copied().unwrap_or_default();
    let tried = said(Party::Bot)
        .filter(|reply| !reply.citations.is_empty())
        .map(|reply| shorten(&reply.text))
        .collect::<Vec<_>>();
    let mut facts = Vec::new();
    for text in &customer {
        for fact in facts_of(text) {
            if facts.len() < FACTS && !facts.contains(&fact) {
                facts.push(fact);
            }
        }
    }
    let mut cited: Vec<Citation> = citations.to_vec();
    for earlier in said(Party::Bot).flat_map(|reply| &reply.citations) {
        if !cited.iter().any(|known| known.chunk == earlier.chunk && known.start == earlier.start) {
            cited.push(Citation { number: u32::try_from(cited.len() + 1).unwrap_or(u32::MAX), ..earlier.clone() });
        }
    }
    Summary {
        problem: shorten(problem),
        tried: tried[tried.len().saturating_sub(TRIED)..].to_vec(),
        facts,
        open_question: shorten(&question_of(&open).unwrap_or_default()),
        citations: cited,
        mood: mood(&customer),
        by_model: false,
        ..Summary::default()
    }
}

/// Order numbers, addresses, codes, amounts and dates, in the customer's words.
fn facts_of(text: &str) -> Vec<String> {
    let mut places: Vec<_> = identifiers(text).into_iter().map(|identifier| identifier.place).collect();
    let telling = |unit: Unit| matches!(unit, Unit::Usd | Unit::Cny | Unit::Eur | Unit::Gbp | Unit::Hkd | Unit::Date);
    places
        .extend(quantities(text).into_iter().filter(|quantity| telling(quantity.unit)).map(|quantity| quantity.place));
    places.sort_by_key(|place| place.start);
    places.into_iter().map(|place| text[place].trim().to_owned()).collect()
}

/// Whether a message says more than hello.
fn tells(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphanumeric()).count() >= 8
}

/// The last message that asks, or else the last one.
fn question_of(open: &[&str]) -> Option<String> {
    let asks = |text: &&&str| text.contains(['?', '？']) || text.ends_with(['吗', '呢']);
    let message = open.iter().rev().find(asks).or(open.last())?;
    let parts: Vec<&str> = sentences(message).into_iter().map(|place| &message[place]).collect();
    let question = parts.iter().rev().find(|part| part.contains(['?', '？']));
    Some(question.map_or_else(|| (*message).to_owned(), |part| (*part).to_owned()))
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(std::iter::once('…')).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::event::{Event, Mood, Recorded};
    use crate::model::id::{ConversationId, CustomerId, WorkspaceId};
    use crate::model::time::Timestamp;
    use crate::text::language::Language;

    fn conversation(messages: &[&str]) -> Conversation {
        let customer = CustomerId(Uuid::nil());
        let opened = Event::Opened {
            workspace: WorkspaceId::DEFAULT,
            inbox: String::new(),
            channel: "web".to_owned(),
            customer,
        };
        let said = messages.iter().enumerate().map(|(at, text)| Event::CustomerSaid {
            client_id: at.to_string(),
            text: (*text).to_owned(),
            language: Language::En,
            attachments: Vec::new(),
        });
        let events: Vec<Recorded> = std::iter::once(opened)
            .chain(said)
            .zip(1..)
            .map(|(event, seq)| Recorded { seq, at: Timestamp(0), event })
            .collect();
        Conversation::fold(ConversationId(Uuid::nil()), &events).unwrap()
    }

    #[test]
    fn the_problem_the_facts_and_the_open_question_are_read_off() {
        let summary = from_log(
            &conversation(&[
                "hi",
                "My tent from order 20260412-7781 arrived broken on 12 March. I paid 1,299 yuan.",
                "You can write to anna@example.com. When do I get my money back?",
            ]),
            &[],
        );
        assert_eq!(summary.problem, "My tent from order 20260412-7781 arrived broken on 12 March. I paid 1,299 yuan.");
        assert_eq!(summary.facts, ["20260412-7781", "12 March", "1,299 yuan", "anna@example.com"]);
        assert_eq!(summary.open_question, "When do I get my money back?");
        assert_eq!(summary.mood, Mood::Unhappy);
        assert!(!summary.by_model && summary.tried.is_empty());
    }

    #[test]
    fn chinese_facts_are_read_too() {
        let summary = from_log(&conversation(&["订单20260301-1002在3月5日下单，付了￥299，还没收到，怎么办？"]), &[]);
        assert_eq!(summary.facts, ["20260301-1002", "3月5日", "￥299"]);
    }
}
