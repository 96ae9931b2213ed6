//! A report as one page that needs nothing else: no script, no font, no address. It can be mailed, printed and kept.

use std::fmt::Write as _;

use crate::eval::case::Turn;
use crate::eval::metric::confusion::ACTIONS;
use crate::eval::report::Report;
use crate::eval::report::label::label;
use crate::eval::report::rows::{about, asides, gate, sections};
use crate::eval::report::svg::{self, Words, escape};
use crate::eval::tally::Shown;
use crate::model::decision::Action;
use crate::text::language::Language;

const STYLE: &str = include_str!("report.css");

/// Writes the page.
#[must_use]
pub fn html(report: &Report, language: Language) -> String {
    let say = |key: &str| escape(label(key, language));
    let verdict = report.verdict.key();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{} · {}</title><style>{STYLE}</style></head><body><header><h1>{}</h1><p class=\"verdict {verdict}\">{} {}</p></header>",
        language.tag(),
        say("title"),
        say(verdict),
        say("title"),
        say("gate"),
        say(verdict),
    );
    page.push_str("<ul class=\"gate\">");
    for (holds, condition) in gate(report, language) {
        let (class, mark) = if holds { ("holds", "✓") } else { ("fails", "✗") };
        let _ = write!(page, "<li class=\"{class}\">{mark} {}</li>", escape(&condition));
    }
    for aside in asides(report, language) {
        let _ = write!(page, "<li class=\"quiet\">{}</li>", escape(&aside));
    }
    page.push_str("</ul><dl>");
    for (name, value) in about(report, language) {
        let _ = write!(page, "<dt>{}</dt><dd>{}</dd>", escape(&name), escape(&value));
    }
    page.push_str("</dl>");
    pictures(&mut page, report, language);
    page.push_str("<section class=\"tables\">");
    for section in sections(report, language) {
        let _ = write!(page, "<div><h2>{}</h2><table>", escape(&section.heading));
        for line in section.lines {
            let (name, value, interval) = (escape(&line.name), escape(&line.value), escape(&line.interval));
            let _ = write!(page, "<tr><th>{name}</th><td>{value}</td><td class=\"quiet\">{interval}</td></tr>");
        }
        page.push_str("</table></div>");
    }
    confusion(&mut page, report, language);
    page.push_str("</section>");
    lists(&mut page, report, language);
    if report.failed > 0 {
        let (shown, failed) = (report.worst.len(), report.failed);
        let _ = write!(page, "<h2>{}</h2><p class=\"quiet\">{shown} {} {failed}</p>", say("worst"), say("shown"));
        report.worst.iter().for_each(|case| one(&mut page, case, language));
    }
    page.push_str("</body></html>\n");
    page
}

fn pictures(page: &mut String, report: &Report, language: Language) {
    let say = |key: &'static str| label(key, language);
    let confidence = &report.confidence;
    let mut figure = |title: &str, picture: String| {
        let _ = write!(page, "<figure><figcaption>{}</figcaption>{picture}</figure>", escape(title));
    };
    if !confidence.curve.is_empty() {
        let words = Words { title: say("curve"), across: say("coverage_axis"), up: say("accuracy_axis") };
        figure(words.title, svg::curve(&confidence.curve, words));
        let words = Words { title: say("reliability"), across: say("confidence"), up: say("accuracy_axis") };
        figure(words.title, svg::reliability(&confidence.bins, words));
    }
    if confidence.answerable.iter().chain(&confidence.unanswerable).any(|count| *count > 0) {
        let words = Words { title: say("histogram"), across: say("confidence"), up: say("cases") };
        let names = [say("answerable"), say("unanswerable")];
        figure(words.title, svg::histogram(&confidence.answerable, &confidence.unanswerable, names, words));
    }
    if !report.tags.is_empty() {
        figure(say("by_tag"), svg::bars(report.tags.iter(), say("by_tag")));
    }
}

fn confusion(page: &mut String, report: &Report, language: Language) {
    let say = |key: &str| escape(label(key, language));
    let _ = write!(page, "<div><h2>{}</h2><table><tr><th></th>", say("confusion"));
    for action in ACTIONS {
        let _ = write!(page, "<th>{}</th>", say(name(action)));
    }
    page.push_str("</tr>");
    for expected in ACTIONS {
        let _ = write!(page, "<tr><th>{}</th>", say(name(expected)));
        for done in ACTIONS {
            let class = if expected == done { " class=\"right\"" } else { "" };
            let _ = write!(page, "<td{class}>{}</td>", report.confusion.of(expected, done));
        }
        page.push_str("</tr>");
    }
    page.push_str("</table></div>");
}

fn name(action: Action) -> &'static str {
    match action {
        Action::Answer => "answer",
        Action::Offer => "offer",
        Action::Escalate => "escalate",
        Action::Reply => "reply",
    }
}

fn lists(page: &mut String, report: &Report, language: Language) {
    let say = |key: &str| escape(label(key, language));
    if !report.flaky.is_empty() {
        let _ = write!(page, "<h2>{}</h2><ul>", say("flaky"));
        for flaky in &report.flaky {
            let _ = write!(page, "<li>{} {}/{}</li>", escape(&flaky.id), flaky.passed, flaky.attempts);
        }
        page.push_str("</ul>");
    }
    if !report.broken.is_empty() {
        let _ = write!(page, "<h2>{} ({})</h2><ul>", say("broken"), report.broke);
        for broken in &report.broken {
            let _ = write!(page, "<li>{}: {}</li>", escape(&broken.id), escape(&broken.why));
        }
        page.push_str("</ul>");
    }
}

/// A failed case with its evidence.
fn one(page: &mut String, case: &Shown, language: Language) {
    let say = |key: &str| escape(label(key, language));
    let _ = write!(page, "<article><h3>{}", escape(&case.id));
    if case.zero_tolerance {
        let _ = write!(page, " <b class=\"fails\">{}</b>", say("zero_tolerance"));
    }
    for tag in &case.tags {
        let _ = write!(page, " <span class=\"tag\">{}</span>", escape(tag));
    }
    page.push_str("</h3><ul class=\"why\">");
    for failure in &case.failures {
        let _ = write!(page, "<li><b>{}</b> {}</li>", escape(&failure.check), escape(&failure.detail));
    }
    page.push_str("</ul><dl>");
    let mut row = |name: String, value: String| {
        let _ = write!(page, "<dt>{name}</dt><dd>{value}</dd>");
    };
    for turn in &case.turns {
        let who = if matches!(turn, Turn::Scripted(_)) { "bot" } else { "customer" };
        row(say(who), escape(turn.text()));
    }
    row(say("bot"), escape(&case.reply));
    row(
        say("expected"),
        format!("{} → {} ({})", say(name(case.expected)), say(name(case.action)), escape(&case.because)),
    );
    let evidence = &case.evidence;
    let cosine = evidence.cosine.map_or_else(String::new, |cosine| format!(" · cosine {cosine:.2}"));
    row(
        say("evidence"),
        format!(
            "{} {:.2} · BM25/term {:.2} · coverage {:.2} · focus {:.2} · margin {:.2}{cosine}",
            say("confidence"),
            evidence.confidence,
            evidence.bm25_per_term,
            evidence.coverage,
            evidence.focus,
            evidence.margin,
        ),
    );
    for citation in &case.citations {
        row(escape(&citation.source), format!("<q>{}</q>", escape(&citation.quote)));
    }
    if !case.considered.is_empty() {
        row(say("considered"), escape(&case.considered.join(" · ")));
    }
    page.push_str("</dl></article>");
}
