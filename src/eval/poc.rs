//! What a buyer wants to know after an afternoon: how many of the old tickets would be answered, how well, how fast, for how much,
//! about what, and which documents are the weakest. Pure: records in, figures out.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::eval::case::{Case, Context, Expect, Turn};
use crate::eval::draft;
use crate::eval::record::Record;
use crate::eval::stats::{Rate, quantile};
use crate::model::decision::Action;
use crate::text::language::detect;

/// An old ticket: what was asked, and what a person answered, where that is known.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Ticket {
    #[serde(alias = "text", alias = "subject", alias = "问题")]
    pub question: String,
    #[serde(default, alias = "reply", alias = "回答", alias = "答案")]
    pub answer: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Poc {
    pub tickets: u64,
    /// Tickets that are answered without a person.
    pub coverage: Rate,
    /// Right ones among the answers of tickets whose right answer can be told by its numbers.
    pub accuracy: Rate,
    /// The same over the drafts from the documents.
    pub drafts: Rate,
    pub latency_p50_ms: f64,
    pub latency_p95_ms: f64,
    pub cost: Option<f64>,
    /// Documents that the tickets are about, by how many; the rest is about none.
    pub topics: Vec<Topic>,
    /// Documents whose drafts fail most, worst first.
    pub weakest: Vec<Weak>,
    /// Tickets that no document answers.
    pub unanswered: Vec<String>,
    pub broke: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Topic {
    pub document: String,
    pub share: Rate,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Weak {
    pub document: String,
    /// Drafts about it that end as they should.
    pub passed: Rate,
}

/// Reads tickets: JSON lines or CSV with the columns `question` and, where known, `answer`.
///
/// # Errors
/// With the line that cannot be read.
pub fn tickets(text: &str) -> anyhow::Result<Vec<Ticket>> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        let filled = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        return filled
            .map(|(line, number)| serde_json::from_str(line).map_err(|error| anyhow::anyhow!("line {number}: {error}")))
            .collect();
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

/// A case for each ticket. What its answer must state are the numbers of the answer that was given.
#[must_use]
pub fn cases(tickets: &[Ticket]) -> Vec<Case> {
    let filled = tickets.iter().zip(1..).filter(|(ticket, _)| !ticket.question.trim().is_empty());
    filled
        .map(|(ticket, number)| {
            let answers = Some(ticket.answer.trim().to_owned()).filter(|answer| !answer.is_empty());
            let facts = draft::facts(&ticket.answer);
            let expect = Expect { facts, answers: answers.into_iter().collect(), ..draft::answer() };
            Case {
                id: format!("ticket-{number:05}"),
                language: detect(&ticket.question),
                turns: vec![Turn::Customer(ticket.question.trim().to_owned())],
                context: Context::default(),
                expect,
                tags: vec!["ticket".to_owned()],
                zero_tolerance: false,
                known_failure: false,
                source: None,
                unreviewed: true,
            }
        })
        .collect()
}

/// Sums up a run over tickets and drafts.
#[must_use]
pub fn sum_up(records: &[Record]) -> Poc {
    let mut counts = Counts::default();
    for record in records {
        counts.add(record);
    }
    let Counts { tickets, answered, judged, drafts, mut latencies, cost, topics, weak, unanswered, broke } = counts;
    latencies.sort_by(f64::total_cmp);
    let mut topics: Vec<Topic> =
        topics.into_iter().map(|(document, count)| Topic { document, share: Rate::new(count, tickets) }).collect();
    topics.sort_by(|a, b| b.share.hits.cmp(&a.share.hits).then_with(|| a.document.cmp(&b.document)));
    let mut weakest: Vec<Weak> = weak
        .into_iter()
        .map(|(document, (passed, of))| Weak { document, passed: Rate::new(passed, of) })
        .filter(|weak| weak.passed.hits < weak.passed.of)
        .collect();
    let share = |weak: &Weak| weak.passed.rate.unwrap_or(0.0);
    weakest.sort_by(|a, b| share(a).total_cmp(&share(b)).then_with(|| a.document.cmp(&b.document)));
    Poc {
        tickets,
        coverage: Rate::new(answered, tickets),
        accuracy: Rate::new(judged.0, judged.1),
        drafts: Rate::new(drafts.0, drafts.1),
        latency_p50_ms: quantile(&latencies, 0.5),
        latency_p95_ms: quantile(&latencies, 0.95),
        cost: (cost > 0.0).then_some(cost),
        topics,
        weakest,
        unanswered,
        broke,
    }
}

#[derive(Default)]
struct Counts {
    tickets: u64,
    answered: u64,
    /// Right and all.
    judged: (u64, u64),
    drafts: (u64, u64),
    latencies: Vec<f64>,
    cost: f64,
    topics: HashMap<String, u64>,
    weak: BTreeMap<String, (u64, u64)>,
    unanswered: Vec<String>,
    broke: u64,
}

impl Counts {
    fn add(&mut self, record: &Record) {
        let Some(outcome) = record.outcome() else {
            self.broke += 1;
            return;
        };
        self.latencies.push(outcome.latency_ms);
        self.cost += outcome.cost.unwrap_or(0.0);
        let answers = outcome.decision.action == Action::Answer;
        let right = record.verdict.right == Some(true);
        if !record.case.is_tagged("ticket") {
            let (passed, of) = self.weak.entry(record.case.source.clone().unwrap_or_default()).or_default();
            *passed += u64::from(right);
            *of += 1;
            self.drafts.1 += u64::from(answers);
            self.drafts.0 += u64::from(answers && right);
            return;
        }
        self.tickets += 1;
        self.answered += u64::from(answers);
        if answers && !record.case.expect.facts.is_empty() {
            self.judged.1 += 1;
            self.judged.0 += u64::from(right);
        }
        match outcome.decision.action {
            Action::Answer => {
                let cited = outcome.reply.citations.first().map(|citation| citation.source.clone());
                if let Some(document) = cited {
                    *self.topics.entry(document).or_default() += 1;
                }
            }
            Action::Offer | Action::Escalate if outcome.decision.rule.is_none() => {
                self.unanswered.push(record.case.question().to_owned());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_are_read_from_both_forms() {
        let csv = "question,answer\n\"How long, please?\",30 days\nHello,\n";
        let json = "{\"question\":\"How long, please?\",\"answer\":\"30 days\"}\n{\"text\":\"Hello\"}\n";
        assert_eq!(tickets(csv).unwrap(), tickets(json).unwrap());
        assert_eq!(tickets("问题,答案\n多久,七天\n").unwrap()[0].answer, "七天");
        let cases = cases(&tickets(csv).unwrap());
        assert_eq!((cases.len(), cases[0].expect.facts.len(), cases[1].expect.facts.len()), (2, 1, 0));
        assert!(cases.iter().all(|case| case.complaints().is_empty()));
        assert!(tickets("{\"answer\":1}").is_err());
    }
}
