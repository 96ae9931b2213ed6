//! Answers without a model: the words of the document that answer best, unchanged. Pure.
//!
//! An entry of a question-and-answer list gives its answer. Otherwise each sentence (or row of a table) of the best passages
//! is scored by the question's words that stand in it, weighted by rarity, by its neighbours and headings, and by whether
//! it holds the kind of thing that is asked for: a moment, an amount, a place.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::dialogue::gate::telling;
use crate::dialogue::wanted::{fits, wanted};
use crate::model::passage::{Passage, Scored};
use crate::text::language::{Language, detect, is_han};
use crate::text::normalise::fold;
use crate::text::sentences::sentences;
use crate::text::terms::terms;

/// Passages that are read.
const READ: usize = 5;
/// Characters of a quote that starts from one sentence; a Han character counts two.
const ROOM: usize = 420;
/// Characters up to which the answer of a question-and-answer entry is given whole.
const WHOLE: usize = 1200;
/// Share of a listed question that must be asked, both ways, for its answer to be given.
const SAME_QUESTION: f32 = 0.55;

/// A part of a passage, chosen to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Quoted {
    /// Index among the passages.
    pub passage: usize,
    /// The sentence that scored best, and what is shown around it; bytes of the passage's text.
    pub best: Range<usize>,
    pub place: Range<usize>,
    /// About 1 for a sentence that holds the whole question, from the best passage.
    pub score: f32,
}

/// What weighs how much in a sentence's score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    pub own: f32,
    pub beside: f32,
    /// Headings and title.
    pub above: f32,
    pub title: f32,
    pub kind: f32,
    pub passage: f32,
    pub close: f32,
    pub length: f32,
}

/// Found by coordinate search on half of SQuAD and CMRC questions (`docs/benchmarks.md`).
#[must_use]
pub fn weights(language: Language) -> Weights {
    match language {
        Language::En => Weights {
            own: 1.5,
            beside: 0.0,
            above: 0.9,
            title: 0.15,
            kind: 0.2,
            passage: 1.2,
            close: 0.1,
            length: 0.05,
        },
        Language::Zh => Weights {
            own: 4.0,
            beside: 0.3,
            above: 2.0,
            title: 0.15,
            kind: 0.2,
            passage: 0.6,
            close: 0.15,
            length: 0.05,
        },
    }
}

static REFERS_BACK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:it|they|this|these|that|those|such|otherwise|then|also|however|but|in this case|if so)\b|^(?:该|此|其|它|这|上述|以上|否则|但|同时|另外|如有)")
        .expect("a constant pattern")
});

/// The best quotes, best first; at most one from each passage. `weights` are the asked terms (see `gate::weigh`).
#[must_use]
pub fn choose(
    question: &str,
    weights: &HashMap<String, f32>,
    idf: &[(String, f32)],
    passages: &[Scored],
) -> Vec<Quoted> {
    choose_with(question, weights, idf, passages, self::weights(detect(question)))
}

/// The same with chosen weights, for measuring them.
#[must_use]
pub fn choose_with(
    question: &str,
    weights: &HashMap<String, f32>,
    idf: &[(String, f32)],
    passages: &[Scored],
    by: Weights,
) -> Vec<Quoted> {
    let rarity: HashMap<&str, f32> = idf
        .iter()
        .map(|(term, idf)| (term.as_str(), idf * weights.get(term).copied().unwrap_or(0.0)))
        .map(|(term, weight)| (term, weight * if telling(term) > 0.0 { telling(term).max(0.5) } else { 0.0 }))
        .filter(|(_, weight)| *weight > 0.0)
        .collect();
    let total: f32 = rarity.values().sum::<f32>().max(f32::EPSILON);
    let folded = fold(question);
    let asked: HashSet<String> = terms(question).into_iter().collect();
    let wanted = wanted(&folded);
    let top = passages.iter().map(worth).fold(f32::EPSILON, f32::max);
    let mut quotes: Vec<Quoted> = Vec::new();
    for (at, scored) in passages.iter().take(READ).enumerate() {
        let passage = &scored.passage;
        let standing = worth(scored) / top;
        if let Some(score) = same_question(passage, &rarity, total) {
            let place = 0..passage.text.len();
            let score = score * (by.own + by.above) + by.passage * standing + 0.5;
            quotes.push(Quoted { passage: at, best: place.clone(), place, score });
            continue;
        }
        let units = read(passage, &rarity, total);
        let above = share(&above(passage), &rarity, total);
        let title = share(&terms(&passage.title).into_iter().collect(), &rarity, total);
        let mut best: Option<(usize, f32)> = None;
        for (index, unit) in units.iter().enumerate() {
            let beside = |other: Option<usize>| other.and_then(|other| units.get(other)).map_or(0.0, |unit| unit.share);
            let around = beside(index.checked_sub(1)).max(beside(Some(index + 1)));
            let missing = (1.0 - unit.share).max(0.0);
            let score = by.own * unit.share
                + by.beside * around.min(missing)
                + by.above * above.min(missing)
                + by.title * title.min(missing)
                + by.kind * fits(wanted, &passage.text[unit.place.clone()], &asked)
                + by.passage * standing
                + by.close * unit.close
                - by.length * (width(&passage.text[unit.place.clone()]) as f32 / 100.0 - 1.0).clamp(-1.0, 4.0)
                - if unit.header { 1.0 } else { 0.0 }
                - if passage.text[unit.place.clone()].ends_with([':', '：']) { 0.2 } else { 0.0 };
            if best.is_none_or(|(_, known)| score > known) {
                best = Some((index, score));
            }
        }
        if let Some((index, score)) = best {
            let place = widen(passage, &units, index);
            quotes.push(Quoted { passage: at, best: units[index].place.clone(), place, score });
        }
    }
    let best_possible = by.own + by.passage + by.kind + by.close;
    for quote in &mut quotes {
        quote.score /= best_possible;
    }
    quotes.sort_by(|a, b| b.score.total_cmp(&a.score));
    quotes
}

/// What is shown for a quote: the words, and for rows of a table its header above them.
#[must_use]
pub fn shown(passage: &Passage, place: &Range<usize>) -> String {
    let text = &passage.text[place.clone()];
    if !text.starts_with('|') {
        return text.trim().to_owned();
    }
    let mut lines = passage.text.lines().skip_while(|line| !line.trim_start().starts_with('|'));
    match (lines.next(), lines.next()) {
        (Some(header), Some(rule)) if rule.contains("--") && !text.starts_with(header) => {
            format!("{header}\n{rule}\n{text}")
        }
        _ => text.to_owned(),
    }
}

#[derive(Debug)]
struct Unit {
    place: Range<usize>,
    /// Share (0–1) of the question's weight that stands in it.
    share: f32,
    /// How near to each other the question's words stand (0–1).
    close: f32,
    header: bool,
    /// Whether the question names something that stands in this row of a table and not in its header.
    named: bool,
}

fn read(passage: &Passage, rarity: &HashMap<&str, f32>, total: f32) -> Vec<Unit> {
    let text = &passage.text;
    let mut units: Vec<Unit> = Vec::new();
    let mut row_before = false;
    let mut columns: HashSet<String> = HashSet::new();
    for place in sentences(text) {
        let words = terms(&text[place.clone()]);
        let places: Vec<usize> =
            words.iter().enumerate().filter(|(_, word)| rarity.contains_key(word.as_str())).map(|(at, _)| at).collect();
        let close = match (places.first(), places.last()) {
            (Some(first), Some(last)) if places.len() > 1 => places.len() as f32 / (last - first + 1) as f32,
            _ => 0.0,
        };
        let row = text[place.clone()].starts_with('|');
        let heading = text[..place.start].ends_with("# ");
        let mut set: HashSet<String> = words.into_iter().collect();
        let named = set.iter().any(|word| rarity.contains_key(word.as_str()) && !columns.contains(word));
        if row && !row_before {
            columns.clone_from(&set);
        } else if row {
            // The head of the table says what a row is about.
            set.extend(columns.iter().cloned());
        }
        let header = row && !row_before || heading;
        units.push(Unit { share: share(&set, rarity, total), close, header, named, place });
        row_before = row;
    }
    units
}

fn share(there: &HashSet<String>, rarity: &HashMap<&str, f32>, total: f32) -> f32 {
    rarity.iter().filter(|(term, _)| there.contains(**term)).map(|(_, weight)| weight).sum::<f32>() / total
}

fn above(passage: &Passage) -> HashSet<String> {
    passage.heading.iter().flat_map(|text| terms(text)).collect()
}

/// How well a listed question is the one that is asked, when it is.
fn same_question(passage: &Passage, rarity: &HashMap<&str, f32>, total: f32) -> Option<f32> {
    let listed = passage.question.as_deref()?;
    if width(&passage.text) > WHOLE {
        return None;
    }
    let listed: HashSet<String> = terms(listed).into_iter().collect();
    let asked = share(&listed, rarity, total);
    let known =
        listed.iter().filter(|term| rarity.contains_key(term.as_str())).count() as f32 / listed.len().max(1) as f32;
    let both = if asked + known > 0.0 { 2.0 * asked * known / (asked + known) } else { 0.0 };
    (both >= SAME_QUESTION).then_some(both)
}

fn worth(scored: &Scored) -> f32 {
    scored.scores.bm25.unwrap_or(0.0).max(scored.scores.cosine.unwrap_or(0.0).max(0.0))
}

/// Grows a quote from its best sentence: back to what "it" means, on to the list that it opens, and to its neighbours while
/// there is room and they have to do with the question.
fn widen(passage: &Passage, units: &[Unit], best: usize) -> Range<usize> {
    let text = &passage.text;
    let of = |unit: &Unit| &text[unit.place.clone()];
    let (mut first, mut last) = (best, best);
    if of(&units[best]).starts_with('|') {
        return if units[best].named { units[best].place.clone() } else { rows(text, units, best) };
    }
    let mut room = ROOM.saturating_sub(width(of(&units[best])));
    if REFERS_BACK.is_match(&fold(of(&units[best])))
        && best > 0
        && width(of(&units[best - 1])) <= room
        && !units[best - 1].header
    {
        first -= 1;
        room -= width(of(&units[first]));
    }
    let opens_list = of(&units[best]).ends_with([':', '：']);
    while let Some(next) = units.get(last + 1) {
        let words = of(next);
        let gap = &text[units[last].place.end..next.place.start];
        let item = gap.contains('\n');
        let goes_on = if opens_list { item } else { !gap.contains('\n') || REFERS_BACK.is_match(&fold(words)) };
        if !goes_on || next.header || words.starts_with('|') || width(words) > room {
            break;
        }
        last += 1;
        room -= width(words);
    }
    units[first].place.start..units[last].place.end
}

/// All rows of a table whose header is asked for and none of whose rows is: one row alone would answer another question. A
/// table that is too long to be read in a chat gives its best row all the same.
fn rows(text: &str, units: &[Unit], best: usize) -> Range<usize> {
    let body = |unit: &&Unit| !unit.header && text[unit.place.clone()].starts_with('|');
    let first = units[..best].iter().rev().take_while(body).last().unwrap_or(&units[best]);
    let last = units[best..].iter().take_while(body).last().unwrap_or(&units[best]);
    let all = first.place.start..last.place.end;
    if width(&text[all.clone()]) <= WHOLE { all } else { units[best].place.clone() }
}

/// Length as it looks: a Han character is as wide as two Latin letters.
fn width(text: &str) -> usize {
    text.chars().map(|c| if is_han(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::id::{ChunkName, DocumentId};
    use crate::model::passage::Scores;
    use crate::text::language::detect;

    fn passage(question: Option<&str>, text: &str) -> Scored {
        let passage = Passage {
            chunk: ChunkName::of(&[text]),
            document: DocumentId(Uuid::nil()),
            title: "Help".to_owned(),
            source: "help.md".to_owned(),
            heading: Vec::new(),
            question: question.map(str::to_owned),
            text: text.to_owned(),
            start: 0,
            end: text.len(),
            language: detect(text),
        };
        Scored { passage, scores: Scores { bm25: Some(5.0), cosine: None, fused: 0.1 } }
    }

    fn best(question: &str, passages: &[Scored]) -> String {
        let weights: HashMap<String, f32> = terms(question).into_iter().map(|term| (term, 1.0)).collect();
        let common = ["the", "is", "how", "a", "to", "do", "can"];
        let idf: Vec<(String, f32)> = weights
            .keys()
            .map(|term| (term.clone(), if common.contains(&term.as_str()) { 0.1 } else { 3.0 }))
            .collect();
        let quotes = choose(question, &weights, &idf, passages);
        shown(&passages[quotes[0].passage].passage, &quotes[0].place)
    }

    #[test]
    fn a_listed_question_gives_its_answer() {
        let listed =
            passage(Some("Can I change the delivery address?"), "Yes, until the parcel has left our warehouse.");
        let prose = passage(None, "The delivery address is printed on the label. You can change colours.");
        assert_eq!(
            best("can I change my delivery address", &[prose, listed]),
            "Yes, until the parcel has left our warehouse."
        );
    }

    #[test]
    fn the_sentence_with_the_wanted_kind_wins() {
        let text = "Refunds are easy with us. A refund takes 5 business days. We love refunds.";
        assert!(best("How long does a refund take?", &[passage(None, text)]).contains("5 business days"));
        let text = "退款很简单。退款会在3个工作日内原路退回。欢迎再次光临。";
        assert!(best("退款多久到账", &[passage(None, text)]).contains("3个工作日"));
    }

    #[test]
    fn a_row_is_shown_under_its_header() {
        let table = "| Service | Time |\n|---|---|\n| Standard | 5 days |\n| Express | 2 days |";
        assert_eq!(
            best("How long does express take?", &[passage(None, table)]),
            "| Service | Time |\n|---|---|\n| Express | 2 days |"
        );
        assert_eq!(best("What is the time of a service?", &[passage(None, table)]), table, "no row is named");
    }
}
