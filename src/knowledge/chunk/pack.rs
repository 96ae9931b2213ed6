//! Packs a section into parts within the budget: whole blocks while they fit, then items, rows, sentences, words.

use std::ops::Range;

use crate::text::sentences::sentences;

use super::Limits;
use super::outline::{Block, Kind, Section};
use super::size::{exact, guess, sixteenths};

/// A chunk's place, before it has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) place: Range<usize>,
    /// Header rows of a table that the place does not hold.
    pub(super) header: Option<Range<usize>>,
    /// Exact, with the header.
    pub(super) tokens: usize,
}

/// What is never divided further unless it alone is too large.
#[derive(Clone, Debug)]
struct Unit {
    place: Range<usize>,
    header: Option<Range<usize>>,
    size: usize,
}

/// Cuts a section. A last heading with nothing under it is itself the content.
pub(super) fn parts(text: &str, section: &Section, limits: &Limits) -> Vec<Part> {
    let mut parts = Vec::new();
    if let (Some(place), true) =
        (&section.place, section.blocks.is_empty() && !section.has_children && !section.thinned)
    {
        fit(text, vec![Unit::new(text, place.clone(), None)], limits.tokens, limits, &mut parts);
        return parts;
    }
    let budget = limits.tokens - limits.overlap;
    let mut group = Vec::new();
    for block in &section.blocks {
        if block.after_gap {
            fit(text, std::mem::take(&mut group), budget, limits, &mut parts);
        }
        group.extend(units(text, block, budget));
    }
    fit(text, group, budget, limits, &mut parts);
    if limits.overlap > 0 {
        overlap(text, &mut parts, limits);
    }
    parts
}

impl Unit {
    fn new(text: &str, place: Range<usize>, header: Option<Range<usize>>) -> Self {
        let size = guess(&text[place.clone()]) + header.clone().map_or(0, |header| guess(&text[header]));
        Self { place, header, size }
    }
}

/// Packs units and counts exactly; what is too long after all is cut finer.
fn fit(text: &str, units: Vec<Unit>, budget: usize, limits: &Limits, parts: &mut Vec<Part>) {
    let units: Vec<Unit> =
        units.into_iter().filter_map(|unit| Some(Unit { place: trimmed(text, unit.place.clone())?, ..unit })).collect();
    for group in pack(units, budget) {
        let place = group[0].place.start..group[group.len() - 1].place.end;
        let header = group[0].header.clone();
        let body = exact(&text[place.clone()]);
        // One more for the line break between the two.
        let tokens = body + header.clone().map_or(0, |header| exact(text[header].trim_end()) + 1);
        if tokens <= limits.tokens {
            if text[place.clone()].contains(|c: char| !c.is_whitespace()) {
                parts.push(Part { place, header, tokens });
            }
            continue;
        }
        let smaller = (budget * limits.tokens * 9 / (tokens * 10)).min(budget.saturating_sub(1)).max(1);
        let finer = match group.as_slice() {
            [only] => cut(text, only, smaller),
            _ => group
                .into_iter()
                .flat_map(|unit| if unit.size > smaller { cut(text, &unit, smaller) } else { vec![unit] })
                .collect(),
        };
        fit(text, finer, smaller, limits, parts);
    }
}

/// Groups neighbours within the budget, evenly: a section of 1.1 budgets becomes two halves, not a whole and a crumb.
fn pack(units: Vec<Unit>, budget: usize) -> Vec<Vec<Unit>> {
    let total: usize = units.iter().map(|unit| unit.size).sum();
    let target = total.div_ceil(total.div_ceil(budget).max(1));
    let mut groups: Vec<Vec<Unit>> = Vec::new();
    let mut size = 0;
    for unit in units {
        match groups.last_mut() {
            Some(group) if size + unit.size <= budget && size < target => {
                size += unit.size;
                group.push(unit);
            }
            _ => {
                size = unit.size;
                groups.push(vec![unit]);
            }
        }
    }
    groups
}

/// A block whole, or its natural parts.
fn units(text: &str, block: &Block, budget: usize) -> Vec<Unit> {
    let whole = Unit::new(text, block.place.clone(), None);
    if whole.size <= budget {
        return vec![whole];
    }
    let places = match block.kind {
        Kind::List => block.parts.clone(),
        Kind::Table => return rows(text, block, budget),
        Kind::Code => lines(text, &block.place),
        Kind::Prose => vec![block.place.clone()],
    };
    let units = places.into_iter().map(|place| Unit::new(text, place, None));
    units.flat_map(|unit| if unit.size <= budget { vec![unit] } else { cut(text, &unit, budget) }).collect()
}

/// Rows of a table. All but the first repeat the header, if it is not itself a large part of the budget.
fn rows(text: &str, block: &Block, budget: usize) -> Vec<Unit> {
    let Some(first) = block.parts.first() else {
        return cut(text, &Unit::new(text, block.place.clone(), None), budget);
    };
    let header = block.place.start..first.start;
    let repeated = exact(&text[header.clone()]) <= budget / 3;
    let mut units = Vec::new();
    for (number, row) in block.parts.iter().enumerate() {
        let place = if number == 0 { header.start..row.end } else { row.clone() };
        let unit = Unit::new(text, place, (number > 0 && repeated).then(|| header.clone()));
        if unit.size <= budget {
            // Within a group the header counts once; it is counted with the first row and checked exactly later.
            units.push(unit);
        } else {
            units.extend(cut(text, &unit, budget));
        }
    }
    units
}

fn lines(text: &str, place: &Range<usize>) -> Vec<Range<usize>> {
    let mut start = place.start;
    let lines = text[place.clone()].split_inclusive('\n').map(|line| {
        start += line.len();
        start - line.len()..start
    });
    lines.collect()
}

/// Cuts one unit at ends of sentences, and what is still too large between words.
fn cut(text: &str, unit: &Unit, budget: usize) -> Vec<Unit> {
    let body = &text[unit.place.clone()];
    let header_size = unit.header.clone().map_or(0, |header| guess(&text[header]));
    let room = budget.saturating_sub(header_size).max(1);
    let mut ends: Vec<usize> = sentences(body).into_iter().map(|sentence| sentence.end).collect();
    match ends.last_mut() {
        Some(last) => *last = body.len(),
        None => ends.push(body.len()),
    }
    let mut start = 0;
    let mut units = Vec::with_capacity(ends.len());
    for end in ends {
        for piece in words(&body[start..end], room) {
            let place = unit.place.start + start + piece.start..unit.place.start + start + piece.end;
            units.push(Unit::new(text, place, unit.header.clone()));
        }
        start = end;
    }
    units
}

/// Runs of words of at most `room` tokens by the guess; a longer word is cut between characters.
fn words(sentence: &str, room: usize) -> Vec<Range<usize>> {
    let room = room * 16;
    let mut pieces = Vec::new();
    let (mut start, mut size) = (0, 0);
    // The last place where a cut does no harm, and the size up to there.
    let mut gap: Option<(usize, usize)> = None;
    for (at, c) in sentence.char_indices() {
        let weight = sixteenths(c);
        if size + weight > room && at > start {
            let (end, taken) = gap.take().unwrap_or((at, size));
            pieces.push(start..end);
            (start, size) = (end, size - taken);
        }
        size += weight;
        if c.is_whitespace() || matches!(c, '，' | '、' | '；' | '：' | ',' | ';' | '|') {
            gap = Some((at + c.len_utf8(), size));
        }
    }
    if start < sentence.len() {
        pieces.push(start..sentence.len());
    }
    pieces
}

/// Lets each part begin with the last sentences of the part before it, where the two are neighbours.
fn overlap(text: &str, parts: &mut [Part], limits: &Limits) {
    let before: Vec<Range<usize>> = parts.iter().map(|part| part.place.clone()).collect();
    for (previous, part) in before.iter().zip(parts.iter_mut().skip(1)) {
        let between = text.get(previous.end..part.place.start).unwrap_or("-");
        if part.header.is_some() || !between.trim().is_empty() {
            continue;
        }
        let starts = sentences(&text[previous.clone()]).into_iter().map(|sentence| previous.start + sentence.start);
        let longer = starts.skip(1).map(|start| start..part.place.end).find_map(|place| {
            let repeated = guess(&text[place.start..previous.end]);
            let tokens = if repeated <= limits.overlap { exact(&text[place.clone()]) } else { usize::MAX };
            (tokens <= limits.tokens).then_some((place, tokens))
        });
        if let Some((place, tokens)) = longer {
            (part.place, part.tokens) = (place, tokens);
        }
    }
}

fn trimmed(text: &str, place: Range<usize>) -> Option<Range<usize>> {
    let body = &text[place.clone()];
    let start = place.start + (body.len() - body.trim_start().len());
    let length = body.trim().len();
    (length > 0).then_some(start..start + length)
}
