//! The log of a run: JSON lines, the first about the run, then one for each attempt at a case.
//!
//! It holds everything that metrics need, so that `rescore`, `compare` and reports work from it alone and no model is asked twice.
//! It is written line by line as cases end: a run that was cut short is read as far as it came.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::eval::case::Case;
use crate::eval::suite::{Gate, Prices};
use crate::model::decision::{Action, Decision, Mode};
use crate::model::event::{Reason, Summary};
use crate::model::passage::Citation;
use crate::model::time::Timestamp;

/// Raised when a field changes its meaning.
pub const FORMAT: u32 = 1;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    Run(Box<Run>),
    Case(Box<Record>),
}

/// What was run against what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub format: u32,
    pub started_at: Timestamp,
    pub suites: Vec<Asked>,
    /// The program's version.
    pub program: String,
    /// Whose documents: the folder of a scratch house, or the data folder's version.
    pub knowledge: Knowledge,
    /// Version of the calibration file.
    pub calibration: String,
    /// SHA-256 of the policy, in hexadecimal.
    pub policy: String,
    /// `name@hash` of every prompt.
    pub prompts: Vec<String>,
    /// The model that phrases answers; `None` is quoting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The embedding model; `None` is search by words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedder: Option<String>,
    /// SHA-256 over the other settings of search and dialogue, such as thresholds and deadlines, in hexadecimal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub settings: String,
    /// Attempts at each case.
    pub repeat: u32,
    /// What all cases together must reach: the command line's; a suite's own stands with the suite.
    pub gate: Gate,
    #[serde(default, skip_serializing_if = "Prices::is_empty")]
    pub prices: Prices,
}

/// A suite that was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub name: String,
    pub version: String,
    pub sha256: String,
    /// Cases that were chosen, of so many that could be: drafts only count where they were asked for.
    pub chosen: usize,
    pub of: usize,
    /// What its cases must reach when all of them were chosen.
    #[serde(default, skip_serializing_if = "Gate::is_empty")]
    pub gate: Gate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knowledge {
    /// The folder's name, or `data folder`.
    pub source: String,
    pub version: u64,
    pub documents: u64,
    /// SHA-256 over names and contents of the documents, in hexadecimal.
    pub sha256: String,
}

/// One attempt at one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Place of its suite in [`Run::suites`]; who runs several suites sets it.
    #[serde(default)]
    pub suite: usize,
    /// The case as it was asked.
    pub case: Case,
    /// From 1.
    pub attempt: u32,
    pub end: End,
    /// Empty when the attempt could not be judged.
    pub verdict: Verdict,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Answered(Box<Outcome>),
    /// The infrastructure failed (a recording is missing, the provider is down, the search broke). Says nothing about quality
    /// and is counted apart.
    Broke(String),
}

/// What the product did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The product's own explanation of the judged turn: evidence, confidence, thresholds, passages, usage, latency.
    pub decision: Decision,
    pub reply: Said,
    /// File names of the documents that the passages considered in the judged turn come from, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<String>,
    /// The turns before the judged one, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Earlier>,
    /// What agents would be told, when it went to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// Wall time of the judged turn in milliseconds.
    pub latency_ms: f64,
    /// Of the whole conversation, where the price table knows the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// What a model judge said, when one was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
}

/// What the customer gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub text: String,
    pub mode: Mode,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
    #[serde(default)]
    pub offers_human: bool,
    /// Why it goes to people, when it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// Why a turn before the judged one ended as it did, when the case says so.
pub const SCRIPTED: &str = "scripted";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    pub action: Action,
    pub because: String,
    pub text: String,
}

/// The votes of a judge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Model and prompt, with their versions.
    pub judge: String,
    pub right: u32,
    pub wrong: u32,
    /// It said something else.
    #[serde(default)]
    pub abstained: u32,
    #[serde(default)]
    pub prompt_tokens: u32,
    #[serde(default)]
    pub completion_tokens: u32,
}

/// How it compares with what was expected. Computed by `eval::score`, stored for reading; `rescore` computes it anew.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Everything that the case demands holds.
    pub pass: bool,
    /// The bot answered by itself, and rightly; `None` when it did not answer by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<bool>,
    /// What does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// Metrics of this case by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scores: BTreeMap<String, f64>,
}

/// Something demanded that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// `decision`, `reason`, `rule`, `fact`, `cites`, `must_not`, `language`, `latency`, `cost`, `summary`.
    pub check: String,
    /// What was expected and what came.
    pub detail: String,
}

impl Run {
    /// Attempts that a whole run has.
    #[must_use]
    pub fn attempts(&self) -> u64 {
        self.suites.iter().map(|suite| suite.chosen as u64).sum::<u64>() * u64::from(self.repeat)
    }

    /// What another run has otherwise, in one word each, but for the choice of cases: nothing, and both ask the same house the
    /// same.
    #[must_use]
    pub fn differs(&self, other: &Self) -> Vec<&'static str> {
        let hashes = |run: &Self| run.suites.iter().map(|suite| suite.sha256.clone()).collect::<Vec<_>>();
        [
            ("suites", hashes(self) != hashes(other)),
            ("program", self.program != other.program),
            ("knowledge", self.knowledge.sha256 != other.knowledge.sha256),
            ("calibration", self.calibration != other.calibration),
            ("policy", self.policy != other.policy),
            ("prompts", self.prompts != other.prompts),
            ("model", self.model != other.model),
            ("embedder", self.embedder != other.embedder),
            ("settings", self.settings != other.settings),
            ("repeat", self.repeat != other.repeat),
        ]
        .into_iter()
        .filter_map(|(what, other)| other.then_some(what))
        .collect()
    }
}

impl Record {
    /// What the product did, unless the infrastructure broke.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.end {
            End::Answered(outcome) => Some(outcome),
            End::Broke(_) => None,
        }
    }
}

/// Reads a log line by line, so that a large one needs no memory.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    lines: Lines<BufReader<File>>,
    number: usize,
    pub run: Run,
}

impl Log {
    /// Opens a log and reads what it says about the run.
    ///
    /// # Errors
    /// When it cannot be read or is no log of this format.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
        let mut lines = BufReader::new(file).lines();
        let first = lines.next().with_context(|| format!("{} is empty", path.display()))??;
        let line = serde_json::from_str(&first).with_context(|| format!("{}:1 is no log of a run", path.display()))?;
        let Line::Run(run) = line else { anyhow::bail!("{}:1 does not say what was run", path.display()) };
        if run.format != FORMAT {
            anyhow::bail!("{} has format {}, this program reads {FORMAT}", path.display(), run.format);
        }
        Ok(Self { path: path.to_owned(), lines, number: 1, run: *run })
    }
}

impl Log {
    fn ends(&mut self) -> bool {
        self.lines.all(|line| line.is_ok_and(|line| line.trim().is_empty()))
    }
}

impl Iterator for Log {
    type Item = anyhow::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.lines.next()?;
            self.number += 1;
            let text = match line.with_context(|| format!("{} cannot be read", self.path.display())) {
                Ok(text) if text.trim().is_empty() => continue,
                Ok(text) => text,
                Err(error) => return Some(Err(error)),
            };
            return match serde_json::from_str(&text) {
                Ok(Line::Case(record)) => Some(Ok(*record)),
                Ok(Line::Run(_)) => continue,
                // The last line of a run that was cut short; in any other place it is damage.
                Err(error) if error.is_eof() && self.ends() => None,
                Err(error) => {
                    Some(Err(error).with_context(|| format!("{}:{} cannot be read", self.path.display(), self.number)))
                }
            };
        }
    }
}
