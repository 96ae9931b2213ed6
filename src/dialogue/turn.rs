//! A turn under way: the shell that calls retrieval and the model, and writes down why each step led to the next.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::dialogue::asked;
use crate::dialogue::calibration::{self, Calibration, Made};
use crate::dialogue::config::Config;
use crate::dialogue::gate::{self, Gate};
use crate::dialogue::policy::file::Action as Rule;
use crate::dialogue::policy::{self, Policy, Said, Verdict};
use crate::dialogue::quote::{self, Quoted};
use crate::dialogue::reply;
use crate::dialogue::span;
use crate::dialogue::strength;
use crate::dialogue::verify::ground::cite;
use crate::dialogue::window::{self, Window};
use crate::dialogue::write::{self, Passed, Written};
use crate::dialogue::{Outcome, Reply, Sentence};
use crate::knowledge::retrieve::{Ask, Retrieved, Retriever};
use crate::llm::{self, Llm};
use crate::model::conversation::Conversation;
use crate::model::decision::{Action, Considered, Decision, Mode, Thresholds, Usage};
use crate::model::event::{Party, Priority, Reason, ReasonKind};
use crate::model::id::{TurnId, WorkspaceId};
use crate::model::passage::{Passage, Scored};
use crate::prompts::Prompts;
use crate::text::language::Language;

/// Least likelihood of a quote that is given, whatever the passages promise.
const WORTH_QUOTING: f32 = 0.5;
/// Share of the best score that a passage in the customer's language needs to be preferred.
const NEAR: f32 = 0.6;

/// What a turn works with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Running<'a> {
    pub(super) config: &'a Config,
    pub(super) policy: &'a Policy,
    pub(super) calibration: &'a Calibration,
    pub(super) retriever: &'a Retriever,
    pub(super) llm: Option<&'a dyn Llm>,
    /// A person reads the reply before anybody else does: rules and thresholds are theirs to judge.
    pub(super) drafting: bool,
    pub(super) prompts: &'a Prompts,
}

/// What was searched and found.
struct Found {
    ask: Ask,
    retrieved: Retrieved,
}

impl Running<'_> {
    pub(super) async fn run(
        &self,
        conversation: &Conversation,
        turn: TurnId,
        shown: &mpsc::Sender<Sentence>,
    ) -> Outcome {
        let began = Instant::now();
        let mut decision = Decision::blank(turn, conversation.language);
        decision.calibration.clone_from(&self.calibration.version);
        let reply = self.steps(conversation, &mut decision, began, shown).await;
        decision.usage.duration_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
        Outcome { decision, reply }
    }

    async fn steps(
        &self,
        conversation: &Conversation,
        decision: &mut Decision,
        began: Instant,
        shown: &mpsc::Sender<Sentence>,
    ) -> Reply {
        let Some(window) = window::look(conversation) else {
            "nothing_asked".clone_into(&mut decision.because);
            return self.fixed(decision, "greeting", Action::Reply, false);
        };
        decision.language = window.language;
        decision.query.clone_from(&window.question);
        if let Some(verdict) = self.before(conversation, &window).filter(|_| !self.drafting) {
            return self.ruled(decision, &verdict);
        }
        let ask = window::ask(&window, self.config.passages);
        decision.query = ask.lexical.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join("\n");
        let deadline = began + Duration::from_millis(self.config.deadline_ms);
        let retrieved =
            match tokio::time::timeout_at(deadline, self.retriever.retrieve(conversation.workspace, &ask)).await {
                Ok(Ok(retrieved)) => retrieved,
                Ok(Err(error)) => return self.search_failed(decision, &window, &error.to_string()),
                Err(_) => return self.search_failed(decision, &window, "the search took too long"),
            };
        let found = Found { ask, retrieved };
        let usable = self.usable(decision, &found.retrieved);
        let asked = asked::of(&found.ask, &found.retrieved.idf);
        let quotes = quote::choose(&asked, &usable, window.language);
        self.weigh(decision, &found, strength::strength(&asked, &quotes, window.language));
        let readable = write::readable(usable.iter().map(|scored| &scored.passage), window.language, self.config);
        // What the customer's language has no passage for is quoted in the original: it cannot be verified word by word.
        let native = usable.first().is_some_and(|best| best.passage.language == window.language);
        let llm = self.llm.filter(|_| !readable.is_empty() && native);
        let mode = if llm.is_some() { Mode::Model } else { Mode::Quote };
        self.measure(decision, conversation.workspace, mode).await;
        match self.gate(decision, &window) {
            Gate::Answer => {}
            gate => return self.unanswered(decision, gate, "weak_evidence"),
        }
        if let Some(llm) = llm {
            let written = self.write(llm, decision, &window, &readable, deadline, shown).await;
            if let Some(reply) = self.written(decision, &window, &written) {
                return reply;
            }
            // The model was no help: from here on the stricter of both thresholds holds.
            self.measure(decision, conversation.workspace, Mode::Quote).await;
            if let gate @ (Gate::Offer | Gate::Escalate) = self.gate(decision, &window) {
                return self.unanswered(decision, gate, "model_unavailable");
            }
        }
        self.quote(decision, &window, quotes.first(), &usable, shown)
    }

    fn before(&self, conversation: &Conversation, window: &Window) -> Option<Verdict> {
        let earlier: Vec<&str> = conversation
            .messages
            .iter()
            .filter(|message| message.from == Party::Customer && message.seq <= conversation.answered_through)
            .map(|message| message.text.as_str())
            .collect();
        policy::before(self.policy, Said { question: &window.question, before: &earlier, offered: window.offered })
    }

    fn weigh(&self, decision: &mut Decision, found: &Found, quote: f32) {
        decision.evidence = gate::evidence_with(&found.ask, &found.retrieved, quote);
        decision.knowledge = found.retrieved.version;
        decision.faults.extend(found.retrieved.dense_fault.iter().map(|fault| format!("search by meaning: {fault}")));
        decision.considered = found
            .retrieved
            .passages
            .iter()
            .map(|scored| Considered {
                chunk: scored.passage.chunk.clone(),
                document: scored.passage.document,
                title: scored.passage.title.clone(),
                scores: scored.scores,
            })
            .collect();
    }

    /// The passages without those that give orders to the model.
    fn usable<'p>(&self, decision: &mut Decision, retrieved: &'p Retrieved) -> Vec<&'p Scored> {
        let (usable, suspect): (Vec<&Scored>, Vec<&Scored>) =
            retrieved.passages.iter().partition(|scored| !policy::instructs(self.policy, &scored.passage));
        decision.faults.extend(
            suspect
                .iter()
                .map(|scored| format!("passage {} gives orders to the model and was left out", scored.passage.chunk)),
        );
        prefer(decision.language, usable)
    }

    /// How sure we are of an answer of this kind, how sure we have to be, and what is promised about it.
    async fn measure(&self, decision: &mut Decision, workspace: WorkspaceId, mode: Mode) {
        let (language, dense) = (decision.language, decision.evidence.cosine.is_some());
        decision.evidence.confidence = calibration::confidence(self.calibration, &decision.evidence, language, mode);
        let fitted = self.calibration.thresholds(language, mode, dense);
        decision.thresholds = Thresholds {
            answer: self.config.answer_from.unwrap_or(fitted.answer),
            offer: self.config.offer_from.unwrap_or(fitted.offer),
        };
        let Some(claim) = self.calibration.claimed(language, mode, dense) else {
            decision.promise = None;
            return;
        };
        // Where it cannot be read, it is another than the claim's.
        let knowledge = self.retriever.fingerprint(workspace, decision.knowledge).await.unwrap_or_default();
        let now = Made {
            knowledge,
            policy: self.policy.fingerprint.clone(),
            prompts: self.prompts.version(language),
            embedder: self.retriever.model().map(ToOwned::to_owned),
            model: self.llm.map(|llm| llm.name().to_owned()),
            ..Made::default()
        };
        decision.promise = Some(self.calibration.promise(claim, decision.thresholds, &now));
    }

    fn gate(&self, decision: &Decision, window: &Window) -> Gate {
        if self.drafting {
            return Gate::Answer;
        }
        gate::decide(decision.evidence.confidence, decision.thresholds, window.unanswered, self.config.give_up_after)
    }

    /// What follows when the evidence was good and the answer was not.
    fn gave_up(&self, window: &Window) -> Gate {
        if window.unanswered + 1 >= self.config.give_up_after { Gate::Escalate } else { Gate::Offer }
    }

    async fn write(
        &self,
        llm: &dyn Llm,
        decision: &mut Decision,
        window: &Window,
        passages: &[&Passage],
        deadline: Instant,
        shown: &mpsc::Sender<Sentence>,
    ) -> Written {
        let prompt = write::prompt(window, passages, self.config, self.prompts);
        decision.prompt = Some(prompt.version.clone());
        decision.asked = Some(llm::cassette::hash(&prompt));
        let mut number = 0;
        let written = write::write(llm, prompt, passages, &window.question, deadline, |passed: &Passed| {
            number += 1;
            reply::show(shown, number, passed.text.clone(), passed.citations.clone());
        })
        .await;
        decision.model = Some(written.model.clone().unwrap_or_else(|| llm.name().to_owned()));
        decision.cut.clone_from(&written.cut);
        decision.wrote = Some(written.raw.clone());
        decision.usage = Usage {
            model_calls: written.calls,
            prompt_tokens: written.prompt_tokens,
            completion_tokens: written.completion_tokens,
            duration_ms: 0,
        };
        decision.faults.extend(written.fault.iter().map(ToString::to_string));
        decision.faults.extend(written.at_limit.then(|| write::AT_LIMIT.to_owned()));
        written
    }

    /// The reply that the model's sentences make, or `None` when the passages must be quoted instead.
    fn written(&self, decision: &mut Decision, window: &Window, written: &Written) -> Option<Reply> {
        if !written.passed.is_empty() {
            decision.action = Action::Answer;
            decision.mode = Mode::Model;
            let broken = written.fault.is_some();
            if broken { "cut_short" } else { "supported" }.clone_into(&mut decision.because);
            let mut text = reply::join(&written.passed, window.language);
            if broken {
                text.push_str(if window.language == Language::Zh { "" } else { " " });
                text.push_str(self.prompts.reply("cut_short", window.language));
            }
            let citations = reply::distinct(written.passed.iter().flat_map(|passed| &passed.citations));
            return Some(Reply::Say { text, mode: Mode::Model, citations, offers_human: broken });
        }
        if written.declined {
            return Some(self.unanswered(decision, self.gave_up(window), "model_found_nothing"));
        }
        if written.fault.is_none() {
            decision.faults.push("no sentence of the model passed verification".to_owned());
        }
        None
    }

    fn quote(
        &self,
        decision: &mut Decision,
        window: &Window,
        best: Option<&Quoted>,
        usable: &[&Scored],
        shown: &mpsc::Sender<Sentence>,
    ) -> Reply {
        let Some(best) = best.filter(|_| decision.evidence.quote >= WORTH_QUOTING) else {
            return self.unanswered(decision, self.gave_up(window), "nothing_to_quote");
        };
        let passage = &usable[best.passage].passage;
        let key = if passage.language == window.language { "quote_lead" } else { "quote_lead_foreign" };
        let title = passage.question.as_ref().unwrap_or(&passage.title);
        let lead = self.prompts.lead_in(key, window.language, title);
        let words = span::shown(passage, &best.place);
        // A mark behind the last cell would make the row something else.
        let gap = if words.ends_with('|') { "\n\n" } else { " " };
        let text = format!("{lead}\n\n{words}{gap}[1]");
        let citations = vec![cite(passage, best.place.clone(), 1)];
        reply::show(shown, 1, text.clone(), citations.clone());
        decision.action = Action::Answer;
        decision.mode = Mode::Quote;
        let because = match (self.llm.is_some(), &decision.model) {
            (true, Some(_)) if decision.cut.is_empty() => "model_unavailable",
            (true, Some(_)) => "nothing_verified",
            (true, None) => "other_language",
            (false, _) => "quoted",
        };
        because.clone_into(&mut decision.because);
        Reply::Say { text, mode: Mode::Quote, citations, offers_human: false }
    }

    fn search_failed(&self, decision: &mut Decision, window: &Window, fault: &str) -> Reply {
        decision.faults.push(format!("search: {fault}"));
        "search_failed".clone_into(&mut decision.because);
        if self.gave_up(window) == Gate::Escalate {
            return self.escalated(decision, ReasonKind::Fault, Priority::Normal, "handoff");
        }
        self.fixed(decision, "fault", Action::Offer, true)
    }

    /// What a rule says.
    fn ruled(&self, decision: &mut Decision, verdict: &Verdict) -> Reply {
        decision.rule = Some(verdict.rule.clone());
        "rule".clone_into(&mut decision.because);
        match verdict.action {
            Rule::Escalate => self.escalated(decision, verdict.reason, verdict.priority, &verdict.reply),
            Rule::Offer => self.fixed(decision, &verdict.reply, Action::Offer, true),
            Rule::Reply => self.fixed(decision, &verdict.reply, Action::Reply, false),
        }
    }

    /// No answer: a person is offered, or fetched.
    fn unanswered(&self, decision: &mut Decision, gate: Gate, because: &str) -> Reply {
        because.clone_into(&mut decision.because);
        if gate == Gate::Escalate {
            return self.escalated(decision, ReasonKind::NoEvidence, Priority::Normal, "no_evidence");
        }
        self.fixed(decision, "offer", Action::Offer, true)
    }

    fn fixed(&self, decision: &mut Decision, key: &str, action: Action, offers_human: bool) -> Reply {
        decision.action = action;
        decision.mode = Mode::Fixed;
        let text = self.prompts.reply(key, decision.language).to_owned();
        Reply::Say { text, mode: Mode::Fixed, citations: Vec::new(), offers_human }
    }

    fn escalated(&self, decision: &mut Decision, kind: ReasonKind, priority: Priority, key: &str) -> Reply {
        decision.action = Action::Escalate;
        decision.mode = Mode::Fixed;
        let reason = Reason { kind, rule: decision.rule.clone(), priority };
        Reply::Escalate { reason, say: self.prompts.reply(key, decision.language).to_owned() }
    }
}

/// Puts passages in the customer's language first, unless the best of them is far behind.
fn prefer(language: Language, passages: Vec<&Scored>) -> Vec<&Scored> {
    let top = passages.iter().map(|scored| scored.scores.fused).fold(0.0, f32::max);
    let (native, foreign): (Vec<&Scored>, Vec<&Scored>) =
        passages.iter().partition(|scored| scored.passage.language == language);
    if native.first().is_some_and(|best| best.scores.fused >= top * NEAR) {
        [native, foreign].concat()
    } else {
        passages
    }
}
