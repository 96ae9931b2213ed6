//! Conversations that nobody had, or had differently: what a draft and a playground ask the production path. Pure.

use std::sync::Arc;

use crate::dialogue::policy::{self, Policy, Said};
use crate::model::conversation::{Conversation, Message, Owner, Status};
use crate::model::event::{Event, Party, Recorded};
use crate::model::id::{ConversationId, CustomerId, WorkspaceId};
use crate::model::time::Timestamp;
use crate::text::language;

/// Messages of the customer that are looked at for one that asks something.
const LOOK_BACK: usize = 10;

/// The conversation as it was when the customer last asked something, with that question open. What a rule answers (a wish for a
/// person, thanks) asks nothing of the documents. An instruction of the agent is asked in its place, with all that was said
/// before it.
#[must_use]
pub fn open(conversation: &Conversation, policy: &Policy, instruction: Option<&str>) -> Option<Conversation> {
    let said = |message: &&Arc<Message>| message.from == Party::Customer && !message.text.trim().is_empty();
    let asks = |message: &&Arc<Message>| {
        let said = Said { question: &message.text, before: &[], offered: false };
        policy::before(policy, said).is_none()
    };
    let recent = || conversation.messages.iter().rev().filter(said).take(LOOK_BACK);
    let asked = recent().find(asks).or_else(|| recent().next())?.seq;
    let mut open = conversation.clone();
    open.messages.retain(|message| message.seq <= asked);
    open.answered_through = asked - 1;
    open.status = Status::Open;
    open.owner = Owner::Bot;
    if let Some(instruction) = instruction.map(str::trim).filter(|instruction| !instruction.is_empty()) {
        let last = (**open.messages.last()?).clone();
        let told = Message { seq: asked + 1, text: instruction.to_owned(), client_id: None, ..last };
        open.messages.push(Arc::new(told));
        open.answered_through = asked;
    }
    Some(open)
}

/// A conversation that consists of one question.
#[must_use]
pub fn of_question(id: ConversationId, workspace: WorkspaceId, question: &str, now: Timestamp) -> Conversation {
    let opened =
        Event::Opened { workspace, inbox: String::new(), channel: "playground".to_owned(), customer: CustomerId(id.0) };
    let said = Event::CustomerSaid {
        client_id: "1".to_owned(),
        text: question.to_owned(),
        language: language::detect(question),
        attachments: Vec::new(),
    };
    let events = [opened, said].into_iter().zip(1..).map(|(event, seq)| Recorded { seq, at: now, event });
    Conversation::fold(id, &events.collect::<Vec<_>>()).expect("a conversation may begin with a question")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn conversation(messages: &[(Party, &str)]) -> Conversation {
        let mut conversation =
            of_question(ConversationId(Uuid::nil()), WorkspaceId::DEFAULT, messages[0].1, Timestamp(0));
        for (from, text) in &messages[1..] {
            let (seq, last) = (conversation.seq + 1, (*conversation.messages[0]).clone());
            conversation.messages.push(Arc::new(Message { seq, from: *from, text: (*text).to_owned(), ..last }));
            conversation.seq = seq;
        }
        conversation.answered_through = conversation.seq;
        conversation
    }

    #[test]
    fn the_last_question_is_opened_again() {
        let talk = conversation(&[
            (Party::Customer, "How long is a gift card valid?"),
            (Party::Bot, "I can't find that."),
            (Party::Customer, "I want to speak to a human"),
            (Party::Bot, "I'm passing you to a person."),
        ]);
        let policy = policy::built_in();
        let open = super::open(&talk, &policy, None).unwrap();
        assert_eq!(open.messages.len(), 1, "what a rule answers is no question to the documents");
        assert_eq!((open.answered_through, open.awaits_bot()), (1, Some(2)));
        let told = super::open(&talk, &policy, Some(" And if it was lost? ")).unwrap();
        assert_eq!((told.messages.last().unwrap().text.as_str(), told.answered_through), ("And if it was lost?", 2));
        let only_wish = conversation(&[(Party::Customer, "I want to speak to a human")]);
        assert_eq!(super::open(&only_wish, &policy, None).unwrap().messages.len(), 1);
        let mut silent = talk.clone();
        silent.messages.clear();
        assert!(super::open(&silent, &policy, None).is_none());
    }
}
