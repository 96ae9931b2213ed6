//! One case against what came: pure, so that a stored run can be judged anew.

use std::collections::BTreeMap;

use crate::eval::case::{Case, Fact};
use crate::eval::metric::citation::{Citations, citations};
use crate::eval::metric::contradiction::contradicted;
use crate::eval::metric::conversation::{needless_clarifications, summary_completeness, turns_to_resolution};
use crate::eval::metric::exact::exact_match;
use crate::eval::metric::f1::token_f1;
use crate::eval::metric::grounded::grounded;
use crate::eval::metric::map::average_precision;
use crate::eval::metric::mrr::reciprocal_rank;
use crate::eval::metric::ndcg::ndcg;
use crate::eval::metric::recall::recall;
use crate::eval::metric::rouge::rouge_l;
use crate::eval::metric::{facts, judge};
use crate::eval::record::{Failure, Outcome, Verdict};
use crate::model::decision::{Action, Mode};
use crate::text::language::detect;

/// Checks whose failure makes an answer wrong; the others only fail the case.
const MAKES_WRONG: [&str; 4] = ["decision", "fact", "must_not", "cites"];

/// Judges an attempt.
#[must_use]
pub fn score(case: &Case, outcome: &Outcome) -> Verdict {
    let (expect, decision, reply) = (&case.expect, &outcome.decision, &outcome.reply);
    let mut failures: Vec<Failure> = Vec::new();
    let mut fail = |check: &str, detail: String| failures.push(Failure { check: check.to_owned(), detail });
    let decided = decision.action == expect.decision || expect.accept.contains(&decision.action);
    if !decided {
        fail("decision", format!("{:?} instead of {:?} ({})", decision.action, expect.decision, decision.because));
    }
    if let (Some(expected), Some(reason)) = (expect.reason, &reply.reason)
        && reason.kind != expected
    {
        fail("reason", format!("{:?} instead of {expected:?}", reason.kind));
    }
    if let Some(expected) = expect.rule.as_ref().filter(|expected| decision.rule.as_ref() != Some(*expected)) {
        fail("rule", format!("{} instead of {expected}", decision.rule.as_deref().unwrap_or("none")));
    }
    let answered = decision.action == Action::Answer;
    let claims = answered && decision.mode != Mode::Fixed;
    if answered {
        for fact in expect.facts.iter().filter(|fact| !facts::stated(fact, &reply.text)) {
            fail("fact", format!("does not say {fact}"));
        }
    }
    let cited = citations(&reply.citations, &expect.cites).filter(|_| claims);
    if cited.is_some_and(|cited| !cited.any) {
        let sources: Vec<&str> = reply.citations.iter().map(|citation| citation.source.as_str()).collect();
        fail(
            "cites",
            format!("rests on {}", if sources.is_empty() { "nothing".to_owned() } else { sources.join(", ") }),
        );
    }
    for text in expect.must_not.iter().filter(|text| facts::stated(&Fact::Text((*text).clone()), &reply.text)) {
        fail("must_not", format!("says {text}"));
    }
    if let Some(language) = expect.language.filter(|language| *language != detect(&reply.text)) {
        fail("language", format!("the reply is not in {}", language.tag()));
    }
    if let Some(most) = expect.max_latency_ms.filter(|most| outcome.latency_ms > f64::from(*most)) {
        fail("latency", format!("{:.0} ms, more than {most}", outcome.latency_ms));
    }
    if let (Some(most), Some(cost)) = (expect.max_cost, outcome.cost)
        && cost > most
    {
        fail("cost", format!("{cost:.5}, more than {most}"));
    }
    let told =
        summary_completeness(outcome.summary.as_ref(), &expect.summary).filter(|_| decision.action == Action::Escalate);
    if told.is_some_and(|share| share < 1.0) {
        fail("summary", "the summary leaves out what the customer said".to_owned());
    }
    let scores = scores(case, outcome, cited, told);
    let wrong = |failure: &Failure| MAKES_WRONG.contains(&failure.check.as_str());
    let right = answered.then(|| !failures.iter().any(wrong));
    Verdict { pass: failures.is_empty(), right, failures, scores }
}

/// The figures of one case; those that do not apply are left out.
fn scores(case: &Case, outcome: &Outcome, cited: Option<Citations>, told: Option<f64>) -> BTreeMap<String, f64> {
    let (expect, reply) = (&case.expect, &outcome.reply);
    let answered = outcome.decision.action == Action::Answer;
    // A quote is introduced by a line of ours, which is no part of the answer.
    let quotes: Vec<&str> = reply.citations.iter().map(|citation| citation.quote.as_str()).collect();
    let quoted = reply.mode == Mode::Quote && !quotes.is_empty();
    let text = if quoted { quotes.join("\n") } else { without_marks(&reply.text) };
    let judged = outcome.judged.as_ref().and_then(|votes| judge::majority(votes.right, votes.wrong));
    let expects_facts = answered && case.is_answerable();
    let contradictions = expects_facts.then(|| contradicted(&expect.facts, &reply.text, facts::stated).len() as f64);
    let mut scores = BTreeMap::new();
    let mut put = |name: &str, value: Option<f64>| {
        if let Some(value) = value {
            scores.insert(name.to_owned(), value);
        }
    };
    put("fact_recall", facts::recall(&expect.facts, &reply.text).filter(|_| answered));
    put("contradictions", contradictions);
    put("citation_precision", cited.and_then(|cited| cited.precision));
    put("citation_recall", cited.map(|cited| cited.recall));
    put("exact_match", exact_match(&text, &expect.answers).filter(|_| answered));
    put("token_f1", token_f1(&text, &expect.answers).filter(|_| answered));
    put("rouge_l", rouge_l(&text, &expect.answers).filter(|_| answered));
    put("grounded", grounded(&text, &reply.citations, case.question()).filter(|_| answered));
    put("judged_right", judged.map(|right| f64::from(u8::from(right))));
    put("summary_completeness", told);
    put(
        "turns_to_resolution",
        turns_to_resolution(&outcome.earlier, outcome.decision.action).map(|turns| turns as f64),
    );
    if case.is_answerable() {
        put("needless_clarifications", Some(needless_clarifications(&outcome.earlier) as f64));
    }
    if case.is_answerable() && !expect.cites.is_empty() && !outcome.found.is_empty() {
        let (grades, relevant) = grades(case, &outcome.found);
        put("document_recall@1", Some(recall(&grades, 1)));
        put("document_recall@5", Some(recall(&grades, 5)));
        put("document_mrr@10", Some(reciprocal_rank(&grades, 10)));
        put("document_ndcg@10", Some(ndcg(&grades, &vec![1.0; relevant], 10)));
        put("document_map@10", Some(average_precision(&grades, relevant, 10)));
    }
    scores
}

/// Grades of the documents found, each at its best place, and how many documents are relevant.
fn grades(case: &Case, found: &[String]) -> (Vec<f64>, usize) {
    let mut relevant: Vec<&str> = case.expect.cites.iter().map(|cite| cite.document()).collect();
    relevant.sort_unstable();
    relevant.dedup();
    let mut distinct: Vec<&str> = Vec::new();
    for name in found {
        if !distinct.contains(&name.as_str()) {
            distinct.push(name);
        }
    }
    let grades = distinct.iter().map(|name| f64::from(u8::from(relevant.contains(name)))).collect();
    (grades, relevant.len())
}

/// The reply without `[1]`.
fn without_marks(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('[') {
        let inside = &rest[start + 1..];
        let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
        plain.push_str(&rest[..start]);
        if digits > 0 && inside[digits..].starts_with(']') {
            rest = &inside[digits + 1..];
        } else {
            plain.push('[');
            rest = inside;
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::eval::record::Said;
    use crate::model::decision::{Decision, Thresholds};
    use crate::model::id::TurnId;
    use crate::text::language::Language;

    fn outcome(action: Action, text: &str) -> Outcome {
        let decision = Decision {
            action,
            mode: Mode::Quote,
            because: "quoted".to_owned(),
            thresholds: Thresholds { answer: 0.5, offer: 0.1 },
            knowledge: 1,
            ..Decision::blank(TurnId(Uuid::nil()), Language::En)
        };
        Outcome {
            decision,
            reply: Said {
                text: text.to_owned(),
                mode: Mode::Quote,
                citations: Vec::new(),
                offers_human: false,
                reason: None,
            },
            found: vec!["b.md".to_owned(), "a.md".to_owned()],
            earlier: Vec::new(),
            summary: None,
            latency_ms: 20.0,
            cost: Some(0.2),
            judged: None,
        }
    }

    fn case(expect: &str) -> Case {
        serde_json::from_str(&format!(r#"{{"id":"a","language":"en","turns":["How long?"],"expect":{expect}}}"#))
            .unwrap()
    }

    #[track_caller]
    fn check(expect: &str, outcome: &Outcome, failures: &[&str], right: Option<bool>) {
        let verdict = score(&case(expect), outcome);
        let checks: Vec<&str> = verdict.failures.iter().map(|failure| failure.check.as_str()).collect();
        assert_eq!((checks.as_slice(), verdict.right), (failures, right), "{:?}", verdict.failures);
        assert_eq!(verdict.pass, failures.is_empty());
    }

    #[test]
    fn every_demand_is_checked() {
        let answer = outcome(Action::Answer, "You have 30 days. [1]");
        check(r#"{"decision":"answer","facts":["30 days"]}"#, &answer, &[], Some(true));
        check(r#"{"decision":"answer","facts":["45 days"]}"#, &answer, &["fact"], Some(false));
        check(r#"{"decision":"answer","cites":["a.md"]}"#, &answer, &["cites"], Some(false));
        check(r#"{"decision":"offer"}"#, &answer, &["decision"], Some(false));
        check(
            r#"{"decision":"offer","accept":["answer"],"must_not":["30 DAYS"]}"#,
            &answer,
            &["must_not"],
            Some(false),
        );
        check(r#"{"decision":"answer","language":"zh"}"#, &answer, &["language"], Some(true));
        check(r#"{"decision":"answer","max_latency_ms":10}"#, &answer, &["latency"], Some(true));
        check(r#"{"decision":"answer","max_cost":0.1}"#, &answer, &["cost"], Some(true));
        check(r#"{"decision":"answer","rule":"human"}"#, &answer, &["rule"], Some(true));
        let handed = outcome(Action::Escalate, "A person will take over.");
        check(r#"{"decision":"escalate","summary":["7781"]}"#, &handed, &["summary"], None);
        check(r#"{"decision":"answer","facts":["30 days"]}"#, &handed, &["decision"], None);
    }

    #[test]
    fn the_figures_of_a_case() {
        let expect =
            r#"{"decision":"answer","facts":["30 days","free"],"cites":["a.md"],"answers":["You have 30 days"]}"#;
        let scores = score(&case(expect), &outcome(Action::Answer, "You have 30 days. [1]")).scores;
        let rounded: Vec<String> = scores.iter().map(|(name, value)| format!("{name} {value:.2}")).collect();
        assert_eq!(
            rounded,
            [
                "citation_recall 0.00",
                "contradictions 0.00",
                "document_map@10 0.50",
                "document_mrr@10 0.50",
                "document_ndcg@10 0.63",
                "document_recall@1 0.00",
                "document_recall@5 1.00",
                "exact_match 1.00",
                "fact_recall 0.50",
                "needless_clarifications 0.00",
                "rouge_l 1.00",
                "token_f1 1.00",
                "turns_to_resolution 1.00"
            ]
        );
        assert_eq!(without_marks("a [1] [x] [12]."), "a  [x] .");
    }
}
