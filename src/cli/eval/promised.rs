//! What `frontdesk eval calibrate` says of each kind of answer: the promise, or what is missing for one, and how often it would be broken.

use serde_json::json;

use crate::cli::terminal::Terminal;
use crate::dialogue::calibration::Claim;
use crate::eval::calibrate::bound::{self, Needed, Terms};
use crate::eval::calibrate::label::Label;
use crate::eval::calibrate::logistic::Model;
use crate::eval::calibrate::{self, Report, trials};
use crate::eval::stats::{Interval, SEED};
use crate::model::decision::Mode;

fn name(report: &Report, terminal: &Terminal) -> String {
    let language = report.group.language.tag();
    let mode = match report.group.mode {
        Mode::Model => terminal.choose("written by the model", "模型撰写"),
        _ => terminal.choose("quoted", "引用原文"),
    };
    let search = if report.group.dense { terminal.choose(", with vectors", "，含向量") } else { "" };
    format!("{language}, {mode}{search}")
}

pub(super) fn print(report: &Report, terms: Terms, curve: bool, terminal: &Terminal) -> anyhow::Result<()> {
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
            "claim": report.result.as_ref().ok(), "labels_needed": refused.and_then(|refusal| refusal.needed.labels()),
            "needed": refused.map(|refusal| refusal.needed),
            "curve": if curve { points } else { Vec::new() },
        }));
    }
    match &report.result {
        Ok(claim) => {
            let Claim { threshold, answered, asked, wrong, .. } = claim;
            let (coverage, upper) = (claim.coverage * 100.0, claim.upper * 100.0);
            terminal.print(terminal.choose(
                &format!("{name}: from {threshold:.3} on, at most {alpha:.1} % of the answers are wrong, with {confidence:.0} % confidence. Seen: {wrong} of {answered} answers wrong (exact upper limit at this threshold alone {upper:.2} %, which is no promise). Coverage {coverage:.1} % of {asked} cases; {labels} labels."),
                &format!("{name}：置信度不低于 {threshold:.3} 时，错误回答不超过 {alpha:.1}%，置信水平 {confidence:.0}%。实测：{answered} 个回答中 {wrong} 个错误（仅就此阈值的精确上限为 {upper:.2}%，不作承诺）。{asked} 条用例中作答 {coverage:.1}%；标注 {labels} 条。"),
            ))?;
        }
        Err(refusal) => {
            let power = bound::POWER * 100.0;
            let needed = match refusal.needed {
                Needed::Enough(needed) => (
                    format!(
                        "about {needed} labels in all would be enough with {power:.0} % probability if answers stay as good as they are"
                    ),
                    format!("若回答质量不变，共需约 {needed} 条标注（足够的概率为 {power:.0}%）"),
                ),
                Needed::Unlucky(needed) => {
                    let fresh = needed.saturating_sub(labels as u64);
                    (
                        format!(
                            "these should have been enough with {power:.0} % probability and were not; bring at least {fresh} fresh ones"
                        ),
                        format!("这些标注本应有 {power:.0}% 的概率足够，却没有；请至少再补 {fresh} 条新标注"),
                    )
                }
                Needed::AtLeast(needed) => (
                    format!("too few to tell whether that can be reached; it takes at least {needed} labels in all"),
                    format!("标注太少，还看不出能否达到；至少共需 {needed} 条标注"),
                ),
                Needed::Hopeless => (
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

/// Tests the promise itself, so often and with so many labels; whether it is surely broken more often than it may be.
pub(super) fn tried(
    labels: &[Label],
    report: &Report,
    unfitted: &Model,
    (size, count): (Option<usize>, u64),
    terms: Terms,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let members = calibrate::members(labels, report.group);
    let size = size.unwrap_or(members.len() / 2);
    let plan = trials::Plan { labels: size, trials: count, terms, unfitted, seed: SEED };
    let drawn = trials::from_population(&members, plan);
    // Only where the truth is known does a broken promise count: traffic that is left over has chances of its own.
    let surely_broken = drawn.broken.interval.is_some_and(|interval| interval.low > terms.delta);
    let split = trials::by_splits(&members, plan);
    let kinds = [
        ("drawn, truth known", "有放回抽样，真值已知", drawn),
        ("split, the rest as traffic", "随机划分，其余作为流量", split),
    ];
    for (en, zh, outcome) in kinds {
        if terminal.json {
            terminal.print_json(&json!({ "group": report.group, "trials": en, "outcome": outcome }))?;
            continue;
        }
        let broken = outcome.broken.rate.unwrap_or(0.0);
        let interval = outcome.broken.interval.unwrap_or(Interval { low: 0.0, high: 1.0 });
        terminal.print(format!(
            "  {} ({size}): {} {}/{} = {:.1} % ({:.1}–{:.1}) {} {:.0} %, {} {}, {} {:.1} %, {} {:.2} %",
            terminal.choose(en, zh),
            terminal.choose("broken", "违背"),
            outcome.broken.hits,
            outcome.broken.of,
            broken * 100.0,
            interval.low * 100.0,
            interval.high * 100.0,
            if broken <= terms.delta { "≤" } else { ">" },
            terms.delta * 100.0,
            terminal.choose("refused", "拒绝"),
            outcome.refused,
            terminal.choose("answered", "作答"),
            outcome.coverage * 100.0,
            terminal.choose("wrong", "错误"),
            outcome.risk * 100.0
        ))?;
    }
    Ok(surely_broken)
}
