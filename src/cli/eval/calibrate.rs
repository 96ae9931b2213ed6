//! `frontdesk eval calibrate`: from labelled cases to a threshold with a proven bound, or to the number of labels that are missing.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::cli::eval::{Kind, kind, promised};
use crate::cli::exit::Exit;
use crate::cli::scratch::{self, Ready, Source};
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::clock;
use crate::dialogue::calibration::{self, Made};
use crate::dialogue::config::Config;
use crate::eval::ask::Setup;
use crate::eval::calibrate;
use crate::eval::calibrate::bound::Terms;
use crate::eval::calibrate::label::{self, Label, NoLabel};
use crate::eval::record::{Log, Record};
use crate::eval::run::{Limits, run as run_cases};
use crate::eval::{plan, suite};
use crate::model::id::WorkspaceId;
use crate::text::language::Language;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Suites, logs of `eval run` with the gate open (--answer-all), or files of labels.
    #[arg(required = true, value_name = "SUITE|LOG")]
    paths: Vec<PathBuf>,
    /// Largest share of wrong answers that is promised, for each kind of answer (language, who phrases it, vectors) by itself.
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = share)]
    alpha: f64,
    /// Probability that the promise is false all the same; it adds up over kinds of answers and over tries with the same labels.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = share)]
    delta: f64,
    /// Write the calibration here; `dialogue.calibration` names it then.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write it also when nothing can be promised: better confidences, the old thresholds.
    #[arg(long)]
    without_promise: bool,
    /// Ask suites about this folder of documents; without it, about what is published in the data folder.
    #[arg(long, value_name = "DIR")]
    knowledge: Option<PathBuf>,
    /// Write the labels here, one a line, for calibrating again without asking.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Test the promise itself: calibrate on so many random samples of these labels and count how often it is broken.
    #[arg(long, value_name = "COUNT")]
    trials: Option<u64>,
    /// Labels of one trial; half of them all when not given.
    #[arg(long, value_name = "COUNT", requires = "trials")]
    trial_labels: Option<usize>,
    /// Print risk against coverage at each threshold.
    #[arg(long)]
    curve: bool,
    /// Cases at a time.
    #[arg(short, long, value_name = "COUNT", default_value_t = 2)]
    jobs: usize,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if share > 0.0 && share < 1.0 => Ok(share),
        _ => Err("expected a share between 0 and 1, for example 0.05".to_owned()),
    }
}

/// What was read or asked.
#[derive(Default)]
struct Gathered {
    labels: Vec<Label>,
    /// Where each case comes from.
    from: HashMap<String, String>,
    /// The house that the labels are about, and whether some do not say it.
    made: Option<Made>,
    unknown: bool,
    broke: usize,
    take_any: usize,
}

impl Gathered {
    /// A case that counted twice would make the bound look better than it is.
    fn add(&mut self, label: Label, source: &str) -> anyhow::Result<()> {
        if let Some(other) = self.from.insert(label.id.clone(), source.to_owned()) {
            anyhow::bail!("the case {} stands in {other} and again in {source}; each case may count once", label.id);
        }
        self.labels.push(label);
        Ok(())
    }

    /// Labels of two houses prove nothing about either.
    fn about(&mut self, made: Made, source: &str) -> anyhow::Result<()> {
        let others = self.made.as_ref().map(|known| known.other_house(&made)).unwrap_or_default();
        anyhow::ensure!(
            others.is_empty(),
            "{source} is about another house than the labels before it: other {}",
            others.join(", ")
        );
        self.made = Some(made);
        Ok(())
    }
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let (mut suites, mut gathered) = (Vec::new(), Gathered::default());
    for path in &arguments.paths {
        match kind(path)? {
            Kind::Suite => suites.push(path.clone()),
            Kind::Log => from_log(path, &mut gathered)?,
            Kind::Labels => from_labels(path, &mut gathered)?,
        }
    }
    let base = match &config.dialogue.calibration {
        Some(file) => {
            calibration::parse(&std::fs::read_to_string(file)?).with_context(|| format!("in {}", file.display()))?
        }
        None => calibration::built_in(),
    };
    if !suites.is_empty() {
        let source = arguments.knowledge.clone().map_or(Source::Data(None), |folder| Source::Folders(vec![folder]));
        let ready = scratch::open(config, &source, terminal).await?;
        ask(&ready, &suites, arguments.jobs, &mut gathered).await?;
        ready.house.close().await;
    }
    if let Some(file) = &arguments.labels {
        let header =
            gathered.made.as_ref().filter(|_| !gathered.unknown).map(|made| json!({ "made": made }).to_string());
        let labels = gathered.labels.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        let lines: Vec<String> = header.into_iter().chain(labels).collect();
        std::fs::write(file, lines.join("\n") + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    if gathered.broke > 0 {
        let broke = gathered.broke;
        terminal.say(format!("{broke} cases broke and say nothing"), format!("{broke} 条用例因故障中断，不计入"));
    }
    if gathered.take_any > 0 {
        let count = gathered.take_any;
        terminal.say(
            format!(
                "{count} cases take any answer, so that none could be wrong: left out. Give them facts or documents."
            ),
            format!("{count} 条用例任何回答都算对，无从判错，已略去；请补充事实或文档。"),
        );
    }
    let terms = Terms { alpha: arguments.alpha, delta: arguments.delta };
    let now = clock::now().rfc3339();
    let suite = digest(&gathered.labels)?;
    let version = format!("{}-{}", &now[..10], &suite[..8]);
    let made = Made { at: now, suite, ..gathered.made.clone().unwrap_or_default() };
    let (calibration, reports) = calibrate::calibrate(&gathered.labels, &base, terms, version, made);
    anyhow::ensure!(
        !reports.is_empty(),
        "no case got as far as looking something up, so there is nothing to calibrate"
    );
    let mut broken = false;
    for report in &reports {
        promised::print(report, terms, arguments.curve, terminal)?;
        if let Some(count) = arguments.trials {
            let unfitted = calibrate::unfitted(&base, report.group);
            let times = (arguments.trial_labels, count);
            broken |= promised::tried(&gathered.labels, report, &unfitted, times, terms, terminal)?;
        }
    }
    terminal.say(
        "Each kind of answer is promised at its own δ, and so is each try: trying these labels again (with another α, or with more \
         added after a refusal) adds its δ to this one's.",
        "每类回答各自按 δ 承诺，每次尝试也是：同一批标注再试一次（换 α，或被拒后补标注再试），两次的 δ 要相加。",
    );
    let promises = reports.iter().any(|report| report.result.is_ok());
    if arguments.out.is_some() && promises {
        anyhow::ensure!(
            gathered.made.is_some() && !gathered.unknown,
            "the labels do not say which documents, rules and models they were made with (a first line {{\"made\": …}}), so that \
             the promise would be void at once; write them anew with --labels"
        );
    }
    if let Some(out) = arguments.out.as_ref().filter(|_| promises || arguments.without_promise) {
        super::replace(out, &calibration::written(&calibration)?)?;
        let (out, version) = (out.display(), &calibration.version);
        terminal.say(
            format!("{out} holds calibration {version}; set dialogue.calibration to it."),
            format!("{out} 中是校准 {version}；把 dialogue.calibration 指向它即可生效。"),
        );
    }
    let kept = !broken && reports.iter().all(|report| report.result.is_ok());
    Ok(if kept { Exit::Done } else { Exit::BelowGate })
}

fn from_log(path: &Path, gathered: &mut Gathered) -> anyhow::Result<()> {
    let log = Log::open(path)?;
    let made = Made {
        knowledge: log.run.knowledge.sha256.clone(),
        policy: log.run.policy.clone(),
        embedder: log.run.embedder.clone(),
        model: log.run.model.clone(),
        prompts: log.run.prompts.join(" "),
        ..Made::default()
    };
    let source = path.display().to_string();
    gathered.about(made, &source)?;
    let by_model = log.run.model.is_some();
    for record in log {
        take(&record?, by_model, &source, gathered)?;
    }
    Ok(())
}

fn take(record: &Record, by_model: bool, source: &str, gathered: &mut Gathered) -> anyhow::Result<()> {
    match label::of(record, by_model) {
        Ok(label) => gathered.add(label, source)?,
        Err(NoLabel::Broke) => gathered.broke += 1,
        Err(NoLabel::Repeated) => {}
        Err(NoLabel::TakesAny) => gathered.take_any += 1,
        Err(NoLabel::GateClosed) => anyhow::bail!(
            "case {} was asked with the gate closed: what it held back nobody has judged. Run it with --answer-all",
            record.case.id
        ),
    }
    Ok(())
}

/// The first line of a file of labels.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    made: Made,
}

fn from_labels(path: &Path, gathered: &mut Gathered) -> anyhow::Result<()> {
    let source = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {source}"))?;
    let mut filled = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()).peekable();
    let headed = filled.next_if(|(line, _)| line.starts_with("{\"made\""));
    match headed {
        Some((line, number)) => {
            let header: Header = serde_json::from_str(line).with_context(|| format!("{source}:{number}"))?;
            gathered.about(header.made, &source)?;
        }
        None => gathered.unknown = true,
    }
    for (line, number) in filled {
        gathered.add(serde_json::from_str(line).with_context(|| format!("{source}:{number}"))?, &source)?;
    }
    Ok(())
}

/// Asks every case with the gate open.
async fn ask(ready: &Ready, paths: &[PathBuf], jobs: usize, gathered: &mut Gathered) -> anyhow::Result<()> {
    let suites = suite::read(paths)?;
    let house = &ready.house;
    let setup = Setup {
        retriever: ready.retriever.clone(),
        config: Config { answer_from: Some(0.0), offer_from: Some(0.0), ..house.config.dialogue.clone() },
        policy: house.dialogue.policy(),
        llm: house.llm.current(),
        names: ready.names.clone(),
        prices: suite::Prices::default(),
        judges: 0,
    };
    let choice = plan::Choice::default();
    let cases: Vec<_> = suites.iter().flat_map(|suite| &suite.cases).filter(|case| choice.takes(case)).collect();
    let attempts: Vec<_> = cases.into_iter().map(|case| (case, 1)).collect();
    let by_model = house.llm.current().is_some();
    let made = house.dialogue.made(WorkspaceId::DEFAULT, Language::En).await?;
    let source = "the suites";
    gathered.about(Made { prompts: house.dialogue.prompts().join(" "), ..made }, source)?;
    let limits = Limits { jobs, max_cost: None };
    run_cases(&setup, &attempts, limits, |record| take(&record, by_model, source, gathered)).await?;
    Ok(())
}

fn digest(labels: &[Label]) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    for label in labels {
        hash.update(serde_json::to_vec(label)?);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
