//! `frontdesk eval drift`: does the promise still cover the questions that come in?

use anyhow::Context;
use serde_json::json;

use crate::app::{House, Roles, Seams};
use crate::cli::exit::Exit;
use crate::cli::replayed;
use crate::cli::since::Since;
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::clock;
use crate::dialogue::calibration;
use crate::eval::calibrate::drift::Standing;
use crate::eval::calibrate::traffic;
use crate::model::decision::Decision;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Decisions from when on: 7d, 12h, or a day.
    #[arg(long, value_name = "WHEN", default_value = "7d")]
    since: Since,
    /// Only say it: leave the calibration file as it is.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let file = config.dialogue.calibration.clone();
    let house = House::open(config, Roles::NONE, Seams::default()).await?;
    let calibration = house.dialogue.calibration();
    if calibration.claim.is_empty() {
        let version = &calibration.version;
        terminal.say(
            format!("The calibration {version} promises nothing, so nothing can be void. `frontdesk eval calibrate` makes one that does."),
            format!("校准 {version} 没有任何承诺，也就谈不上失效。用 `frontdesk eval calibrate` 生成带承诺的校准。"),
        );
        return Ok(Exit::Done);
    }
    let turns = replayed::turns(&house.store, arguments.since).await?;
    let decisions: Vec<Decision> = turns.into_iter().map(|past| past.decision).collect();
    let drifts = traffic::drifts(&decisions, calibration, house.llm.current().is_some());
    let (mut void, mut unknown) = (false, false);
    for (claim, drift) in &drifts {
        void |= drift.standing == Standing::Void;
        unknown |= drift.standing == Standing::TooFew;
        if terminal.json {
            terminal.print_json(&json!({
                "language": claim.language, "mode": claim.mode, "dense": claim.dense, "alpha": claim.alpha,
                "delta": claim.delta, "drift": drift,
            }))?;
            continue;
        }
        let (en, zh) = match drift.standing {
            Standing::TooFew => ("too few decisions to tell", "决策太少，无法判断"),
            Standing::Holds => ("holds", "有效"),
            Standing::Watched => ("moves a little; keep an eye on it", "略有偏移，请留意"),
            Standing::Void => ("VOID: other questions come in than it was proven on", "失效：来的问题与校准时不同"),
        };
        terminal.print(format!(
            "{:<8} {:?}/{:?}: n = {}, KS {:.3} (p = {:.4}), PSI {:.3}",
            terminal.choose(en, zh),
            claim.language,
            claim.mode,
            drift.recent,
            drift.distance,
            drift.p,
            drift.index
        ))?;
    }
    if void && !arguments.dry_run {
        let file = file.context("the built-in calibration cannot be marked")?;
        let mut marked = calibration.clone();
        let mut made = marked.made.take().unwrap_or_default();
        made.drifted = clock::now().rfc3339();
        marked.made = Some(made);
        super::replace(&file, &calibration::written(&marked)?)?;
        let file = file.display();
        terminal.say(
            format!("{file} says so now: decisions are recorded without the promise from the next start on. Calibrate again on recent cases."),
            format!("{file} 已注明失效：下次启动后，决策不再附带承诺。请用近期用例重新校准。"),
        );
    }
    Ok(match (void, unknown) {
        (true, _) => Exit::BelowGate,
        (false, true) => Exit::CouldNotRun,
        (false, false) => Exit::Done,
    })
}
