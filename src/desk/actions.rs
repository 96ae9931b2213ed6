//! What a person may do to a conversation as it is, and which events that becomes. Pure: the append that follows is
//! conditional, so what was decided here on an old state is decided again on the new one.

use crate::model::attachment::Attachment;
use crate::model::conversation::{Conversation, Owner, Status};
use crate::model::event::{DraftOutcome, Event, Party, Priority, Target};
use crate::model::id::AgentId;
use crate::model::passage::Citation;
use crate::model::time::Timestamp;

/// Labels of one conversation.
const LABELS: usize = 30;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    pub agent: AgentId,
    /// May take from others what they hold.
    pub supervises: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Claim,
    Release { to_bot: bool },
    Transfer { to: Target, note: String },
    Snooze { until: Timestamp },
    Wake,
    Resolve,
    Reopen,
    Prioritise(Priority),
    Label { add: Vec<String>, remove: Vec<String> },
    Say(Saying),
    Note { text: String, mentions: Vec<AgentId> },
    Seen { through: u64 },
    JudgeDraft { outcome: DraftOutcome, draft: String },
}

/// A reply to the customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Saying {
    /// Chosen by the console; the same one again is the same message.
    pub client_id: String,
    pub text: String,
    pub attachments: Vec<Attachment>,
    pub citations: Vec<Citation>,
    /// The last event that the writer had on the screen; when the customer wrote after it, the reply waits.
    pub expected: Option<u64>,
}

/// Why it cannot be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("an agent owns the conversation")]
    Taken { by: AgentId },
    #[error("the conversation is in another state")]
    Conflict,
    #[error("the customer wrote in the meantime")]
    MovedOn,
    #[error("the message is already there as event {seq}")]
    Repeated { seq: u64 },
    #[error("a conversation has {LABELS} labels at most")]
    TooManyLabels,
}

/// The events that do it; none when it is so already.
///
/// # Errors
/// [`Refusal`].
pub fn decide(conversation: &Conversation, actor: Actor, action: &Action) -> Result<Vec<Event>, Refusal> {
    let agent = actor.agent;
    let open = conversation.status == Status::Open;
    let holder = match conversation.owner {
        Owner::Agent(holder) => Some(holder),
        Owner::Bot | Owner::Queue => None,
    };
    let mine = holder == Some(agent);
    let claimed = Event::Claimed { agent, routed: false };
    // What it takes to be the owner of an open conversation.
    let own = |events: &mut Vec<Event>| match holder {
        _ if !open => events.extend([Event::Reopened { by: Party::Agent(agent) }, claimed.clone()]),
        None => events.push(claimed.clone()),
        Some(_) => {}
    };
    let others = holder.filter(|holder| open && *holder != agent);
    let refuse_others = || match others {
        Some(by) if !actor.supervises => Err(Refusal::Taken { by }),
        _ => Ok(()),
    };
    let only_open = || if open { Ok(()) } else { Err(Refusal::Conflict) };
    let mut events = Vec::new();
    match action {
        Action::Claim => match others {
            Some(by) => return Err(Refusal::Taken { by }),
            None => own(&mut events),
        },
        Action::Release { to_bot } => {
            only_open()?;
            refuse_others()?;
            let there = if *to_bot { Owner::Bot } else { Owner::Queue };
            if conversation.owner != there {
                own(&mut events);
                let agent = holder.unwrap_or(agent);
                events.push(Event::Released { agent, to_bot: *to_bot, vanished: false, unanswered: false });
            }
        }
        Action::Transfer { to, note } => {
            only_open()?;
            refuse_others()?;
            if holder.is_some_and(|holder| *to == Target::Agent(holder)) {
                return Ok(events);
            }
            match others {
                // A supervisor passes on what somebody else holds.
                Some(agent) => {
                    events.push(Event::Released { agent, to_bot: false, vanished: false, unanswered: false });
                }
                None if conversation.owner == Owner::Bot => events.push(claimed),
                None => {}
            }
            let to_me = *to == Target::Agent(agent);
            match conversation.owner {
                Owner::Bot if to_me => {}
                _ => events.push(Event::Transferred { by: agent, to: *to, note: note.clone() }),
            }
        }
        Action::Snooze { until } => {
            only_open()?;
            if let Some(by) = others {
                return Err(Refusal::Taken { by });
            }
            own(&mut events);
            events.push(Event::Snoozed { by: agent, until: *until });
        }
        Action::Wake => {
            refuse_others()?;
            if conversation.snoozed_until.is_some() {
                events.push(Event::Woken { by: Party::Agent(agent) });
            }
        }
        Action::Resolve => {
            refuse_others()?;
            if open {
                events.push(Event::Resolved { by: Party::Agent(agent) });
            }
        }
        Action::Reopen => {
            if !open {
                own(&mut events);
            }
        }
        Action::Prioritise(priority) => {
            only_open()?;
            if conversation.priority() != *priority {
                events.push(Event::Prioritised { by: agent, priority: *priority });
            }
        }
        Action::Label { add, remove } => {
            let tagged = |label: &String, removed| Event::Tagged { label: label.clone(), removed };
            let gone = remove.iter().filter(|label| conversation.labels.contains(*label) && !add.contains(label));
            let fresh = add.iter().filter(|label| !conversation.labels.contains(*label));
            events.extend(gone.map(|label| tagged(label, true)));
            let kept = conversation.labels.len() - events.len();
            events.extend(fresh.map(|label| tagged(label, false)));
            if kept + add.len() > LABELS {
                return Err(Refusal::TooManyLabels);
            }
        }
        Action::Say(saying) => {
            if let Some(message) = conversation.sent_as(Party::Agent(agent), &saying.client_id) {
                return Err(Refusal::Repeated { seq: message.seq });
            }
            if let Some(by) = others {
                return Err(Refusal::Taken { by });
            }
            let heard = conversation.messages.iter().rev().find(|message| message.from == Party::Customer);
            if saying.expected.is_some_and(|seen| heard.is_some_and(|message| message.seq > seen)) {
                return Err(Refusal::MovedOn);
            }
            own(&mut events);
            events.push(Event::AgentSaid {
                agent,
                client_id: saying.client_id.clone(),
                text: saying.text.clone(),
                attachments: saying.attachments.clone(),
                citations: saying.citations.clone(),
            });
        }
        Action::Note { text, mentions } => {
            events.push(Event::Noted { agent, text: text.clone(), mentions: mentions.clone() });
        }
        // Who only looks on does not tell the customer that they were read.
        Action::Seen { through } => {
            if mine && *through > conversation.seen.business && *through <= conversation.seq {
                events.push(Event::Seen { by: Party::Agent(agent), through: *through });
            }
        }
        Action::JudgeDraft { outcome, draft } => {
            events.push(Event::DraftJudged { agent, outcome: *outcome, draft: draft.clone() });
        }
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::model::event::{Reason, ReasonKind, Recorded, Summary};
    use crate::model::id::{ConversationId, CustomerId, WorkspaceId};
    use crate::text::language::Language;

    fn after(events: Vec<Event>) -> Conversation {
        let opened = Event::Opened {
            workspace: WorkspaceId::DEFAULT,
            inbox: "default".to_owned(),
            channel: "web".to_owned(),
            customer: clock::id::<CustomerId>(),
        };
        let said = Event::CustomerSaid {
            client_id: "1".to_owned(),
            text: "?".to_owned(),
            language: Language::En,
            attachments: Vec::new(),
        };
        let mut conversation = Conversation::unborn(clock::id::<ConversationId>());
        for event in [opened, said].into_iter().chain(events) {
            apply(&mut conversation, event);
        }
        conversation
    }

    fn apply(conversation: &mut Conversation, event: Event) {
        conversation.apply(&Recorded { seq: conversation.seq + 1, at: Timestamp(0), event }).unwrap();
    }

    fn escalated() -> Event {
        let reason = Reason { kind: ReasonKind::Asked, rule: None, priority: Priority::Normal };
        Event::Escalated { reason, summary: Summary::default(), team: None, notice: String::new() }
    }

    fn saying(client_id: &str, expected: Option<u64>) -> Action {
        let (client_id, text) = (client_id.to_owned(), "Yes.".to_owned());
        Action::Say(Saying { client_id, text, attachments: Vec::new(), citations: Vec::new(), expected })
    }

    /// Whatever is decided can be appended, in every state and for every actor; and doing it again changes nothing more
    /// where it is a state that was asked for.
    #[test]
    fn what_is_decided_can_be_appended() {
        let (me, other): (AgentId, AgentId) = (clock::id(), clock::id());
        let (claim, theirs) =
            (Event::Claimed { agent: me, routed: false }, Event::Claimed { agent: other, routed: true });
        let resolved = Event::Resolved { by: Party::System };
        let snoozed = Event::Snoozed { by: me, until: Timestamp(9) };
        let states = [
            vec![],
            vec![escalated()],
            vec![claim.clone()],
            vec![escalated(), theirs.clone()],
            vec![escalated(), claim.clone(), snoozed],
            vec![escalated(), resolved.clone()],
            vec![theirs, resolved],
        ];
        let actions = [
            Action::Claim,
            Action::Release { to_bot: true },
            Action::Release { to_bot: false },
            Action::Transfer { to: Target::Agent(other), note: String::new() },
            Action::Transfer { to: Target::Agent(me), note: String::new() },
            Action::Transfer { to: Target::Team(clock::id()), note: "n".to_owned() },
            Action::Snooze { until: Timestamp(5) },
            Action::Wake,
            Action::Resolve,
            Action::Reopen,
            Action::Prioritise(Priority::High),
            Action::Label { add: vec!["vip".to_owned()], remove: vec!["old".to_owned()] },
            saying("a", None),
            Action::Note { text: "n".to_owned(), mentions: vec![other] },
            Action::Seen { through: 2 },
        ];
        for state in states {
            for supervises in [false, true] {
                for action in &actions {
                    let mut conversation = after(state.clone());
                    let actor = Actor { agent: me, supervises };
                    let Ok(events) = decide(&conversation, actor, action) else { continue };
                    for event in events {
                        apply(&mut conversation, event);
                    }
                    let settled = !matches!(action, Action::Note { .. } | Action::Say(_) | Action::Snooze { .. });
                    let to_team = matches!(action, Action::Transfer { to: Target::Team(_), .. });
                    // Once it is with somebody else, it is theirs to go on with.
                    let again = decide(&conversation, actor, action).unwrap_or_default();
                    assert!(!settled || to_team || again.is_empty(), "{state:?} {action:?} {again:?}");
                }
            }
        }
    }

    #[test]
    fn what_a_colleague_holds_is_theirs() {
        let (me, other): (AgentId, AgentId) = (clock::id(), clock::id());
        let conversation = after(vec![escalated(), Event::Claimed { agent: other, routed: false }]);
        let (plain, supervisor) = (Actor { agent: me, supervises: false }, Actor { agent: me, supervises: true });
        for action in [Action::Claim, Action::Resolve, saying("a", None), Action::Release { to_bot: true }] {
            assert_eq!(decide(&conversation, plain, &action), Err(Refusal::Taken { by: other }), "{action:?}");
        }
        assert_eq!(decide(&conversation, supervisor, &saying("a", None)), Err(Refusal::Taken { by: other }));
        assert!(decide(&conversation, supervisor, &Action::Release { to_bot: false }).is_ok());
        assert_eq!(decide(&conversation, plain, &Action::Seen { through: 2 }), Ok(vec![]));
    }

    #[test]
    fn a_reply_waits_when_the_customer_wrote_and_is_there_once() {
        let me: AgentId = clock::id();
        let actor = Actor { agent: me, supervises: false };
        let mut conversation = after(vec![Event::Claimed { agent: me, routed: false }]);
        assert_eq!(decide(&conversation, actor, &saying("a", Some(1))), Err(Refusal::MovedOn));
        for event in decide(&conversation, actor, &saying("a", Some(3))).unwrap() {
            apply(&mut conversation, event);
        }
        assert_eq!(decide(&conversation, actor, &saying("a", Some(1))), Err(Refusal::Repeated { seq: 4 }));
    }
}
