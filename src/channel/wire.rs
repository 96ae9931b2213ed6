//! What a customer may see of a conversation, in the form in which it goes over the wire. Decisions, notes, labels and
//! summaries stay inside.

use serde::Serialize;
use utoipa::ToSchema;

use crate::bus::Hint;
use crate::model::attachment;
use crate::model::decision::Mode;
use crate::model::event::{Event, Party, Recorded, Target};
use crate::model::id::{AgentId, ConversationId};
use crate::model::passage;

/// An event of the conversation in its place.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Frame {
    /// Place in the conversation, from 1; places that customers do not see are skipped. Also the SSE `id`.
    pub seq: u64,
    /// RFC 3339, UTC.
    pub at: String,
    #[serde(flatten)]
    pub event: Shown,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Shown {
    Opened,
    CustomerSaid {
        client_id: String,
        text: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<Attachment>,
    },
    /// The bot is working on an answer.
    TurnStarted {
        turn: String,
    },
    BotSaid {
        turn: String,
        text: String,
        mode: ShownMode,
        citations: Vec<Citation>,
        /// The reply offers to fetch a person.
        offers_human: bool,
    },
    /// A person has been asked to take over; sentences that were shown but not said are withdrawn.
    Escalated {
        /// What happens now, in the customer's language; empty when nothing can be promised.
        #[serde(skip_serializing_if = "String::is_empty")]
        notice: String,
    },
    /// A person has taken over; sentences that were shown but not said are withdrawn.
    Claimed {
        /// The person's name.
        #[serde(skip_serializing_if = "String::is_empty")]
        agent: String,
    },
    Released {
        /// Whether the bot answers again.
        to_bot: bool,
    },
    /// Somebody else takes over.
    Transferred {
        /// Nobody yet while it waits in the queue of another team.
        agent: Option<Person>,
    },
    AgentSaid {
        text: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        agent: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<Attachment>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        citations: Vec<Citation>,
    },
    /// The business has read everything up to this event.
    Seen {
        through: u64,
    },
    Resolved,
    Reopened,
    Rated {
        score: u8,
    },
}

/// Somebody of the business, as customers see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Person {
    /// Empty when nobody knows it.
    pub name: String,
}

/// Who phrased a reply: `model` (written by AI, each sentence verified), `quote` (words of the documents, unchanged) or
/// `fixed` (a standing text).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShownMode {
    Model,
    Quote,
    Fixed,
}

/// A place in a document that supports a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Citation {
    /// From 1 within one reply; the text refers to it as `[1]`.
    pub number: u32,
    /// Names the passage, for `GET …/passages/{chunk}`.
    pub chunk: String,
    pub title: String,
    pub source: String,
    pub heading: Vec<String>,
    pub quote: String,
}

/// A file of the conversation, for `GET …/attachments/{hash}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Attachment {
    /// SHA-256 in hex.
    pub hash: String,
    pub name: String,
    pub media_type: String,
    pub bytes: u64,
}

/// A person is typing; it has no `id`, and is over after some seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Typing {
    pub name: String,
}

/// The place of a customer who waits; it has no `id`, and the next one replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Queue {
    /// From 1.
    pub position: u32,
    /// About how long it takes, in seconds; nothing while nobody is there to answer.
    pub wait_s: Option<u32>,
    pub open_now: bool,
}

/// A verified sentence of a reply that is not said yet; it has no `id` and may be withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sentence {
    pub turn: String,
    /// From 1 within one turn.
    pub number: u32,
    pub text: String,
    pub citations: Vec<Citation>,
}

/// The person of whom an event tells the customer, by whose name they are shown.
#[must_use]
pub fn person(event: &Event) -> Option<AgentId> {
    match event {
        Event::Claimed { agent, .. }
        | Event::AgentSaid { agent, .. }
        | Event::Transferred { to: Target::Agent(agent), .. } => Some(*agent),
        _ => None,
    }
}

/// The customer's view of an event; `None` when it is none of theirs. `name` is that of its [`person`].
#[must_use]
pub fn frame(recorded: &Recorded, name: &str) -> Option<Frame> {
    let event = match &recorded.event {
        Event::Opened { .. } => Shown::Opened,
        Event::CustomerSaid { client_id, text, attachments, .. } => Shown::CustomerSaid {
            client_id: client_id.clone(),
            text: text.clone(),
            attachments: attachments.iter().map(attachment).collect(),
        },
        Event::TurnStarted { turn, .. } => Shown::TurnStarted { turn: turn.to_string() },
        Event::BotSaid { turn, text, mode, citations, offers_human } => Shown::BotSaid {
            turn: turn.to_string(),
            text: text.clone(),
            mode: match mode {
                Mode::Model => ShownMode::Model,
                Mode::Quote => ShownMode::Quote,
                Mode::Fixed => ShownMode::Fixed,
            },
            citations: citations.iter().map(citation).collect(),
            offers_human: *offers_human,
        },
        Event::Escalated { notice, .. } => Shown::Escalated { notice: notice.clone() },
        Event::Claimed { .. } => Shown::Claimed { agent: name.to_owned() },
        Event::Released { to_bot, .. } => Shown::Released { to_bot: *to_bot },
        Event::Transferred { to, .. } => {
            Shown::Transferred { agent: matches!(to, Target::Agent(_)).then(|| Person { name: name.to_owned() }) }
        }
        Event::AgentSaid { text, attachments, citations, .. } => Shown::AgentSaid {
            text: text.clone(),
            agent: name.to_owned(),
            attachments: attachments.iter().map(attachment).collect(),
            citations: citations.iter().map(citation).collect(),
        },
        Event::Seen { by: Party::Agent(_), through } => Shown::Seen { through: *through },
        Event::Resolved { .. } => Shown::Resolved,
        Event::Reopened { .. } => Shown::Reopened,
        Event::Rated { score, .. } => Shown::Rated { score: *score },
        Event::Decided { .. }
        | Event::Noted { .. }
        | Event::DraftJudged { .. }
        | Event::Summarised { .. }
        | Event::Addressed { .. }
        | Event::Recognised { .. }
        | Event::Snoozed { .. }
        | Event::Woken { .. }
        | Event::Prioritised { .. }
        | Event::Seen { .. }
        | Event::Tagged { .. }
        | Event::Delivered { .. }
        | Event::DeliveryFailed { .. }
        | Event::Imported { .. } => return None,
    };
    Some(Frame { seq: recorded.seq, at: recorded.at.rfc3339(), event })
}

/// The sentence that a hint carries for this conversation, if it carries one.
#[must_use]
pub fn sentence(hint: &Hint, conversation: ConversationId) -> Option<Sentence> {
    match hint {
        Hint::Sentence { conversation: of, turn, number, text, citations } if *of == conversation => Some(Sentence {
            turn: turn.to_string(),
            number: *number,
            text: text.clone(),
            citations: citations.iter().map(citation).collect(),
        }),
        _ => None,
    }
}

fn attachment(attachment: &attachment::Attachment) -> Attachment {
    Attachment {
        hash: attachment.hash.clone(),
        name: attachment.name.clone(),
        media_type: attachment.media_type.clone(),
        bytes: attachment.bytes,
    }
}

fn citation(citation: &passage::Citation) -> Citation {
    Citation {
        number: citation.number,
        chunk: citation.chunk.to_string(),
        title: citation.title.clone(),
        source: citation.source.clone(),
        heading: citation.heading.clone(),
        quote: citation.quote.clone(),
    }
}

impl Shown {
    /// The name under which the event travels, the same as its `type`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::CustomerSaid { .. } => "customer_said",
            Self::TurnStarted { .. } => "turn_started",
            Self::BotSaid { .. } => "bot_said",
            Self::Escalated { .. } => "escalated",
            Self::Claimed { .. } => "claimed",
            Self::Released { .. } => "released",
            Self::Transferred { .. } => "transferred",
            Self::AgentSaid { .. } => "agent_said",
            Self::Seen { .. } => "seen",
            Self::Resolved => "resolved",
            Self::Reopened => "reopened",
            Self::Rated { .. } => "rated",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::model::event::{Priority, Reason, ReasonKind, Summary};
    use crate::model::time::Timestamp;

    #[test]
    fn summaries_and_notes_stay_inside() {
        let summary = Summary { problem: "inner words".to_owned(), ..Summary::default() };
        let reason = Reason { kind: ReasonKind::Rule, rule: Some("abuse".to_owned()), priority: Priority::High };
        let escalated = Recorded {
            seq: 7,
            at: Timestamp(0),
            event: Event::Escalated { reason, summary, team: None, notice: String::new() },
        };
        let json = serde_json::to_string(&frame(&escalated, "")).unwrap();
        assert_eq!(json, r#"{"seq":7,"at":"1970-01-01T00:00:00Z","type":"escalated"}"#);
        let noted = Event::Noted { agent: clock::id(), text: "inner words".to_owned(), mentions: Vec::new() };
        assert_eq!(frame(&Recorded { seq: 8, at: Timestamp(0), event: noted }, ""), None);
    }

    #[test]
    fn who_takes_over_is_told_by_name_and_what_colleagues_wrote_is_not() {
        let of = |to| {
            let event = Event::Transferred { by: clock::id(), to, note: "inner words".to_owned() };
            serde_json::to_string(&frame(&Recorded { seq: 9, at: Timestamp(0), event }, "Li")).unwrap()
        };
        let at = r#"{"seq":9,"at":"1970-01-01T00:00:00Z","type":"transferred","agent":"#;
        assert_eq!(of(Target::Agent(clock::id())), format!("{at}{{\"name\":\"Li\"}}}}"));
        assert_eq!(of(Target::Team(clock::id())), format!("{at}null}}"));
    }

    #[test]
    fn the_name_is_the_type() {
        let escalated = Shown::Escalated { notice: String::new() };
        let transferred = Shown::Transferred { agent: None };
        for shown in
            [Shown::Opened, Shown::Released { to_bot: true }, Shown::Seen { through: 3 }, escalated, transferred]
        {
            assert_eq!(serde_json::to_value(&shown).unwrap()["type"], shown.name());
        }
    }
}
