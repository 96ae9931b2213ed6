//! The heart of the house: a sentence leaves only when a passage supports it. Everything here is a plain function on text;
//! no model is asked whether another model was right.
//!
//! A sentence is taken apart into clauses, and for each clause the sentence (or row of a table) of the passage is found that
//! says it. It must say the same there: each quantity, name and code, beside the words that it belongs to; nothing that is
//! denied is affirmed; no limit is dropped or added; enough content words stand there. What a sentence promises in the
//! bot's own name never passes.
//!
//! A sentence in another language than its passage cannot be compared word by word, so it never passes: the caller quotes
//! such a passage in the original instead.

pub mod checks;
pub mod ground;
pub mod lexicon;
pub mod marks;
pub mod statement;
#[cfg(test)]
mod table;

use std::collections::BTreeSet;
use std::ops::Range;

use crate::dialogue::verify::checks::{Beside, Failure, Why};
use crate::dialogue::verify::ground::Ground;
use crate::dialogue::verify::lexicon::LEXICON;
use crate::dialogue::verify::statement::{Statement, read};
use crate::model::passage::Citation;
use crate::text::language::detect;

/// Longest stretch of a passage, in sentences, that one sentence may rest on.
const STRETCH: usize = 4;
/// Sentences of the passage that are looked at closely for one clause, best first.
const TRIED: usize = 4;
/// Share of its content that a sentence must find.
const ENOUGH: f32 = 0.66;
/// A sentence that holds less than this share of what the best one holds is not tried.
const LEAST: f32 = 0.7;

/// A sentence that passed.
#[derive(Clone, Debug, PartialEq)]
pub struct Supported {
    /// Without citation marks.
    pub text: String,
    /// Index of the passage that supports it, and the words that do.
    pub passage: usize,
    pub place: Range<usize>,
    /// Share (0–1) of its content that the words hold.
    pub coverage: f32,
}

/// What became of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Passes(Supported),
    /// The model says that it found no answer.
    Declines,
    /// It fails the named check.
    Fails {
        text: String,
        why: Why,
        detail: String,
    },
}

/// Lays one sentence (with its marks) beside the passages. `question` is what the customer asked: a condition that the
/// customer named need not be repeated.
#[must_use]
pub fn verify(sentence: &str, grounds: &[Ground<'_>], question: &Statement) -> Verdict {
    let (text, cited) = marks::strip(sentence);
    let statement = read(&text);
    if LEXICON.decline.is_match(&statement.plain) {
        return Verdict::Declines;
    }
    let fails = |why: Why, detail: String| Verdict::Fails { text: text.clone(), why, detail };
    if statement.clauses.iter().all(|clause| clause.terms.is_empty() && clause.quantities.is_empty()) {
        return fails(Why::SaysNothing, String::new());
    }
    if let Some(hit) = LEXICON.promise.matches(&statement.plain).iter().next()
        && !grounds.iter().any(|ground| ground.plain.contains(statement.plain.trim_end_matches(['.', '。', '!', '！'])))
    {
        return fails(Why::Promise, format!("pattern {hit}"));
    }
    // The cited passages first; a sentence that cites the wrong one may still find its support among the others.
    let valid: Vec<usize> =
        cited.iter().filter_map(|number| number.checked_sub(1)).filter(|at| *at < grounds.len()).collect();
    let others = (0..grounds.len()).filter(|at| !valid.contains(at));
    let mut first_failure: Option<Failure> = None;
    for passage in valid.iter().copied().chain(others) {
        if detect(&text) != grounds[passage].passage.language
            && statement.clauses.iter().any(|clause| !clause.terms.is_empty())
        {
            first_failure.get_or_insert((Why::OtherLanguage, String::new()));
            continue;
        }
        match supported(&statement, &grounds[passage], question) {
            Ok((place, coverage)) => return Verdict::Passes(Supported { text, passage, place, coverage }),
            Err(failure) => {
                let better =
                    first_failure.as_ref().is_none_or(|(why, _)| *why == Why::Coverage || *why == Why::OtherLanguage);
                if better {
                    first_failure = Some(failure);
                }
            }
        }
    }
    let (why, detail) = first_failure.unwrap_or((Why::NoPassage, String::new()));
    if !cited.is_empty() && valid.is_empty() {
        return fails(Why::CitesNothing, format!("{cited:?}; {}", why.word()));
    }
    fails(why, detail)
}

/// The citation of a supported sentence.
#[must_use]
pub fn citation(supported: &Supported, grounds: &[Ground<'_>], number: u32) -> Citation {
    grounds[supported.passage].cite(supported.place.clone(), number)
}

/// Finds for each clause the sentence of the passage that says it, and checks it there; then what those sentences say
/// together.
fn supported(statement: &Statement, ground: &Ground<'_>, question: &Statement) -> Result<(Range<usize>, f32), Failure> {
    checks::names(statement, ground)?;
    let (mut there, mut all, mut words) = (0.0_f32, 0.0_f32, 0_usize);
    let mut chosen: BTreeSet<usize> = BTreeSet::new();
    for clause in statement.clauses.iter().filter(|clause| !clause.terms.is_empty() || !clause.quantities.is_empty()) {
        let mut ranked: Vec<(usize, f32, f32)> = (0..ground.units.len())
            .map(|at| {
                let (there, all) = checks::coverage(clause, &Beside::new(ground, at));
                (at, there, all)
            })
            .collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        let enough = ranked.first().map_or(0.0, |(_, there, _)| there * LEAST);
        let mut failure = None;
        let mut found = None;
        for (at, covered, total) in ranked.into_iter().take(TRIED).filter(|(_, there, _)| *there >= enough) {
            match checks::clause(clause, statement, &Beside::new(ground, at)) {
                Ok(()) => {
                    found = Some((at, covered, total));
                    break;
                }
                Err(why) => failure = failure.or(Some(why)),
            }
        }
        let Some((at, covered, total)) = found else {
            return Err(failure.unwrap_or((Why::Coverage, "the passage is empty".to_owned())));
        };
        chosen.insert(at);
        there += covered;
        all += total;
        words += clause.terms.len();
    }
    let coverage = if all == 0.0 { 1.0 } else { there / all };
    // A row says in two words what prose says in five.
    let rows = chosen.iter().all(|at| ground.units[*at].row);
    if coverage < if rows { ENOUGH } else { enough(words) } {
        return Err((Why::Coverage, format!("{coverage:.2}")));
    }
    for at in &chosen {
        checks::limits(statement, &ground.units[*at], question)?;
    }
    let (Some(first), Some(last)) = (chosen.first(), chosen.last()) else {
        return Err((Why::SaysNothing, String::new()));
    };
    if last - first >= STRETCH {
        return Err((Why::Coverage, "said in places far apart".to_owned()));
    }
    Ok((ground.units[*first].place.start..ground.units[*last].place.end, coverage))
}

/// Share of its content that a sentence of so many content words must find. A short one has nothing to spare.
fn enough(words: usize) -> f32 {
    match words {
        0..=3 => 0.8,
        4..=5 => 0.72,
        _ => ENOUGH,
    }
}
