//! The one door in: what a channel received becomes an event, once. It does not read what a message means.

use std::sync::Arc;

use crate::clock;
use crate::journal::{AppendError, Journal};
use crate::model::attachment::Attachment;
use crate::model::conversation::{Conversation, Forbidden, Owner, Status};
use crate::model::event::{Event, Party};
use crate::model::id::{AgentId, ConversationId, CustomerId, WorkspaceId};
use crate::model::time::Timestamp;
use crate::store;
use crate::text::language::{self, Language};

/// Longest message in characters; longer ones are refused, not cut, so that nobody is misunderstood.
const LONGEST: usize = 8_000;
/// Longest client id in bytes.
const LONGEST_ID: usize = 200;
/// Appends that may be overtaken by others before we give up. Each try loses only to somebody else's success.
const TRIES: usize = 64;

/// A cheap handle to the door.
#[derive(Clone, Debug)]
pub struct Inbox {
    journal: Journal,
}

/// A conversation that begins.
#[derive(Clone, Debug)]
pub struct Opening {
    pub workspace: WorkspaceId,
    pub inbox: String,
    pub channel: String,
    pub customer: CustomerId,
}

/// A message as a channel understood it.
#[derive(Clone, Debug)]
pub struct Inbound {
    pub conversation: ConversationId,
    /// Chosen by the sender; the same one again is the same message.
    pub client_id: String,
    /// May be empty when there are attachments.
    pub text: String,
    pub attachments: Vec<Attachment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Seq of the message.
    pub seq: u64,
    /// The message was there before.
    pub repeated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("there is no such conversation")]
    NoSuchConversation,
    #[error("the message is empty")]
    Empty,
    #[error("the message is longer than {LONGEST} characters")]
    TooLong,
    #[error("the client id is missing or longer than {LONGEST_ID} bytes")]
    BadClientId,
    /// Very many others wrote at the same moment; sending again is safe.
    #[error("the conversation is too busy")]
    Busy,
    #[error("the conversation does not allow it: {0}")]
    Forbidden(Forbidden),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Inbox {
    #[must_use]
    pub fn new(journal: Journal) -> Self {
        Self { journal }
    }

    /// Opens a conversation.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn open(&self, opening: Opening, now: Timestamp) -> Result<ConversationId, Error> {
        self.open_in(opening, Language::default(), now).await
    }

    /// Opens a conversation on a page of this language.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn open_in(&self, opening: Opening, language: Language, now: Timestamp) -> Result<ConversationId, Error> {
        let id = clock::id();
        let mut events = vec![Event::Opened {
            workspace: opening.workspace,
            inbox: opening.inbox,
            channel: opening.channel,
            customer: opening.customer,
        }];
        if language != Language::default() {
            events.push(Event::Addressed { language });
        }
        match self.journal.append(&Conversation::unborn(id), events, now).await {
            Ok(_) => Ok(id),
            // A fresh id that is taken belongs to somebody else.
            Err(AppendError::Conflict { .. }) => Err(Error::Busy),
            Err(AppendError::Forbidden(forbidden)) => Err(Error::Forbidden(forbidden)),
            Err(AppendError::Store(error)) => Err(Error::Store(error)),
        }
    }

    /// Takes a message in, once for each client id. A resolved conversation opens again. It is in the journal, on the disk,
    /// when this returns.
    ///
    /// # Errors
    /// When the message cannot be taken; sending it again with the same client id is safe after each of them.
    pub async fn accept(&self, inbound: Inbound, now: Timestamp) -> Result<Accepted, Error> {
        self.take_in(inbound, None, now).await
    }

    /// The same, and a conversation that this agent had when it was resolved is theirs again.
    ///
    /// # Errors
    /// As [`Inbox::accept`].
    pub async fn accept_back(&self, inbound: Inbound, agent: AgentId, now: Timestamp) -> Result<Accepted, Error> {
        self.take_in(inbound, Some(agent), now).await
    }

    async fn take_in(&self, inbound: Inbound, agent: Option<AgentId>, now: Timestamp) -> Result<Accepted, Error> {
        let text = match clean(&inbound.text) {
            Err(Error::Empty) if !inbound.attachments.is_empty() => String::new(),
            text => text?,
        };
        if inbound.client_id.is_empty() || inbound.client_id.len() > LONGEST_ID {
            return Err(Error::BadClientId);
        }
        for attempt in 0..TRIES {
            // What this process remembers is nearly always the present; where it is not, the append is refused.
            let before = match attempt {
                0 => self.journal.recall(inbound.conversation).await?,
                _ => self.journal.load(inbound.conversation).await?,
            };
            let Some(before) = before else {
                return Err(Error::NoSuchConversation);
            };
            if let Some(message) = before.sent_as(Party::Customer, &inbound.client_id) {
                return Ok(Accepted { seq: message.seq, repeated: true });
            }
            // An order number or a thumb does not change the language of a conversation.
            let language = match language::is_telling(&text) || before.messages.is_empty() {
                true => language::detect(&text),
                false => before.language,
            };
            let said = Event::CustomerSaid {
                client_id: inbound.client_id.clone(),
                text: text.clone(),
                language,
                attachments: inbound.attachments.clone(),
            };
            let events = match before.status {
                Status::Resolved => {
                    let had = agent.filter(|agent| before.owner == Owner::Agent(*agent));
                    let back = had.map(|agent| Event::Claimed { agent, routed: true });
                    [Some(Event::Reopened { by: Party::Customer }), back, Some(said)].into_iter().flatten().collect()
                }
                Status::Unborn | Status::Open => vec![said],
            };
            match self.journal.append(&before, events, now).await {
                Ok(after) => return Ok(Accepted { seq: after.seq, repeated: false }),
                Err(AppendError::Conflict { .. }) => {}
                Err(AppendError::Forbidden(Forbidden::Repeated { seq })) => {
                    return Ok(Accepted { seq, repeated: true });
                }
                Err(AppendError::Forbidden(forbidden)) => return Err(Error::Forbidden(forbidden)),
                Err(AppendError::Store(error)) => return Err(Error::Store(error)),
            }
        }
        Err(Error::Busy)
    }

    /// Appends what `decide` makes of the conversation as it is, again when somebody else was faster, and returns what it is
    /// then. When there is nothing to append, nothing is appended.
    ///
    /// # Errors
    /// When there is no such conversation, an event is not allowed, or the store cannot be used.
    pub async fn record(
        &self,
        id: ConversationId,
        now: Timestamp,
        decide: impl Fn(&Conversation) -> Vec<Event> + Send,
    ) -> Result<Arc<Conversation>, Error> {
        for _ in 0..TRIES {
            let before = self.journal.load(id).await?.ok_or(Error::NoSuchConversation)?;
            let events = decide(&before);
            if events.is_empty() {
                return Ok(before);
            }
            match self.journal.append(&before, events, now).await {
                Ok(after) => return Ok(after),
                Err(AppendError::Conflict { .. }) => {}
                Err(AppendError::Forbidden(forbidden)) => return Err(Error::Forbidden(forbidden)),
                Err(AppendError::Store(error)) => return Err(Error::Store(error)),
            }
        }
        Err(Error::Busy)
    }
}

/// The text without control characters and surrounding space; line breaks and tabs stay. Characters that turn the direction
/// of what follows go too, because they can make an agent read something else than what was sent.
///
/// # Errors
/// [`Error::Empty`], [`Error::TooLong`].
pub fn clean(text: &str) -> Result<String, Error> {
    let kept = |c: &char| {
        let turns = matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        !turns && (!c.is_control() || matches!(c, '\n' | '\t'))
    };
    let text: String = text.chars().filter(kept).collect();
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::Empty);
    }
    if text.chars().count() > LONGEST {
        return Err(Error::TooLong);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_cleaned_but_never_cut() {
        assert_eq!(clean(" a\u{0}\r\nb\t\u{202E}c\u{7} "), Ok("a\nb\tc".to_owned()));
        assert_eq!(clean("\u{0} \n"), Err(Error::Empty));
        assert_eq!(clean(&"退".repeat(LONGEST)).map(|text| text.chars().count()), Ok(LONGEST));
        assert_eq!(clean(&"退".repeat(LONGEST + 1)), Err(Error::TooLong));
    }
}
