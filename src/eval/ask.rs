//! Puts one case to the product: the same `dialogue.respond`, the same events, the same summary as in production, only that
//! nobody keeps the conversation.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;
use uuid::Uuid;

use crate::clock;
use crate::desk::reception::Reception;
use crate::dialogue::config::Config;
use crate::dialogue::policy::{self, Policy};
use crate::dialogue::{self, Dialogue, Reply};
use crate::eval::case::{Case, Turn};
use crate::eval::judge;
use crate::eval::record::{Earlier, End, Outcome, SCRIPTED, Said};
use crate::eval::suite::Prices;
use crate::eval::watch::{self, Watched};
use crate::knowledge::retrieve::Retriever;
use crate::llm::Llm;
use crate::model::conversation::Conversation;
use crate::model::decision::{Action, Decision, Mode, Usage};
use crate::model::event::{Event, Recorded};
use crate::model::id::{ConversationId, CustomerId, DocumentId, TurnId, WorkspaceId};
use crate::switchboard::outcome;
use crate::text::language::{self, Language};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Setup {
    pub retriever: Arc<Retriever>,
    pub config: Config,
    /// The rules that hold, which may have been edited since the settings were written.
    pub policy: Arc<Policy>,
    pub llm: Option<Arc<dyn Llm>>,
    /// File names of the documents.
    pub names: HashMap<DocumentId, String>,
    pub prices: Prices,
    /// Votes that the model gives on each answer; 0 is none.
    pub judges: u32,
}

/// Asks one case at a time.
#[derive(Debug)]
pub struct Asker {
    dialogue: Dialogue,
    watched: Option<Watched>,
    names: HashMap<DocumentId, String>,
    prices: Prices,
    judges: u32,
}

/// A conversation under way, with what its turns have used.
struct Talk {
    conversation: Conversation,
    earlier: Vec<Earlier>,
    /// Model and tokens of each turn.
    used: Vec<(Option<String>, Usage)>,
}

impl Asker {
    /// # Errors
    /// As [`Dialogue::new`].
    pub fn new(setup: &Setup) -> anyhow::Result<Self> {
        let watched = setup.llm.clone().map(Watched::new);
        let llm = watched.clone().map(|watched| Arc::new(watched) as Arc<dyn Llm>);
        let dialogue = Dialogue::new(setup.config.clone(), Arc::clone(&setup.retriever), llm)?;
        dialogue.follow(Some(policy::parse(&setup.policy.text)?));
        Ok(Self { dialogue, watched, names: setup.names.clone(), prices: setup.prices.clone(), judges: setup.judges })
    }

    /// Plays the case to its end.
    pub async fn ask(&self, case: &Case) -> End {
        match self.play(case).await {
            Ok(outcome) => self.judged(case, outcome).await,
            Err(why) => End::Broke(why),
        }
    }

    async fn judged(&self, case: &Case, mut outcome: Outcome) -> End {
        if let Some(llm) = self.watched.as_ref().filter(|_| self.judges > 0) {
            let verdict = judge::judge(llm, case, &outcome, self.judges).await;
            let _ = llm.take_failure();
            match verdict {
                Ok(judged) => {
                    if let Some(votes) = &judged {
                        let cost = self.prices.cost(llm.name(), votes.prompt_tokens, votes.completion_tokens);
                        outcome.cost = outcome.cost.zip(cost).map(|(turns, votes)| turns + votes);
                    }
                    outcome.judged = judged;
                }
                Err(error) => return End::Broke(format!("the judge failed: {error}")),
            }
        }
        End::Answered(Box::new(outcome))
    }

    async fn play(&self, case: &Case) -> Result<Outcome, String> {
        let mut talk = Talk::begin(case)?;
        let mut turns = case.turns.iter().peekable();
        while let Some(turn) = turns.next() {
            talk.customer(turn.text())?;
            if let Some(Turn::Scripted(scripted)) = turns.peek() {
                talk.scripted(&scripted.bot)?;
                turns.next();
                continue;
            }
            let (done, latency_ms) = self.respond(&mut talk).await?;
            // After a hand-over people speak: what was planned to be asked is not asked, and the hand-over is judged.
            if turns.peek().is_none() || matches!(done.reply, Reply::Escalate { .. }) {
                return Ok(self.outcome(&talk, done, latency_ms));
            }
            let Said { text, .. } = said(&done.reply);
            talk.earlier.push(Earlier { action: done.decision.action, because: done.decision.because.clone(), text });
            for event in outcome::events(&talk.conversation, done, Reception::default()) {
                talk.happen(event)?;
            }
        }
        Err("the case ends without a question".to_owned())
    }

    async fn respond(&self, talk: &mut Talk) -> Result<(dialogue::Outcome, f64), String> {
        let turn: TurnId = clock::id();
        talk.happen(Event::TurnStarted { turn, through: talk.conversation.seq })?;
        // Nobody looks at sentences early.
        let (shown, _) = mpsc::channel(1);
        let began = Instant::now();
        let done = self.dialogue.respond(&talk.conversation, turn, clock::now(), &shown).await;
        // Microseconds are enough, and are read back as they were written.
        let latency_ms = began.elapsed().as_micros() as f64 / 1_000.0;
        talk.used.push((done.decision.model.clone(), done.decision.usage));
        if let Some(error) = self.watched.as_ref().and_then(Watched::take_failure) {
            return Err(error.to_string());
        }
        if let Some(fault) = watch::fault(&done.decision) {
            return Err(fault);
        }
        Ok((done, latency_ms))
    }

    fn outcome(&self, talk: &Talk, done: dialogue::Outcome, latency_ms: f64) -> Outcome {
        let found = done.decision.considered.iter().filter_map(|passage| self.names.get(&passage.document).cloned());
        let found = found.collect();
        let (decision, reply) = (done.decision.clone(), said(&done.reply));
        let mut summary = None;
        for event in outcome::events(&talk.conversation, done, Reception::default()) {
            if let Event::Escalated { summary: written, .. } = event {
                summary = Some(written);
            }
        }
        let cost = talk.used.iter().try_fold(0.0, |sum, (model, usage)| {
            let Some(model) = model else { return Some(sum) };
            Some(sum + self.prices.cost(model, usage.prompt_tokens, usage.completion_tokens)?)
        });
        Outcome { decision, reply, found, earlier: talk.earlier.clone(), summary, latency_ms, cost, judged: None }
    }
}

impl Talk {
    fn begin(case: &Case) -> Result<Self, String> {
        let conversation = Conversation::unborn(ConversationId(Uuid::nil()));
        let mut talk = Self { conversation, earlier: Vec::new(), used: Vec::new() };
        let name = |wanted: &Option<String>, otherwise: &str| wanted.clone().unwrap_or_else(|| otherwise.to_owned());
        talk.happen(Event::Opened {
            workspace: WorkspaceId::DEFAULT,
            inbox: name(&case.context.inbox, "default"),
            channel: name(&case.context.channel, "web"),
            customer: CustomerId(Uuid::nil()),
        })?;
        Ok(talk)
    }

    fn customer(&mut self, text: &str) -> Result<(), String> {
        let client_id = self.conversation.seq.to_string();
        let language = language::detect(text);
        self.happen(Event::CustomerSaid { client_id, text: text.to_owned(), language, attachments: Vec::new() })
    }

    /// Takes an answer as given.
    fn scripted(&mut self, text: &str) -> Result<(), String> {
        let turn: TurnId = clock::id();
        let decision = Decision { turn, language: self.conversation.language, ..scripted_decision() };
        self.happen(Event::TurnStarted { turn, through: self.conversation.seq })?;
        self.happen(Event::Decided { decision: Box::new(decision) })?;
        let (text, mode, citations) = (text.to_owned(), Mode::Fixed, Vec::new());
        self.happen(Event::BotSaid { turn, text: text.clone(), mode, citations, offers_human: false })?;
        self.earlier.push(Earlier { action: Action::Answer, because: SCRIPTED.to_owned(), text });
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        let recorded = Recorded { seq: self.conversation.seq + 1, at: clock::now(), event };
        self.conversation.apply(&recorded).map_err(|error| error.to_string())
    }
}

/// What stands in the place of a decision where the case says what was answered.
pub(super) fn scripted_decision() -> Decision {
    Decision {
        action: Action::Answer,
        because: SCRIPTED.to_owned(),
        ..Decision::blank(TurnId(Uuid::nil()), Language::En)
    }
}

fn said(reply: &Reply) -> Said {
    match reply {
        Reply::Say { text, mode, citations, offers_human } => Said {
            text: text.clone(),
            mode: *mode,
            citations: citations.clone(),
            offers_human: *offers_human,
            reason: None,
        },
        Reply::Escalate { reason, say } => Said {
            text: say.clone(),
            mode: Mode::Fixed,
            citations: Vec::new(),
            offers_human: false,
            reason: Some(reason.clone()),
        },
    }
}
