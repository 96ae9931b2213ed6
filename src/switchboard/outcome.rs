//! From what dialogue decided to the events that are appended. Pure.

use crate::desk::reception::Reception;
use crate::desk::summary;
use crate::dialogue::{Outcome, Reply, Sentence};
use crate::model::conversation::Conversation;
use crate::model::decision::{Action, Decision, Mode, Usage};
use crate::model::event::{Event, Priority, Reason, ReasonKind};
use crate::model::id::TurnId;
use crate::model::passage::Citation;
use crate::text::language::Language;

/// The events of a turn's end, to be appended together or not at all. `reception` counts when the reply gives the
/// conversation to people.
#[must_use]
pub fn events(conversation: &Conversation, outcome: Outcome, reception: Reception) -> Vec<Event> {
    let turn = outcome.decision.turn;
    let mode = outcome.decision.mode;
    let decided = Event::Decided { decision: Box::new(outcome.decision) };
    match outcome.reply {
        Reply::Say { text, mode, citations, offers_human } => {
            vec![decided, Event::BotSaid { turn, text, mode, citations, offers_human }]
        }
        Reply::Escalate { reason, say } => {
            let said = |text| Event::BotSaid { turn, text, mode, citations: Vec::new(), offers_human: false };
            match reception {
                Reception::Taken { team, notice } => {
                    let summary = summary::from_log(conversation, &[]);
                    vec![decided, said(say), Event::Escalated { reason, summary, team, notice }]
                }
                // It would be a lie to say that somebody comes.
                Reception::Declined { notice } => vec![decided, said(notice)],
            }
        }
    }
}

/// The end of a turn that broke. What was shown stays, so that nothing is taken back; then comes the truth.
pub(super) fn broken(
    conversation: &Conversation,
    turn: TurnId,
    shown: &[Sentence],
    why: &str,
    took_ms: u32,
    reception: Reception,
) -> Vec<Event> {
    let language = conversation.language;
    let mode = if shown.is_empty() { Mode::Fixed } else { Mode::Model };
    let decision = Decision {
        action: Action::Escalate,
        mode,
        because: "fault".to_owned(),
        calibration: "none".to_owned(),
        faults: vec![why.to_owned()],
        usage: Usage { duration_ms: took_ms, ..Usage::default() },
        ..Decision::blank(turn, language)
    };
    let text = joined(shown, language);
    let citations: Vec<Citation> = distinct(shown);
    let summary = summary::from_log(conversation, &citations);
    // What broke is never the bot's.
    let (team, notice) = match reception {
        Reception::Taken { team, notice } => (team, notice),
        Reception::Declined { .. } => (None, String::new()),
    };
    vec![
        Event::Decided { decision: Box::new(decision) },
        Event::BotSaid { turn, text, mode, citations, offers_human: false },
        Event::Escalated { reason: fault(), summary, team, notice },
    ]
}

/// Why a broken turn is given to people.
pub(super) fn fault() -> Reason {
    Reason { kind: ReasonKind::Fault, rule: None, priority: Priority::Normal }
}

fn joined(shown: &[Sentence], language: Language) -> String {
    let apology = match language {
        Language::En if shown.is_empty() => {
            "Something went wrong on our side, so I cannot answer this. A person will take over and can read everything that you wrote."
        }
        Language::En => {
            "I could not finish this answer because something went wrong on our side. A person will take over and can read everything that you wrote."
        }
        Language::Zh if shown.is_empty() => {
            "我们这边出了点问题，暂时无法回答。已为您转接人工客服，客服可以看到您写的全部内容。"
        }
        Language::Zh => "我们这边出了点问题，上面的回答没能写完。已为您转接人工客服，客服可以看到您写的全部内容。",
    };
    if shown.is_empty() {
        return apology.to_owned();
    }
    let space = if language == Language::Zh { "" } else { " " };
    let sentences: Vec<&str> = shown.iter().map(|sentence| sentence.text.trim()).collect();
    format!("{}\n\n{apology}", sentences.join(space))
}

fn distinct(shown: &[Sentence]) -> Vec<Citation> {
    let mut citations: Vec<Citation> = Vec::new();
    for citation in shown.iter().flat_map(|sentence| &sentence.citations) {
        if !citations.contains(citation) {
            citations.push(citation.clone());
        }
    }
    citations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::model::event::Recorded;
    use crate::model::id::{ConversationId, CustomerId, WorkspaceId};
    use crate::model::time::Timestamp;

    fn asked(text: &str, language: Language) -> (Conversation, TurnId) {
        let turn = clock::id();
        let events = [
            Event::Opened {
                workspace: WorkspaceId::DEFAULT,
                inbox: "default".to_owned(),
                channel: "web".to_owned(),
                customer: clock::id::<CustomerId>(),
            },
            Event::CustomerSaid { client_id: "1".to_owned(), text: text.to_owned(), language, attachments: Vec::new() },
            Event::TurnStarted { turn, through: 2 },
        ];
        let recorded: Vec<Recorded> =
            (1..).zip(events).map(|(seq, event)| Recorded { seq, at: Timestamp(0), event }).collect();
        (Conversation::fold(clock::id::<ConversationId>(), &recorded).unwrap(), turn)
    }

    fn applies(conversation: &Conversation, events: Vec<Event>) -> Conversation {
        let mut after = conversation.clone();
        for event in events {
            after.apply(&Recorded { seq: after.seq + 1, at: Timestamp(1), event }).unwrap();
        }
        after
    }

    #[test]
    fn a_broken_turn_ends_with_an_honest_reply_and_a_person() {
        let (conversation, turn) = asked("Can I return it?", Language::En);
        let after = applies(&conversation, broken(&conversation, turn, &[], "panicked", 12, Reception::default()));
        assert!(after.awaits_bot().is_none());
        assert_eq!(after.escalation.unwrap().reason.kind, ReasonKind::Fault);
        assert!(after.messages.last().unwrap().text.starts_with("Something went wrong on our side"));
    }

    #[test]
    fn what_was_shown_is_never_taken_back() {
        let (conversation, turn) = asked("可以退货吗？", Language::Zh);
        let sentence = |number, text: &str| Sentence { number, text: text.to_owned(), citations: Vec::new() };
        let shown = [sentence(1, "可以。"), sentence(2, "请在 30 天内退货。")];
        let after = applies(&conversation, broken(&conversation, turn, &shown, "hung", 12, Reception::default()));
        let said = &after.messages.last().unwrap().text;
        assert!(said.starts_with("可以。请在 30 天内退货。\n\n"), "{said}");
        assert!(said.ends_with("客服可以看到您写的全部内容。"), "{said}");
    }
}
