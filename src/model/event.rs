//! What can happen in a conversation. The set is closed; on disk names are `snake_case` and fields are only ever added.

use serde::{Deserialize, Serialize};

use crate::model::attachment::Attachment;
use crate::model::decision::{Decision, Mode};
use crate::model::id::{AgentId, CustomerId, TeamId, TurnId, WorkspaceId};
use crate::model::passage::Citation;
use crate::model::time::Timestamp;
use crate::text::language::Language;

/// An event in its place. `seq` counts from 1 without gaps within a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    pub seq: u64,
    pub at: Timestamp,
    #[serde(flatten)]
    pub event: Event,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    Opened {
        workspace: WorkspaceId,
        inbox: String,
        channel: String,
        customer: CustomerId,
    },
    /// The page on which the customer came in speaks this language; it is theirs until they write.
    Addressed {
        language: Language,
    },
    /// The customer is somebody whom the business had met before: the conversation is theirs from now on.
    Recognised {
        customer: CustomerId,
    },
    CustomerSaid {
        /// Chosen by the sender; a second message with the same one is the same message.
        client_id: String,
        text: String,
        language: Language,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<Attachment>,
    },
    TurnStarted {
        turn: TurnId,
        /// The last message (by seq) that this turn answers.
        through: u64,
    },
    Decided {
        decision: Box<Decision>,
    },
    BotSaid {
        turn: TurnId,
        text: String,
        mode: Mode,
        #[serde(default)]
        citations: Vec<Citation>,
        /// True when the reply offers to fetch a person.
        #[serde(default)]
        offers_human: bool,
    },
    Escalated {
        reason: Reason,
        summary: Summary,
        /// The team that should take it, when routing knows one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<TeamId>,
        /// What the customer was told about what happens now; empty when nothing was.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        notice: String,
    },
    /// A better summary of a handover than the log gave at once.
    Summarised {
        /// Seq of the handover.
        of: u64,
        summary: Box<Summary>,
    },
    Claimed {
        agent: AgentId,
        /// Given by routing rather than taken by hand.
        #[serde(default)]
        routed: bool,
    },
    Released {
        agent: AgentId,
        /// Where it goes: back to the bot, or to the queue.
        to_bot: bool,
        /// The agent vanished, and the house took the conversation back.
        #[serde(default)]
        vanished: bool,
        /// Routing had given it to the agent, their first answer did not come, and the house took it back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unanswered: bool,
    },
    /// The owner (or a supervisor, while it waits) gives it to a team's queue or straight to another agent.
    Transferred {
        by: AgentId,
        to: Target,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// Set aside until a time, or until the customer writes.
    Snoozed {
        by: AgentId,
        until: Timestamp,
    },
    /// A snooze ended before the customer wrote.
    Woken {
        by: Party,
    },
    Prioritised {
        by: AgentId,
        priority: Priority,
    },
    AgentSaid {
        agent: AgentId,
        client_id: String,
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<Attachment>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        citations: Vec<Citation>,
    },
    /// What an agent did with a draft of the bot: the labels that calibration learns from.
    DraftJudged {
        agent: AgentId,
        outcome: DraftOutcome,
        draft: String,
    },
    Noted {
        agent: AgentId,
        text: String,
        /// Colleagues who should look at it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<AgentId>,
    },
    /// A side has read everything up to a message.
    Seen {
        by: Party,
        through: u64,
    },
    Tagged {
        label: String,
        removed: bool,
    },
    Resolved {
        by: Party,
    },
    Reopened {
        by: Party,
    },
    Rated {
        /// 1 (bad) to 5 (good).
        score: u8,
        comment: String,
    },
    Delivered {
        /// Seq of the message that reached the customer.
        message: u64,
    },
    DeliveryFailed {
        message: u64,
        why: String,
    },
    Imported {
        source: String,
    },
}

impl Event {
    /// The event's name, as it stands on disk and on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Addressed { .. } => "addressed",
            Self::Recognised { .. } => "recognised",
            Self::CustomerSaid { .. } => "customer_said",
            Self::TurnStarted { .. } => "turn_started",
            Self::Decided { .. } => "decided",
            Self::BotSaid { .. } => "bot_said",
            Self::Escalated { .. } => "escalated",
            Self::Summarised { .. } => "summarised",
            Self::Claimed { .. } => "claimed",
            Self::Released { .. } => "released",
            Self::Transferred { .. } => "transferred",
            Self::Snoozed { .. } => "snoozed",
            Self::Woken { .. } => "woken",
            Self::Prioritised { .. } => "prioritised",
            Self::AgentSaid { .. } => "agent_said",
            Self::DraftJudged { .. } => "draft_judged",
            Self::Noted { .. } => "noted",
            Self::Seen { .. } => "seen",
            Self::Tagged { .. } => "tagged",
            Self::Resolved { .. } => "resolved",
            Self::Reopened { .. } => "reopened",
            Self::Rated { .. } => "rated",
            Self::Delivered { .. } => "delivered",
            Self::DeliveryFailed { .. } => "delivery_failed",
            Self::Imported { .. } => "imported",
        }
    }
}

/// Who acts or speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    Customer,
    Bot,
    Agent(AgentId),
    /// The house itself, for example a time limit.
    System,
}

/// Where a transfer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Team(TeamId),
    Agent(AgentId),
}

/// How a draft fared with the agent who asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftOutcome {
    Accepted,
    Edited,
    Rejected,
}

/// Why the bot gave a conversation to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub kind: ReasonKind,
    /// The policy rule, when one decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    pub priority: Priority,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// The customer asked for a person.
    Asked,
    /// A rule of the policy says that people handle this.
    Rule,
    /// The documents do not answer the question.
    NoEvidence,
    /// The model and its fallbacks failed and quoting was no help.
    Fault,
}

impl ReasonKind {
    /// The name on disk and on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Rule => "rule",
            Self::NoEvidence => "no_evidence",
            Self::Fault => "fault",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

/// What an agent needs at one glance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The customer's problem in their words.
    pub problem: String,
    /// What the bot already answered.
    pub tried: Vec<String>,
    /// Facts that the customer gave: order numbers, dates, amounts.
    pub facts: Vec<String>,
    /// The question that is still open.
    pub open_question: String,
    pub citations: Vec<Citation>,
    #[serde(default)]
    pub mood: Mood,
    /// A reply that the agent may send after reading it; empty when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub proposed_reply: String,
    /// True when a language model wrote it, false when it was read off the log.
    pub by_model: bool,
}

/// How the customer sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    #[default]
    Calm,
    Unhappy,
    Angry,
}
