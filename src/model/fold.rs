//! The fold: which event may follow, and what a conversation is after it. Pure.

use std::sync::Arc;

use crate::model::conversation::{Conversation, Escalation, Forbidden, Mention, Message, Owner, Status, Turn};
use crate::model::event::{Event, Party, Recorded, Target};
use crate::model::id::{AgentId, ConversationId, TurnId};
use crate::model::time::Timestamp;

impl Conversation {
    /// Folds a whole history.
    ///
    /// # Errors
    /// The first event that cannot follow those before it.
    pub fn fold<'a>(id: ConversationId, events: impl IntoIterator<Item = &'a Recorded>) -> Result<Self, Forbidden> {
        let mut conversation = Self::unborn(id);
        for recorded in events {
            conversation.apply(recorded)?;
        }
        Ok(conversation)
    }

    /// Takes in the next event, or says why it cannot follow and stays as it was.
    ///
    /// # Errors
    /// [`Forbidden`] names the rule that the event breaks.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<(), Forbidden> {
        self.check(recorded)?;
        self.seq = recorded.seq;
        self.last_at = recorded.at;
        self.take(recorded);
        Ok(())
    }

    fn check(&self, recorded: &Recorded) -> Result<(), Forbidden> {
        if recorded.seq != self.seq + 1 {
            return Err(Forbidden::OutOfOrder { last: self.seq, got: recorded.seq });
        }
        match self.status {
            Status::Unborn if !matches!(recorded.event, Event::Opened { .. }) => return Err(Forbidden::NotOpened),
            Status::Open | Status::Resolved if matches!(recorded.event, Event::Opened { .. }) => {
                return Err(Forbidden::OpenedTwice);
            }
            Status::Resolved if !survives_resolution(&recorded.event) => return Err(Forbidden::Resolved),
            _ => {}
        }
        let sent = match &recorded.event {
            Event::CustomerSaid { client_id, .. } => self.sent_as(Party::Customer, client_id),
            Event::AgentSaid { agent, client_id, .. } => self.sent_as(Party::Agent(*agent), client_id),
            _ => None,
        };
        if let Some(message) = sent {
            return Err(Forbidden::Repeated { seq: message.seq });
        }
        match &recorded.event {
            Event::TurnStarted { through, .. } => match self.awaits_bot() {
                Some(last) if last == *through => Ok(()),
                Some(_) => Err(Forbidden::NoSuchMessage),
                None => Err(Forbidden::NotTheBots),
            },
            Event::Decided { decision } => match self.owned_by_bot_in(decision.turn)?.decided {
                true => Err(Forbidden::AlreadyDecided),
                false => Ok(()),
            },
            Event::BotSaid { turn, .. } => match self.owned_by_bot_in(*turn)?.decided {
                true => Ok(()),
                false => Err(Forbidden::Undecided),
            },
            Event::Resolved { by: Party::Bot } if self.owner != Owner::Bot => Err(Forbidden::NotTheBots),
            Event::Escalated { .. } => match self.owner {
                Owner::Bot => Ok(()),
                Owner::Queue | Owner::Agent(_) => Err(Forbidden::AlreadyEscalated),
            },
            Event::Summarised { of, .. } => match &self.escalation {
                Some(escalation) if escalation.seq == *of => Ok(()),
                _ => Err(Forbidden::NotEscalated),
            },
            Event::Claimed { .. } => match self.owner {
                Owner::Agent(owner) => Err(Forbidden::Taken { by: owner }),
                Owner::Bot | Owner::Queue => Ok(()),
            },
            Event::Released { agent, .. } | Event::AgentSaid { agent, .. } | Event::Snoozed { by: agent, .. }
                if self.owner != Owner::Agent(*agent) =>
            {
                Err(Forbidden::NotTheAgents)
            }
            // Who waits may be sent on by anybody; who is being helped only by the helper.
            Event::Transferred { by, to, .. } => match self.owner {
                Owner::Bot => Err(Forbidden::NotTheAgents),
                Owner::Agent(owner) if owner != *by => Err(Forbidden::NotTheAgents),
                Owner::Agent(owner) if *to == Target::Agent(owner) => Err(Forbidden::Taken { by: owner }),
                Owner::Agent(_) | Owner::Queue => Ok(()),
            },
            Event::Woken { .. } if self.snoozed_until.is_none() => Err(Forbidden::NotSnoozed),
            Event::Seen { through, .. } if *through == 0 || *through > self.seq => Err(Forbidden::NoSuchMessage),
            Event::Reopened { .. } if self.status != Status::Resolved => Err(Forbidden::NotResolved),
            Event::Rated { score, .. } if !(1..=5).contains(score) => Err(Forbidden::BadScore),
            Event::Delivered { message } | Event::DeliveryFailed { message, .. } if !self.has_sent(*message) => {
                Err(Forbidden::NoSuchMessage)
            }
            _ => Ok(()),
        }
    }

    fn owned_by_bot_in(&self, turn: TurnId) -> Result<Turn, Forbidden> {
        if self.owner != Owner::Bot {
            return Err(Forbidden::NotTheBots);
        }
        match self.turn {
            Some(current) if current.id == turn => Ok(current),
            _ => Err(Forbidden::WrongTurn),
        }
    }

    /// Whether the business said something as event `seq`; what the customer said is never delivered to the customer.
    fn has_sent(&self, seq: u64) -> bool {
        let place = self.messages.binary_search_by_key(&seq, |message| message.seq);
        place.is_ok_and(|place| self.messages[place].from != Party::Customer)
    }

    fn take(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::Opened { workspace, inbox, channel, customer } => {
                self.status = Status::Open;
                self.workspace = *workspace;
                self.inbox.clone_from(inbox);
                self.channel.clone_from(channel);
                self.customer = Some(*customer);
                self.opened_at = recorded.at;
            }
            Event::Addressed { language } => self.language = *language,
            Event::Recognised { customer } => self.customer = Some(*customer),
            Event::CustomerSaid { client_id, text, language, attachments } => {
                self.language = *language;
                self.hear(recorded, Party::Customer, text, Some(client_id)).attachments.clone_from(attachments);
                self.snoozed_until = None;
                self.seen.customer = self.seq;
            }
            Event::TurnStarted { turn, through } => {
                self.turn = Some(Turn { id: *turn, through: *through, decided: false });
            }
            Event::Decided { .. } => {
                if let Some(turn) = &mut self.turn {
                    turn.decided = true;
                }
            }
            Event::BotSaid { text, citations, offers_human, .. } => {
                let message = self.hear(recorded, Party::Bot, text, None);
                message.citations.clone_from(citations);
                message.offers_human = *offers_human;
                self.end_turn();
            }
            Event::Escalated { reason, summary, team, .. } => {
                self.wait(recorded.at);
                self.team = *team;
                self.escalation = Some(Escalation {
                    reason: reason.clone(),
                    summary: summary.clone(),
                    at: recorded.at,
                    seq: recorded.seq,
                });
                self.end_turn();
            }
            Event::Summarised { summary, .. } => {
                if let Some(escalation) = &mut self.escalation {
                    escalation.summary.clone_from(summary);
                }
            }
            Event::Claimed { agent, routed } => {
                self.hold(*agent);
                self.routed_at = routed.then_some(recorded.at);
                // The turn is void, and nobody has dealt with the message yet.
                self.turn = None;
            }
            Event::Released { agent, to_bot, vanished, .. } => {
                // What the agent left unanswered the bot owes again.
                if *to_bot {
                    self.give_to_bot();
                } else {
                    self.wait(recorded.at);
                    self.let_go_by = Some(*agent).filter(|_| !vanished);
                }
                self.snoozed_until = None;
            }
            Event::Transferred { by, to, .. } => {
                match to {
                    Target::Team(team) => {
                        self.wait(recorded.at);
                        self.team = Some(*team);
                        self.let_go_by = Some(*by);
                    }
                    Target::Agent(agent) => self.hold(*agent),
                }
                self.snoozed_until = None;
            }
            Event::Snoozed { until, .. } => {
                self.snoozed_until = Some(*until);
                self.routed_at = None;
            }
            Event::Woken { .. } => self.snoozed_until = None,
            Event::Prioritised { priority, .. } => self.priority_set = Some(*priority),
            Event::AgentSaid { agent, client_id, text, attachments, citations } => {
                let message = self.hear(recorded, Party::Agent(*agent), text, Some(client_id));
                message.attachments.clone_from(attachments);
                message.citations.clone_from(citations);
                self.answered_through = self.seq;
                self.seen.business = self.seq;
                self.routed_at = None;
            }
            Event::Seen { by, through } => {
                let seen = match by {
                    Party::Customer => &mut self.seen.customer,
                    Party::Bot | Party::Agent(_) | Party::System => &mut self.seen.business,
                };
                *seen = (*seen).max(*through);
            }
            Event::Tagged { label, removed } => {
                if *removed {
                    self.labels.remove(label);
                } else {
                    self.labels.insert(label.clone());
                }
            }
            Event::Resolved { .. } => {
                self.status = Status::Resolved;
                self.turn = None;
                self.answered_through = self.seq;
                self.queued_since = None;
                self.snoozed_until = None;
                self.routed_at = None;
            }
            Event::Reopened { .. } => {
                self.status = Status::Open;
                self.give_to_bot();
            }
            Event::Rated { score, .. } => self.rating = Some(*score),
            Event::Delivered { message } => {
                if let Ok(place) = self.messages.binary_search_by_key(message, |message| message.seq) {
                    Arc::make_mut(&mut self.messages[place]).delivered = true;
                }
            }
            Event::Noted { mentions, .. } => {
                let (seq, at) = (recorded.seq, recorded.at);
                self.mentions.extend(mentions.iter().map(|agent| Mention { agent: *agent, seq, at }));
            }
            Event::DraftJudged { .. } | Event::DeliveryFailed { .. } | Event::Imported { .. } => {}
        }
    }

    /// Nobody owns it now; somebody should.
    fn wait(&mut self, since: Timestamp) {
        self.owner = Owner::Queue;
        self.queued_since = Some(since);
        self.let_go_by = None;
        self.routed_at = None;
    }

    fn hold(&mut self, agent: AgentId) {
        self.owner = Owner::Agent(agent);
        self.queued_since = None;
        self.let_go_by = None;
        self.routed_at = None;
    }

    fn give_to_bot(&mut self) {
        self.owner = Owner::Bot;
        self.escalation = None;
        self.team = None;
        self.priority_set = None;
        self.queued_since = None;
        self.let_go_by = None;
        self.routed_at = None;
    }

    fn hear(&mut self, recorded: &Recorded, from: Party, text: &str, client_id: Option<&String>) -> &mut Message {
        self.messages.push(Arc::new(Message {
            seq: recorded.seq,
            at: recorded.at,
            from,
            text: text.to_owned(),
            client_id: client_id.cloned(),
            citations: Vec::new(),
            attachments: Vec::new(),
            offers_human: false,
            delivered: false,
        }));
        let last = self.messages.len() - 1;
        Arc::make_mut(&mut self.messages[last])
    }

    /// A turn answers what the customer said up to its start; what came later is still owed.
    fn end_turn(&mut self) {
        if let Some(turn) = self.turn.take() {
            self.answered_through = self.answered_through.max(turn.through);
        }
    }
}

/// What may still happen after a conversation was resolved.
fn survives_resolution(event: &Event) -> bool {
    matches!(
        event,
        Event::Reopened { .. }
            | Event::Recognised { .. }
            | Event::Rated { .. }
            | Event::Noted { .. }
            | Event::DraftJudged { .. }
            | Event::Seen { .. }
            | Event::Tagged { .. }
            | Event::Delivered { .. }
            | Event::DeliveryFailed { .. }
            | Event::Imported { .. }
    )
}
