//! A conversation at the terminal: the same turns as for a customer, kept in memory only.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::app::House;
use crate::cli::terminal::Terminal;
use crate::clock;
use crate::desk::reception::Reception;
use crate::dialogue::{Outcome, Reply, Sentence};
use crate::model::conversation::{Conversation, Owner};
use crate::model::decision::{Decision, Mode};
use crate::model::event::{Event, Recorded};
use crate::model::id::{CustomerId, TurnId, WorkspaceId};
use crate::model::passage::Citation;
use crate::switchboard::outcome;
use crate::text::language;

/// A conversation that nobody else sees.
pub(super) struct Talk {
    house: Arc<House>,
    conversation: Conversation,
}

/// What was said in a turn.
pub(super) struct Said {
    pub(super) text: String,
    pub(super) mode: Mode,
    pub(super) citations: Vec<Citation>,
    pub(super) escalated: bool,
    pub(super) decision: Decision,
}

/// Says so where there is nothing to answer from: the data folder may not be the one that was meant.
pub(super) async fn note_when_empty(house: &House, terminal: &Terminal) -> anyhow::Result<()> {
    if house.store.published(WorkspaceId::DEFAULT).await?.version == 0 {
        let data = house.config.data.display();
        terminal.say(
            format!("Note: the data folder {data} has no documents yet; `frontdesk ingest` takes some in."),
            format!("提示：数据目录 {data} 中还没有文档，可用 `frontdesk ingest` 导入。"),
        );
    }
    Ok(())
}

impl Talk {
    pub(super) fn begin(house: Arc<House>) -> anyhow::Result<Self> {
        let mut talk = Self { house, conversation: Conversation::unborn(clock::id()) };
        talk.happen(Event::Opened {
            workspace: WorkspaceId::DEFAULT,
            inbox: "default".to_owned(),
            channel: "terminal".to_owned(),
            customer: clock::id::<CustomerId>(),
        })?;
        Ok(talk)
    }

    /// Says something, hands verified sentences to `show` as they come, and returns the whole reply. `None`: the conversation
    /// belongs to people, and the bot says nothing.
    pub(super) async fn say(&mut self, text: &str, mut show: impl FnMut(&Sentence)) -> anyhow::Result<Option<Said>> {
        let language = language::detect(text);
        let client_id = self.conversation.seq.to_string();
        self.happen(Event::CustomerSaid { client_id, text: text.to_owned(), language, attachments: Vec::new() })?;
        if self.conversation.owner != Owner::Bot {
            return Ok(None);
        }
        let turn: TurnId = clock::id();
        self.happen(Event::TurnStarted { turn, through: self.conversation.seq })?;
        let done = self.think(turn, &mut show).await;
        let decision = done.decision.clone();
        let escalated = matches!(done.reply, Reply::Escalate { .. });
        let mut said = None;
        for event in outcome::events(&self.conversation, done, Reception::default()) {
            if let Event::BotSaid { text, mode, citations, .. } = &event {
                let (text, mode, citations) = (text.clone(), *mode, citations.clone());
                said = Some(Said { text, mode, citations, escalated, decision: decision.clone() });
            }
            self.happen(event)?;
        }
        Ok(said)
    }

    async fn think(&self, turn: TurnId, show: &mut impl FnMut(&Sentence)) -> Outcome {
        let (sender, mut sentences) = mpsc::channel(64);
        let response = self.house.dialogue.respond(&self.conversation, turn, clock::now(), &sender);
        tokio::pin!(response);
        let done = loop {
            tokio::select! {
                biased;
                Some(sentence) = sentences.recv() => show(&sentence),
                done = &mut response => break done,
            }
        };
        while let Ok(sentence) = sentences.try_recv() {
            show(&sentence);
        }
        done
    }

    fn happen(&mut self, event: Event) -> anyhow::Result<()> {
        let recorded = Recorded { seq: self.conversation.seq + 1, at: clock::now(), event };
        Ok(self.conversation.apply(&recorded)?)
    }
}

/// How a reply came about, in a few words.
pub(super) fn how(mode: Mode, terminal: &Terminal) -> &'static str {
    match mode {
        Mode::Model => terminal.choose("written by AI, every sentence verified", "AI 撰写，逐句核实"),
        Mode::Quote => terminal.choose("quoted from the documents", "引自文档原文"),
        Mode::Fixed => terminal.choose("a standing reply", "固定回复"),
    }
}

/// Prints what a reply stands on.
pub(super) fn print_sources(citations: &[Citation], terminal: &Terminal) -> anyhow::Result<()> {
    for citation in citations {
        let place = [std::slice::from_ref(&citation.title), &citation.heading].concat().join(" › ");
        let quote = citation.quote.split_whitespace().collect::<Vec<_>>().join(" ");
        terminal.print(format!("  [{}] {place} ({})\n      “{quote}”", citation.number, citation.source))?;
    }
    Ok(())
}
