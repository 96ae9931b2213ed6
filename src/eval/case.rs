//! A labelled case: what a customer writes, and what has to come of it.
//!
//! `eval/README.md` is the same in words for people who write cases. `eval::suite` reads files of them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::decision::Action;
use crate::model::event::ReasonKind;
use crate::text::language::Language;
use crate::text::quantities::quantities;
use crate::text::quantities::quantity::{Quantity, Unit};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Unique within a run.
    pub id: String,
    /// What the customer writes in.
    pub language: Language,
    /// In order; the bot answers each line of the customer, and the last answer is judged.
    pub turns: Vec<Turn>,
    #[serde(default, skip_serializing_if = "Context::is_empty")]
    pub context: Context,
    pub expect: Expect,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// A single failure of this case closes the gate, whatever the rates are.
    #[serde(default, skip_serializing_if = "is_false")]
    pub zero_tolerance: bool,
    /// It fails, and is known to: it closes no gate by that, whereas the failure of any other case counts for `max_new_failures`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub known_failure: bool,
    /// Where a machine took it from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Drafted by a machine, and no person has looked at it yet. Such cases are left out unless they are asked for.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unreviewed: bool,
}

/// One line of the conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "what the customer writes, or {bot: what was answered}")]
pub enum Turn {
    Customer(String),
    /// What the bot is taken to have answered, instead of asking it: for conversations that really took place.
    Scripted(Scripted),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scripted {
    pub bot: String,
}

/// Where the conversation takes place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Context {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbox: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// What the business knows about the customer. Kept with the case; the product's turn does not read it yet.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

impl Context {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What has to come of it. Absent fields demand nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    pub decision: Action,
    /// Other decisions that are also right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<Action>,
    /// Why it goes to people, when it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonKind>,
    /// The policy rule that decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What an answer must state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// What an answer must rest on: it cites at least one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<Cite>,
    /// What must not appear in the reply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_not: Vec<String>,
    /// The language of the reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Answers that a person would give, for the measures of likeness; likeness alone fails no case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<String>,
    /// Reserved: the product calls no tools yet, and a case that expects one is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
    /// Ceilings of the judged turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_latency_ms: Option<u32>,
    /// In the currency of the suite's price table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_cost: Option<f64>,
    /// The customer's facts (order number, date…) that the summary for the agent must hold, when it goes to people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summary: Vec<String>,
}

/// Something that an answer must state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a text, {any: [texts]}, or {quantity: a number with its unit or a date, within: a span}"
)]
pub enum Fact {
    Text(String),
    Any(AnyOf),
    Quantity(Measured),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnyOf {
    pub any: Vec<String>,
}

/// A number or a date, whichever way it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// As one would write it: `30 days`, `¥128`, `2026-01-14`.
    pub quantity: String,
    /// How far off is still right: a percentage, a number of the same unit, or days for a date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

/// A document by its file name, or words of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "the file name of a document, or {document: its file name, quote: words of it}")]
pub enum Cite {
    Document(String),
    Span(Span),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub document: String,
    pub quote: String,
}

impl Measured {
    /// How far off is still right. A number without a unit is one of the quantity's own: `2` on `30 days` is two days.
    #[must_use]
    pub fn span(&self) -> Option<Quantity> {
        let one = |text: &str| quantities(text).into_iter().next();
        let within = one(self.within.as_deref()?)?;
        let wanted = one(&self.quantity)?;
        if within.unit != Unit::Count || matches!(wanted.unit, Unit::Count | Unit::Date) {
            return Some(within);
        }
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
        let start = self.quantity.find(|c: char| c.is_ascii_digit())?;
        let end = self.quantity[start..].find(|c| !is_number(c)).map_or(self.quantity.len(), |length| start + length);
        let number = self.within.as_deref()?.trim();
        one(&format!("{}{number}{}", &self.quantity[..start], &self.quantity[end..]))
    }
}

impl Turn {
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Customer(text) => text,
            Self::Scripted(scripted) => &scripted.bot,
        }
    }
}

impl Cite {
    #[must_use]
    pub fn document(&self) -> &str {
        match self {
            Self::Document(document) => document,
            Self::Span(span) => &span.document,
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Any(any) => f.write_str(&any.any.join(" | ")),
            Self::Quantity(measured) => match &measured.within {
                Some(within) => write!(f, "{} ± {within}", measured.quantity),
                None => f.write_str(&measured.quantity),
            },
        }
    }
}

impl Case {
    /// The line that is judged.
    #[must_use]
    pub fn question(&self) -> &str {
        self.turns.last().map_or("", Turn::text)
    }

    /// What the customer writes, in order.
    pub fn said(&self) -> impl Iterator<Item = &str> {
        self.turns.iter().filter(|turn| matches!(turn, Turn::Customer(_))).map(Turn::text)
    }

    /// Whether the documents hold an answer, going by the label.
    #[must_use]
    pub fn is_answerable(&self) -> bool {
        self.expect.decision == Action::Answer
    }

    /// Whether it accepts any answer whatsoever: nothing must be stated, cited or left out. Such a case says whether there is an
    /// answer, not whether it is right.
    #[must_use]
    pub fn takes_any_answer(&self) -> bool {
        let expect = &self.expect;
        let answers = expect.decision == Action::Answer || expect.accept.contains(&Action::Answer);
        answers && expect.facts.is_empty() && expect.cites.is_empty() && expect.must_not.is_empty()
    }

    #[must_use]
    pub fn is_tagged(&self, tag: &str) -> bool {
        self.tags.iter().any(|known| known == tag)
    }

    /// What is wrong with it, field by field. Empty means that it can be run.
    #[must_use]
    pub fn complaints(&self) -> Vec<(String, String)> {
        let mut complaints: Vec<(String, String)> = Vec::new();
        let mut complain = |field: &str, what: &str| complaints.push((field.to_owned(), what.to_owned()));
        let expect = &self.expect;
        if self.id.trim().is_empty() {
            complain("id", "is empty");
        }
        if self.turns.is_empty() {
            complain("turns", "is empty");
        }
        if self.turns.iter().any(|turn| turn.text().trim().is_empty()) {
            complain("turns", "holds an empty line");
        }
        if matches!(self.turns.first(), Some(Turn::Scripted(_)))
            || self.turns.windows(2).any(|pair| pair.iter().all(|turn| matches!(turn, Turn::Scripted(_))))
        {
            complain("turns", "an answer of the bot must follow a line of the customer");
        }
        if matches!(self.turns.last(), Some(Turn::Scripted(_))) {
            complain("turns", "must end with a line of the customer");
        }
        if expect.accept.contains(&expect.decision) {
            complain("expect.accept", "repeats expect.decision");
        }
        let escalates = |action: &Action| *action == Action::Escalate;
        if expect.reason.is_some() && !escalates(&expect.decision) && !expect.accept.iter().any(escalates) {
            complain("expect.reason", "needs the decision escalate");
        }
        if !expect.facts.is_empty() && expect.decision != Action::Answer {
            complain("expect.facts", "needs the decision answer");
        }
        for (at, fact) in expect.facts.iter().enumerate() {
            if let Some(what) = fact.complaint() {
                complain(&format!("expect.facts[{at}]"), &what);
            }
        }
        if expect.cites.iter().any(|cite| cite.document().is_empty()) {
            complain("expect.cites", "holds an empty name");
        }
        for (field, texts) in [
            ("expect.must_not", &expect.must_not),
            ("expect.answers", &expect.answers),
            ("expect.summary", &expect.summary),
            ("tags", &self.tags),
        ] {
            if texts.iter().any(|text| text.trim().is_empty()) {
                complain(field, "holds an empty text");
            }
        }
        if !expect.tools.is_empty() {
            complain("expect.tools", "is reserved: the product calls no tools yet");
        }
        if expect.max_cost.is_some_and(|cost| !cost.is_finite() || cost < 0.0) {
            complain("expect.max_cost", "must be a number from 0");
        }
        complaints
    }
}

impl Fact {
    fn complaint(&self) -> Option<String> {
        match self {
            Self::Text(text) if text.trim().is_empty() => Some("is empty".to_owned()),
            Self::Any(any) if any.any.is_empty() || any.any.iter().any(|text| text.trim().is_empty()) => {
                Some("any: needs texts that are not empty".to_owned())
            }
            Self::Quantity(measured) => {
                let one = |text: &str| quantities(text).len() == 1;
                if !one(&measured.quantity) {
                    return Some(format!("quantity: {:?} is not read as one number or date", measured.quantity));
                }
                let within = measured.within.as_ref()?;
                if !one(within) {
                    return Some(format!("within: {within:?} is not read as one number"));
                }
                measured.span().is_none().then(|| format!("within: {within:?} needs a unit"))
            }
            Self::Text(_) | Self::Any(_) => None,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Case {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_case_is_read_in_full_and_written_back_as_it_was() {
        let text = r#"{"id":"en-1","language":"en","turns":["Hello",{"bot":"Hi!"},"How long?"],"context":{"inbox":"shop","attributes":{"tier":"gold"}},"expect":{"decision":"answer","accept":["offer"],"facts":["30 days",{"any":["a","b"]},{"quantity":"2026-01-14","within":"2 days"}],"cites":["a.md",{"document":"b.md","quote":"words"}],"must_not":["60 days"],"language":"en","answers":["Thirty days."],"max_latency_ms":500,"max_cost":0.01},"tags":["plain"],"zero_tolerance":true}"#;
        let case = read(text);
        assert_eq!(case.complaints(), []);
        assert_eq!(serde_json::to_string(&case).unwrap(), text);
        assert_eq!((case.question(), case.said().count()), ("How long?", 2));
    }

    #[test]
    fn what_cannot_be_run_is_named_with_its_field() {
        for (text, field) in [
            (r#"{"id":" ","language":"en","turns":["a"],"expect":{"decision":"offer"}}"#, "id"),
            (r#"{"id":"a","language":"en","turns":[],"expect":{"decision":"offer"}}"#, "turns"),
            (r#"{"id":"a","language":"en","turns":["a",{"bot":"b"}],"expect":{"decision":"offer"}}"#, "turns"),
            (r#"{"id":"a","language":"en","turns":[{"bot":"b"},"a"],"expect":{"decision":"offer"}}"#, "turns"),
            (r#"{"id":"a","language":"en","turns":["a"],"expect":{"decision":"offer","facts":["x"]}}"#, "expect.facts"),
            (
                r#"{"id":"a","language":"en","turns":["a"],"expect":{"decision":"offer","reason":"asked"}}"#,
                "expect.reason",
            ),
            (
                r#"{"id":"a","language":"en","turns":["a"],"expect":{"decision":"answer","facts":[{"quantity":"soon"}]}}"#,
                "expect.facts[0]",
            ),
            (
                r#"{"id":"a","language":"en","turns":["a"],"expect":{"decision":"offer","tools":["order"]}}"#,
                "expect.tools",
            ),
        ] {
            let complaints = read(text).complaints();
            assert_eq!(complaints.iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), [field], "{text}");
        }
    }
}
