//! One turn, from the start that everybody sees to the append that ends it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use metrics::{counter, histogram};
use tokio::sync::{broadcast, mpsc};
use uuid::Uuid;

use super::{PATIENCE, Parts, outcome};
use crate::bus::Hint;
use crate::clock;
use crate::desk::reception::Reception;
use crate::dialogue::{Outcome, Reply, Sentence};
use crate::journal::AppendError;
use crate::model::conversation::{Conversation, Owner, Status};
use crate::model::decision::{Action, Mode};
use crate::model::event::Event;
use crate::model::id::{ConversationId, TurnId};
use crate::store::due::Lease;

/// A customer who keeps writing starts the turn anew this often; then an answer comes to what was said so far.
const FRESH_STARTS: usize = 3;
/// Sentences that may wait for the bus.
const SENTENCES: usize = 64;

/// A turn under way, and what it has shown.
struct Turn<'a> {
    parts: &'a Parts,
    id: TurnId,
    through: u64,
    conversation: Arc<Conversation>,
    shown: Vec<Sentence>,
    began: Instant,
    /// A new message of the customer starts the turn anew, as long as nothing was shown.
    patient: bool,
}

/// How the thinking ended.
enum Thought {
    Done(Box<Outcome>),
    Broke(&'static str),
    /// The customer said more before anything was shown: one answer to all of it is better than two.
    SaidMore,
    /// A person stepped in, or the conversation was closed.
    NotOurs,
}

/// What a turn leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing is owed.
    Answered,
    /// Something may be owed still, and the lease is held.
    Owing,
    /// Nothing was owed, and nothing begun.
    Nothing,
    /// Another process answers.
    Elsewhere,
}

/// Answers what the conversation is owed, or finds that somebody else does.
pub(super) async fn answer(parts: &Parts, id: ConversationId, holder: Uuid) -> anyhow::Result<End> {
    for start in 0..=FRESH_STARTS {
        let mut hints = parts.bus.follow(id);
        let nothing = if start == 0 { End::Nothing } else { End::Owing };
        let Some(conversation) = quiet(parts, id, start > 0).await? else { return Ok(nothing) };
        let Some(through) = conversation.awaits_bot() else { return Ok(nothing) };
        let turn = clock::id();
        let now = clock::now();
        // As long as one start may take; each has its own.
        let lease = Lease { holder, until: now.plus_ms(parts.config.lease_ms.into()) };
        let started = Event::TurnStarted { turn, through };
        let conversation = match parts.journal.begin_turn(&conversation, started, now, lease).await {
            Ok(Some(conversation)) => conversation,
            Ok(None) => return Ok(End::Elsewhere),
            // Something was said or done meanwhile: look again.
            Err(AppendError::Conflict { .. } | AppendError::Forbidden(_)) => continue,
            Err(AppendError::Store(error)) => return Err(error.into()),
        };
        let patient = start < FRESH_STARTS;
        let began = Instant::now();
        let mut turn = Turn { parts, id: turn, through, conversation, shown: Vec::new(), began, patient };
        let events = match turn.think(&mut hints).await? {
            Thought::Done(outcome) => {
                measure(&outcome, began.elapsed());
                let reception = match &outcome.reply {
                    Reply::Escalate { reason, .. } => turn.parts.receive(&turn.conversation, reason).await.reception,
                    Reply::Say { .. } => Reception::default(),
                };
                outcome::events(&turn.conversation, *outcome, reception)
            }
            Thought::Broke(why) => {
                tracing::error!(conversation = %id, turn = %turn.id, why, "turn broke, given to a person");
                counter!("frontdesk_turns_total", "action" => "escalate", "mode" => "fixed", "because" => "fault")
                    .increment(1);
                let took_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
                let reception = turn.parts.receive(&turn.conversation, &outcome::fault()).await.reception;
                outcome::broken(&turn.conversation, turn.id, &turn.shown, why, took_ms, reception)
            }
            Thought::SaidMore => continue,
            Thought::NotOurs => return Ok(End::Owing),
        };
        if let Some(end) = turn.commit(events).await? {
            return Ok(end);
        }
    }
    Ok(End::Owing)
}

/// The conversation as it is; after a fresh start only when the customer has stopped writing.
async fn quiet(parts: &Parts, id: ConversationId, wait: bool) -> anyhow::Result<Option<Arc<Conversation>>> {
    loop {
        // The first look may be a memory: where it is an old one, nothing is owed in it or the start of the turn is refused.
        let mut conversation = if wait { None } else { parts.journal.recall(id).await? };
        if conversation.as_ref().is_none_or(|conversation| conversation.awaits_bot().is_none()) {
            conversation = parts.journal.load(id).await?;
        }
        let Some(conversation) = conversation else { return Ok(None) };
        let silent_ms = clock::now().ms_since(conversation.last_at);
        let left_ms = i64::from(parts.config.quiet_ms).saturating_sub(silent_ms);
        match u64::try_from(left_ms) {
            Ok(left_ms) if wait && left_ms > 0 => tokio::time::sleep(Duration::from_millis(left_ms)).await,
            _ => return Ok(Some(conversation)),
        }
    }
}

impl Turn<'_> {
    /// Runs dialogue beside everything that may interrupt it.
    async fn think(&mut self, hints: &mut broadcast::Receiver<Arc<Hint>>) -> anyhow::Result<Thought> {
        let (sender, mut sentences) = mpsc::channel(SENTENCES);
        let (dialogue, conversation, id) = (Arc::clone(&self.parts.dialogue), Arc::clone(&self.conversation), self.id);
        // Boxed, since the turn around it is moved as it is spawned. A panic ends here and is a turn that broke.
        let mut response =
            AssertUnwindSafe(dialogue.respond(&conversation, id, clock::now(), &sender)).catch_unwind().boxed();
        let deadline = tokio::time::sleep(Duration::from_millis(self.parts.config.deadline_ms.into()));
        tokio::pin!(deadline);
        loop {
            tokio::select! {
                biased;
                seq = moved(hints, self.conversation.id) => {
                    if let Some(interruption) = self.interrupted(seq).await? {
                        return Ok(interruption);
                    }
                }
                Some(sentence) = sentences.recv() => self.show(sentence),
                response = &mut response => {
                    while let Ok(sentence) = sentences.try_recv() {
                        self.show(sentence);
                    }
                    return Ok(match response {
                        Ok(outcome) => Thought::Done(Box::new(outcome)),
                        Err(_) => Thought::Broke("the turn panicked"),
                    });
                }
                () = &mut deadline => return Ok(Thought::Broke("the turn took longer than switchboard.deadline_ms")),
            }
        }
    }

    fn show(&mut self, sentence: Sentence) {
        if self.shown.is_empty() {
            histogram!("frontdesk_first_sentence_seconds").record(self.began.elapsed().as_secs_f64());
        }
        self.parts.bus.publish(Arc::new(Hint::Sentence {
            conversation: self.conversation.id,
            turn: self.id,
            number: sentence.number,
            text: sentence.text.clone(),
            citations: sentence.citations.clone(),
        }));
        self.shown.push(sentence);
    }

    /// Whether what was appended meanwhile, up to `seq`, ends this turn.
    async fn interrupted(&self, seq: u64) -> anyhow::Result<Option<Thought>> {
        let id = self.conversation.id;
        let mut current = self.parts.journal.recall(id).await?;
        if current.as_ref().is_none_or(|current| current.seq < seq) {
            current = self.parts.journal.load(id).await?;
        }
        Ok(current.and_then(|current| self.standing(&current)))
    }

    fn standing(&self, current: &Conversation) -> Option<Thought> {
        let ours = current.status == Status::Open
            && current.owner == Owner::Bot
            && current.turn.is_some_and(|turn| turn.id == self.id);
        if !ours {
            return Some(Thought::NotOurs);
        }
        let said_more = current.awaits_bot().is_some_and(|last| last > self.through);
        (said_more && self.patient && self.shown.is_empty()).then_some(Thought::SaidMore)
    }

    /// Appends the end of the turn. Nothing when the turn should begin anew.
    ///
    /// A message that came after something was shown does not stop the append: the reply answers what it was made for, and
    /// the new message stays owed and becomes the next turn.
    async fn commit(&mut self, events: Vec<Event>) -> anyhow::Result<Option<End>> {
        for _ in 0..PATIENCE {
            match self.parts.journal.append(&self.conversation, events.clone(), clock::now()).await {
                Ok(after) if after.awaits_bot().is_none() => return Ok(Some(End::Answered)),
                Ok(_) => return Ok(Some(End::Owing)),
                // A person stepped in: the reply is dropped without a word.
                Err(AppendError::Forbidden(_)) => return Ok(Some(End::Owing)),
                Err(AppendError::Store(error)) => return Err(error.into()),
                Err(AppendError::Conflict { .. }) => {
                    let Some(current) = self.parts.journal.load(self.conversation.id).await? else {
                        return Ok(Some(End::Owing));
                    };
                    match self.standing(&current) {
                        Some(Thought::SaidMore) => return Ok(None),
                        Some(_) => return Ok(Some(End::Owing)),
                        None => self.conversation = current,
                    }
                }
            }
        }
        anyhow::bail!("conversation {} kept changing while a reply was appended", self.conversation.id)
    }
}

/// The event that was appended to the conversation; one beyond all when hints were lost.
async fn moved(hints: &mut broadcast::Receiver<Arc<Hint>>, id: ConversationId) -> u64 {
    loop {
        match hints.recv().await {
            Ok(hint) => {
                if let Hint::Appended { conversation, seq } = *hint
                    && conversation == id
                {
                    return seq;
                }
            }
            Err(broadcast::error::RecvError::Lagged(_)) => return u64::MAX,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

fn measure(outcome: &Outcome, took: Duration) {
    let decision = &outcome.decision;
    let action = match decision.action {
        Action::Answer => "answer",
        Action::Offer => "offer",
        Action::Escalate => "escalate",
        Action::Reply => "reply",
    };
    let mode = match decision.mode {
        Mode::Model => "model",
        Mode::Quote => "quote",
        Mode::Fixed => "fixed",
    };
    counter!("frontdesk_turns_total", "action" => action, "mode" => mode, "because" => decision.because.clone())
        .increment(1);
    histogram!("frontdesk_turn_seconds", "mode" => mode).record(took.as_secs_f64());
    counter!("frontdesk_model_calls_total").increment(decision.usage.model_calls.into());
    counter!("frontdesk_model_tokens_total", "side" => "prompt").increment(decision.usage.prompt_tokens.into());
    counter!("frontdesk_model_tokens_total", "side" => "completion").increment(decision.usage.completion_tokens.into());
    counter!("frontdesk_sentences_cut_total").increment(decision.cut.len() as u64);
    counter!("frontdesk_turn_faults_total").increment(decision.faults.len() as u64);
}
