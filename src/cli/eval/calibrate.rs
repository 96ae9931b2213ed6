//! `frontdesk eval calibrate`: from labelled cases to a threshold with a proven bound, or to the number of labels that are missing.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::cli::exit::Exit;
use crate::cli::scratch::{self, Ready, Source};
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::clock;
use crate::dialogue::calibration::{self, Claim, Made};
use crate::dialogue::config::Config;
use crate::eval::ask::Setup;
use crate::eval::calibrate::bound::Terms;
use crate::eval::calibrate::label::{self, Label, NoLabel};
use crate::eval::calibrate::{self, Report, trials};
use crate::eval::record::{Log, Record};
use crate::eval::run::{Limits, run as run_cases};
use crate::eval::{plan, suite};
use crate::model::decision::Mode;
use crate::model::id::WorkspaceId;
use crate::text::language::Language;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Suites, logs of `eval run` with the gate open (--answer-all), or files of labels.
    #[arg(required = true, value_name = "SUITE|LOG")]
    paths: Vec<PathBuf>,
    /// Largest share of wrong answers that is promised.
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = share)]
    alpha: f64,
    /// Probability that the promise is broken all the same.
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
    made: Made,
    broke: usize,
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let (mut suites, mut gathered) = (Vec::new(), Gathered::default());
    for path in &arguments.paths {
        match kind(path)? {
            Kind::Suite => suites.push(path.clone()),
            Kind::Log => from_log(path, &mut gathered)?,
            Kind::Labels => gathered.labels.extend(read_labels(path)?),
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
        let lines: Vec<String> = gathered.labels.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        std::fs::write(file, lines.join("\n") + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    if gathered.broke > 0 {
        let broke = gathered.broke;
        terminal.say(format!("{broke} cases broke and say nothing"), format!("{broke} 条用例因故障中断，不计入"));
    }
    let terms = Terms { alpha: arguments.alpha, delta: arguments.delta };
    let now = clock::now().rfc3339();
    let suite = digest(&gathered.labels)?;
    let version = format!("{}-{}", &now[..10], &suite[..8]);
    let made = Made { at: now, suite, ..gathered.made.clone() };
    let (calibration, reports) = calibrate::calibrate(&gathered.labels, &base, terms, version, made);
    anyhow::ensure!(
        !reports.is_empty(),
        "no case got as far as looking something up, so there is nothing to calibrate"
    );
    for report in &reports {
        print(report, terms, arguments.curve, terminal)?;
        if let Some(count) = arguments.trials {
            tried(&gathered.labels, report, arguments, count, terms, terminal)?;
        }
    }
    let promises = reports.iter().any(|report| report.result.is_ok());
    if let Some(out) = arguments.out.as_ref().filter(|_| promises || arguments.without_promise) {
        super::replace(out, &calibration::written(&calibration)?)?;
        let (out, version) = (out.display(), &calibration.version);
        terminal.say(
            format!("{out} holds calibration {version}; set dialogue.calibration to it."),
            format!("{out} 中是校准 {version}；把 dialogue.calibration 指向它即可生效。"),
        );
    }
    Ok(if reports.iter().all(|report| report.result.is_ok()) { Exit::Done } else { Exit::BelowGate })
}

enum Kind {
    Suite,
    Log,
    Labels,
}

/// Told by the first line: a log says what was run, a label whether it was wrong.
fn kind(path: &Path) -> anyhow::Result<Kind> {
    if path.is_dir() {
        return Ok(Kind::Suite);
    }
    let file = std::fs::File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let first = std::io::BufReader::new(file).lines().next().transpose().unwrap_or_default().unwrap_or_default();
    let value: serde_json::Value = serde_json::from_str(&first).unwrap_or_default();
    Ok(match (value.get("run"), value.get("wrong")) {
        (Some(_), _) => Kind::Log,
        (None, Some(_)) => Kind::Labels,
        (None, None) => Kind::Suite,
    })
}

fn from_log(path: &Path, gathered: &mut Gathered) -> anyhow::Result<()> {
    let log = Log::open(path)?;
    gathered.made = Made {
        knowledge: log.run.knowledge.sha256.clone(),
        policy: log.run.policy.clone(),
        embedder: log.run.embedder.clone(),
        model: log.run.model.clone(),
        prompts: log.run.prompts.first().cloned().unwrap_or_default(),
        ..Made::default()
    };
    let by_model = log.run.model.is_some();
    for record in log {
        take(&record?, by_model, gathered)?;
    }
    Ok(())
}

fn take(record: &Record, by_model: bool, gathered: &mut Gathered) -> anyhow::Result<()> {
    match label::of(record, by_model) {
        Ok(label) => gathered.labels.push(label),
        Err(NoLabel::Broke) => gathered.broke += 1,
        Err(NoLabel::Repeated) => {}
        Err(NoLabel::GateClosed) => anyhow::bail!(
            "case {} was asked with the gate closed: what it held back nobody has judged. Run it with --answer-all",
            record.case.id
        ),
    }
    Ok(())
}

fn read_labels(path: &Path) -> anyhow::Result<Vec<Label>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let filled = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    filled
        .map(|(line, number)| serde_json::from_str(line).with_context(|| format!("{}:{number}", path.display())))
        .collect()
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
    gathered.made = house.dialogue.made(WorkspaceId::DEFAULT, Language::En).await?;
    run_cases(&setup, &attempts, Limits { jobs, max_cost: None }, |record| take(&record, by_model, gathered)).await?;
    Ok(())
}

fn digest(labels: &[Label]) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    for label in labels {
        hash.update(serde_json::to_vec(label)?);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn name(report: &Report, terminal: &Terminal) -> String {
    let language = report.group.language.tag();
    let mode = match report.group.mode {
        Mode::Model => terminal.choose("written by the model", "模型撰写"),
        _ => terminal.choose("quoted", "引用原文"),
    };
    let search = if report.group.dense { terminal.choose(", with vectors", "，含向量") } else { "" };
    format!("{language}, {mode}{search}")
}

fn print(report: &Report, terms: Terms, curve: bool, terminal: &Terminal) -> anyhow::Result<()> {
    let (name, labels) = (name(report, terminal), report.labels);
    let (alpha, confidence) = (terms.alpha * 100.0, (1.0 - terms.delta) * 100.0);
    if terminal.json {
        let points: Vec<_> = report
            .curve
            .iter()
            .map(|point| json!({ "threshold": point.threshold, "coverage": point.coverage(), "risk": point.risk() }))
            .collect();
        let refused = report.result.as_ref().err();
        return terminal.print_json(&json!({
            "group": report.group, "labels": labels, "fitted": report.fitted, "alpha": terms.alpha, "delta": terms.delta,
            "claim": report.result.as_ref().ok(), "labels_needed": refused.and_then(|refusal| refusal.labels_needed),
            "curve": if curve { points } else { Vec::new() },
        }));
    }
    match &report.result {
        Ok(claim) => {
            let Claim { threshold, answered, asked, wrong, .. } = claim;
            let (coverage, upper) = (claim.coverage * 100.0, claim.upper * 100.0);
            terminal.print(terminal.choose(
                &format!("{name}: from {threshold:.3} on, at most {alpha:.1} % of the answers are wrong, with {confidence:.0} % confidence (bound {upper:.2} %: {wrong} of {answered} answers wrong). Coverage {coverage:.1} % of {asked} cases; {labels} labels."),
                &format!("{name}：置信度不低于 {threshold:.3} 时，错误回答不超过 {alpha:.1}%，置信水平 {confidence:.0}%（上界 {upper:.2}%：{answered} 个回答中 {wrong} 个错误）。{asked} 条用例中作答 {coverage:.1}%；标注 {labels} 条。"),
            ))?;
        }
        Err(refusal) => {
            let needed = match refusal.labels_needed {
                Some(needed) => (
                    format!("about {needed} labels would be enough if answers stay as good as they are"),
                    format!("若回答质量不变，约需 {needed} 条标注"),
                ),
                None => (
                    "no number of labels helps: too many answers are wrong even where the evidence is best".to_owned(),
                    "再多标注也无济于事：证据最充分时错误回答仍然过多".to_owned(),
                ),
            };
            let best = refusal.best.map_or_else(String::new, |best| {
                format!(" ({} / {} @ {:.3})", best.wrong, best.answered, best.threshold)
            });
            terminal.print(terminal.choose(
                &format!("{name}: {alpha:.1} % cannot be promised with {labels} labels; {}{best}.", needed.0),
                &format!("{name}：{labels} 条标注不足以承诺 {alpha:.1}%；{}{best}。", needed.1),
            ))?;
        }
    }
    if curve {
        for point in &report.curve {
            terminal.print(format!(
                "  {:.3}  {:>5.1} %  {:>6.2} %  {}/{}",
                point.threshold,
                point.coverage() * 100.0,
                point.risk() * 100.0,
                point.wrong,
                point.answered
            ))?;
        }
    }
    Ok(())
}

fn tried(
    labels: &[Label],
    report: &Report,
    arguments: &Arguments,
    count: u64,
    terms: Terms,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    let members = calibrate::members(labels, report.group);
    let size = arguments.trial_labels.unwrap_or(members.len() / 2);
    let drawn = trials::from_population(&members, size, count, terms, crate::eval::stats::SEED);
    let split = trials::by_splits(&members, size, count, terms, crate::eval::stats::SEED);
    let kinds = [
        ("drawn, truth known", "有放回抽样，真值已知", drawn),
        ("split, the rest as traffic", "随机划分，其余作为流量", split),
    ];
    for (en, zh, outcome) in kinds {
        if terminal.json {
            terminal.print_json(&json!({ "group": report.group, "trials": en, "outcome": outcome }))?;
            continue;
        }
        let broken = outcome.broken.rate.unwrap_or(0.0) * 100.0;
        terminal.print(format!(
            "  {} ({size}): {}/{} = {broken:.1} % ≤ {:.0} %, {} {}, {:.1} %, {:.2} %",
            terminal.choose(en, zh),
            outcome.broken.hits,
            outcome.broken.of,
            terms.delta * 100.0,
            terminal.choose("refused", "拒绝"),
            outcome.refused,
            outcome.coverage * 100.0,
            outcome.risk * 100.0
        ))?;
    }
    Ok(())
}
