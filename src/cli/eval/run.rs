//! `frontdesk eval run`: labelled cases through the product's own turn.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};

use crate::cli::eval::bar;
use crate::cli::eval::finish::Output;
use crate::cli::exit::Exit;
use crate::cli::scratch::{self, Ready, Source};
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::clock;
use crate::dialogue;
use crate::eval::ask::Setup;
use crate::eval::case::Case;
use crate::eval::plan::{self, Choice, Shard};
use crate::eval::record::{Asked, FORMAT, Line, Log, Run};
use crate::eval::run::{self, Limits};
use crate::eval::suite::{self, Gate, Prices, Suite};
use crate::knowledge::retrieve;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Suites (.jsonl, .yaml) or folders of them.
    #[arg(required = true, value_name = "SUITE")]
    suites: Vec<PathBuf>,
    /// Ask about the documents of this folder (or several), in a scratch house; the suite may name them itself.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["published", "knowledge_version"])]
    knowledge: Vec<PathBuf>,
    /// Ask about what is published in the data folder, whatever the suite names.
    #[arg(long)]
    published: bool,
    /// Ask about this version of the data folder's knowledge.
    #[arg(long, value_name = "N")]
    knowledge_version: Option<u64>,
    /// Cases at a time.
    #[arg(short, long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// Only cases whose id contains this.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Only cases with this tag; several are alternatives.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only cases that failed or broke in the run of this log.
    #[arg(long, value_name = "LOG")]
    failing: Option<PathBuf>,
    /// Only the part i of n.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Go on with a run that was cut short; its log grows.
    #[arg(long, value_name = "LOG", conflicts_with = "log")]
    resume: Option<PathBuf>,
    /// Ask each case so often; it passes when every attempt does.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    repeat: u32,
    /// Money that may be spent, by the suite's price table.
    #[arg(long, value_name = "AMOUNT")]
    max_cost: Option<f64>,
    /// Ask nothing outside this machine: models answer from recordings, and a missing recording is an error.
    #[arg(long)]
    offline: bool,
    /// Also ask drafts that no person has reviewed.
    #[arg(long)]
    unreviewed: bool,
    /// Answer whenever there is anything to answer from, to see what every confidence is worth.
    #[arg(long)]
    answer_all: bool,
    /// Ask the model about each answer so often whether it is right; the majority counts, and fails no case.
    #[arg(long, value_name = "VOTES")]
    judge: Option<u32>,
    /// Run this case alone and print the whole trace.
    #[arg(long, value_name = "CASE")]
    explain: Option<String>,
    /// Keep the log of the run.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let mut config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let suites = suite::read(&arguments.suites)?;
    if arguments.offline {
        scratch::offline(&mut config);
    }
    if arguments.answer_all {
        (config.dialogue.answer_from, config.dialogue.offer_from) = (Some(0.0), Some(0.0));
    }
    let choice = arguments.choice()?;
    let taken: Vec<(&Suite, Vec<&Case>)> =
        suites.iter().map(|suite| (suite, suite.cases.iter().filter(|case| choice.takes(case)).collect())).collect();
    let cases: Vec<&Case> = taken.iter().flat_map(|(_, cases)| cases.iter().copied()).collect();
    if cases.is_empty() {
        none_chosen(&choice, &suites, terminal)?;
    }
    let prices = prices(&suites);
    if arguments.max_cost.is_some() && prices.is_empty() {
        anyhow::bail!("--max-cost needs a price table in the suite");
    }
    let ready = scratch::open(config.clone(), &arguments.source(&suites)?, terminal).await?;
    if arguments.offline {
        // A model that was chosen in the console stands in the data folder, not in the settings.
        ready.house.llm.put(config.llm.build()?);
    }
    if let Some(reason) = ready.house.lexical_only() {
        terminal.say(format!("Note: {}.", reason.en), format!("提示：{}。", reason.zh));
    }
    let llm = ready.house.llm.current();
    // One that only answers while another fails costs money as well.
    let models = llm.as_ref().filter(|_| arguments.max_cost.is_some()).map(|llm| llm.names()).unwrap_or_default();
    for model in models {
        anyhow::ensure!(
            prices.cost(model, 0, 0).is_some(),
            "the price table does not know {model}, so --max-cost would never hold"
        );
    }
    let about = about(arguments, &taken, &ready, &config.dialogue, &prices)?;
    let setup = Setup {
        retriever: ready.retriever.clone(),
        config: config.dialogue.clone(),
        policy: ready.house.dialogue.policy(),
        llm,
        names: ready.names.clone(),
        prices,
        judges: arguments.judge.unwrap_or(0),
    };
    let limits = Limits { jobs: arguments.jobs.into(), max_cost: arguments.max_cost };
    if arguments.explain.is_some() {
        let attempts = plan::attempts(&cases, 1, &HashSet::new());
        let mut broke = false;
        run::run(&setup, &attempts, limits, |record| {
            broke |= record.outcome().is_none();
            terminal.print(serde_json::to_string_pretty(&record)?)
        })
        .await?;
        ready.house.close().await;
        return Ok(if broke { Exit::CouldNotRun } else { Exit::Done });
    }
    let places: HashMap<&str, usize> = taken
        .iter()
        .zip(0..)
        .flat_map(|((_, cases), at)| cases.iter().map(move |case| (case.id.as_str(), at)))
        .collect();
    let scratch = tempfile::NamedTempFile::new()?;
    let path = arguments.resume.as_deref().or(arguments.log.as_deref()).unwrap_or(scratch.path());
    let (mut file, known) = arguments.begin(path, &about)?;
    let attempts = plan::attempts(&cases, arguments.repeat, &known);
    let bar = bar::new(terminal)?;
    bar.set_message(terminal.choose("asked", "提问").to_owned());
    bar.set_length(attempts.len() as u64);
    let done = run::run(&setup, &attempts, limits, |mut record| {
        bar.inc(1);
        record.suite = places.get(record.case.id.as_str()).copied().unwrap_or_default();
        Ok(writeln!(file, "{}", serde_json::to_string(&Line::Case(Box::new(record)))?)?)
    })
    .await?;
    file.flush()?;
    bar.finish_and_clear();
    ready.house.close().await;
    let exit = arguments.output.finish(path, arguments.output.gate(), terminal)?;
    // Also where the money ended before the cases: what the rest cannot turn is decided.
    if done.left_out == 0 || exit == Exit::BelowGate {
        return Ok(exit);
    }
    terminal.say(
        format!(
            "The money was spent ({:.4}): {} attempts were not made. Go on with --resume.",
            done.cost, done.left_out
        ),
        format!("费用已达上限（{:.4}）：还有 {} 次未运行，可用 --resume 继续。", done.cost, done.left_out),
    );
    Ok(Exit::CostLimit)
}

/// Case and attempt of what is in a log already.
type Known = HashSet<(String, u32)>;

impl Arguments {
    fn choice(&self) -> anyhow::Result<Choice> {
        let mut only = self.failing.as_deref().map(failing).transpose()?;
        if let Some(case) = &self.explain {
            only = Some(HashSet::from([case.clone()]));
        }
        let unreviewed = self.unreviewed || self.explain.is_some();
        Ok(Choice { filter: self.filter.clone(), tags: self.tag.clone(), only, shard: self.shard, unreviewed })
    }

    fn source(&self, suites: &[Suite]) -> anyhow::Result<Source> {
        if self.published || self.knowledge_version.is_some() {
            return Ok(Source::Data(self.knowledge_version));
        }
        if !self.knowledge.is_empty() {
            return Ok(Source::Folders(self.knowledge.clone()));
        }
        let mut named: Vec<Vec<PathBuf>> = suites.iter().map(knowledge).filter(|named| !named.is_empty()).collect();
        named.dedup();
        match &named[..] {
            [] => Ok(Source::Data(None)),
            [one] => Ok(Source::Folders(one.clone())),
            _ => anyhow::bail!("the suites are about different documents; run them apart or say --knowledge"),
        }
    }

    /// The log, and which attempts are in it already.
    fn begin(&self, path: &Path, about: &Run) -> anyhow::Result<(BufWriter<File>, Known)> {
        let cannot = || format!("{} cannot be written", path.display());
        if self.resume.is_none() {
            let mut file = BufWriter::new(File::create(path).with_context(cannot)?);
            writeln!(file, "{}", serde_json::to_string(&Line::Run(Box::new(about.clone())))?)?;
            return Ok((file, HashSet::new()));
        }
        let log = Log::open(path)?;
        let mut differs = log.run.differs(about);
        if differs.is_empty() && log.run.suites != about.suites {
            differs.push("choice of cases");
        }
        anyhow::ensure!(differs.is_empty(), "{} cannot go on: other {}", path.display(), differs.join(", "));
        // A line that was cut off goes, and what broke is tried again.
        let mut known = HashSet::new();
        let draft = path.with_extension("part");
        let mut file = BufWriter::new(File::create(&draft).with_context(cannot)?);
        writeln!(file, "{}", serde_json::to_string(&Line::Run(Box::new(about.clone())))?)?;
        for record in log {
            let record = record?;
            if record.outcome().is_some() {
                known.insert((record.case.id.clone(), record.attempt));
                writeln!(file, "{}", serde_json::to_string(&Line::Case(Box::new(record)))?)?;
            }
        }
        file.flush()?;
        std::fs::rename(&draft, path).with_context(cannot)?;
        let file = OpenOptions::new().append(true).open(path).with_context(cannot)?;
        Ok((BufWriter::new(file), known))
    }
}

/// Whether it is well that there is nothing to ask: no case falls into this part, or none has failed.
fn none_chosen(choice: &Choice, suites: &[Suite], terminal: &Terminal) -> anyhow::Result<()> {
    let whole = Choice { shard: None, ..choice.clone() };
    if choice.only.as_ref().is_some_and(HashSet::is_empty) {
        terminal.say("No case has failed in that run, so none is asked.", "那次运行没有失败的用例，无需提问。");
    } else if choice.shard.is_some() && suites.iter().flat_map(|suite| &suite.cases).any(|case| whole.takes(case)) {
        terminal.say("No case falls into this part.", "这一部分没有用例。");
    } else {
        anyhow::bail!("no case is chosen");
    }
    Ok(())
}

/// Ids that failed or broke in a run.
fn failing(path: &Path) -> anyhow::Result<HashSet<String>> {
    let mut ids = HashSet::new();
    for record in Log::open(path)? {
        let record = record?;
        if !record.verdict.pass {
            ids.insert(record.case.id);
        }
    }
    Ok(ids)
}

/// The folders that a suite names, from where the suite lies.
fn knowledge(suite: &Suite) -> Vec<PathBuf> {
    let here = suite.path.parent().unwrap_or(Path::new(""));
    suite.about.knowledge.iter().map(|named| here.join(named)).collect()
}

fn prices(suites: &[Suite]) -> Prices {
    suites.iter().map(|suite| &suite.about.prices).find(|prices| !prices.is_empty()).cloned().unwrap_or_default()
}

fn about(
    arguments: &Arguments,
    taken: &[(&Suite, Vec<&Case>)],
    ready: &Ready,
    dialogue: &dialogue::config::Config,
    prices: &Prices,
) -> anyhow::Result<Run> {
    let house = &ready.house;
    let askable = |case: &&Case| arguments.unreviewed || !case.unreviewed;
    let asked = |(suite, cases): &(&Suite, Vec<&Case>)| Asked {
        name: suite.about.name.clone(),
        version: suite.about.version.clone(),
        sha256: suite.sha256.clone(),
        chosen: cases.len(),
        of: suite.cases.iter().filter(askable).count(),
        gate: suite.about.gate,
    };
    Ok(Run {
        format: FORMAT,
        started_at: clock::now(),
        suites: taken.iter().map(asked).collect(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        knowledge: ready.knowledge.clone(),
        calibration: house.dialogue.calibration().version.clone(),
        policy: house.dialogue.policy().fingerprint.clone(),
        prompts: house.dialogue.prompts(),
        model: house.llm.current().map(|llm| llm.name().to_owned()),
        embedder: house.embedding.embedder().map(|embedder| embedder.model().name.clone()),
        settings: settings(dialogue, &house.config.retrieve)?,
        repeat: arguments.repeat,
        gate: Gate::default(),
        prices: prices.clone(),
    })
}

/// Of what search and dialogue are set to, but for files whose contents have versions of their own.
fn settings(dialogue: &dialogue::config::Config, retrieve: &retrieve::Config) -> anyhow::Result<String> {
    let named = dialogue::config::Config { policy: None, calibration: None, prompts: None, ..dialogue.clone() };
    let text = serde_json::to_vec(&(named, retrieve))?;
    Ok(Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect())
}
