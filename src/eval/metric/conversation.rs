//! Conversations: how long until there is an answer, what was asked in vain, what the agent is told.

use crate::eval::record::{Earlier, SCRIPTED};
use crate::model::decision::Action;
use crate::model::event::Summary;
use crate::text::normalise::fold;

/// The customer's line (from 1) that the bot answered or handed over first; `None` when none was. What was scripted is no deed of the
/// bot: the conversation went on after it. The "turns to resolution" of service desks; fewer are better.
#[must_use]
pub fn turns_to_resolution(earlier: &[Earlier], last: Action) -> Option<usize> {
    let resolves = |action: Action| matches!(action, Action::Answer | Action::Escalate);
    let turns = earlier.iter().map(|turn| turn.because != SCRIPTED && resolves(turn.action)).chain([resolves(last)]);
    turns.zip(1..).find(|(resolved, _)| *resolved).map(|(_, at)| at)
}

/// Questions that the bot asked back although the documents answer: replies before the answer that claim nothing and ask. The fixed
/// reply of a rule, such as a greeting that ends with "How can I help?", asks nothing back. Source:
/// the "unnecessary clarification" of Aliannejadi et al. 2019, SIGIR (Qulac), for a bot that may also offer a person.
#[must_use]
pub fn needless_clarifications(earlier: &[Earlier]) -> usize {
    let asks = |text: &str| text.trim_end().ends_with(['?', '？']);
    let fixed = |turn: &Earlier| matches!(turn.because.as_str(), "rule" | "nothing_asked");
    earlier.iter().filter(|turn| turn.action == Action::Reply && !fixed(turn) && asks(&turn.text)).count()
}

/// Facts of the customer that the summary holds / those that it must hold. `None` when it must hold nothing. Source: content
/// recall of Nenkova & Passonneau 2004, NAACL (Pyramid), with units of one fact each.
#[must_use]
pub fn summary_completeness(summary: Option<&Summary>, expected: &[String]) -> Option<f64> {
    if expected.is_empty() {
        return None;
    }
    let Some(summary) = summary else { return Some(0.0) };
    let mut all = format!("{}\n{}\n{}", summary.problem, summary.open_question, summary.facts.join("\n"));
    all.push_str(&summary.tried.join("\n"));
    let plain = |text: &str| fold(text).split_whitespace().collect::<String>();
    let all = plain(&all);
    let held = expected.iter().filter(|fact| all.contains(&plain(fact))).count();
    Some(held as f64 / expected.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(action: Action, text: &str) -> Earlier {
        Earlier { action, because: String::new(), text: text.to_owned() }
    }

    #[test]
    fn turns_and_questions_are_counted() {
        let earlier = [turn(Action::Reply, "Which item do you mean?"), turn(Action::Offer, "Shall I fetch a person?")];
        assert_eq!(turns_to_resolution(&earlier, Action::Answer), Some(3));
        assert_eq!(turns_to_resolution(&earlier, Action::Offer), None);
        assert_eq!(turns_to_resolution(&[], Action::Escalate), Some(1));
        assert_eq!(needless_clarifications(&earlier), 1);
        let because = |because: &str, turn: Earlier| Earlier { because: because.to_owned(), ..turn };
        let greeted = [because("rule", turn(Action::Reply, "Hello! How can I help?"))];
        assert_eq!(needless_clarifications(&greeted), 0);
        let scripted = [because(SCRIPTED, turn(Action::Answer, "Which one?")), turn(Action::Offer, "A person?")];
        assert_eq!(turns_to_resolution(&scripted, Action::Answer), Some(3));
    }

    #[test]
    fn a_summary_holds_what_the_customer_gave() {
        let summary = Summary { facts: vec!["20260412-7781".to_owned()], ..Summary::default() };
        let expected = ["20260412-7781".to_owned(), "12 March".to_owned()];
        assert_eq!(summary_completeness(Some(&summary), &expected), Some(0.5));
        assert_eq!(summary_completeness(None, &expected), Some(0.0));
        assert_eq!(summary_completeness(None, &[]), None);
    }
}
