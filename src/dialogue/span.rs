//! How much of a passage is shown around the sentence that answers: enough to be understood, with its conditions. Pure.

use std::ops::Range;

use crate::dialogue::asked::Asked;
use crate::dialogue::reading::{Reading, Unit, width};
use crate::dialogue::wanted::fits;
use crate::model::passage::Passage;

/// Characters of a quote that starts from one sentence; a Han character counts two.
const ROOM: usize = 420;
/// As much more for a list: one that breaks off says that there is nothing else.
const LIST: usize = 420;
/// Characters up to which a table is shown whole.
const WHOLE: usize = 1200;

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

/// Grows a quote from its best sentence: back to what "it" means, on to the list that it opens, and to its neighbours while
/// there is room.
#[must_use]
pub fn widen(passage: &Passage, reading: &Reading, asked: &Asked, best: usize) -> Range<usize> {
    let text = &passage.text;
    let units = &reading.units;
    let (mut first, mut last) = (best, best);
    if units[best].row {
        return if names_row(reading, asked, best) { units[best].place.clone() } else { rows(text, units, best) };
    }
    let mut room = ROOM.saturating_sub(units[best].width);
    if units[best].refers_back
        && best > 0
        && units[best - 1].width <= room
        && !units[best - 1].header
        && !units[best - 1].row
    {
        first -= 1;
        room -= units[first].width;
    }
    // What stands before it in the paragraph and holds the wanted kind too is the rule that it belongs to.
    while let Some(before) = first.checked_sub(1).map(|at| &units[at]) {
        let together =
            !text[before.place.end..units[first].place.start].contains('\n') && !before.header && !before.row;
        if !together || before.width > room || fits(asked.wanted, reading, before, &asked.own) == 0.0 {
            break;
        }
        first -= 1;
        room -= before.width;
    }
    let mut listing = units[best].opens;
    if listing {
        room += LIST;
    }
    while let Some(next) = units.get(last + 1) {
        let gap = &text[units[last].place.end..next.place.start];
        let goes_on = listing || !gap.contains('\n') || next.refers_back;
        if !goes_on || next.header || next.row || next.width > room {
            break;
        }
        last += 1;
        room -= next.width;
        if next.opens && !listing {
            listing = true;
            room += LIST;
        }
    }
    // What announces something is nothing without it.
    if last > best && units[last].opens {
        last -= 1;
    }
    units[first].place.start..units[last].place.end
}

/// Whether the question names something that stands in this row of a table and not in its header.
fn names_row(reading: &Reading, asked: &Asked, row: usize) -> bool {
    let unit = &reading.units[row];
    let header = unit.under.map_or_else(|| asked.nothing(), |header| asked.find(&reading.units[header].bag));
    Asked::more(&asked.find(&unit.bag), &header)
}

/// All rows of a table whose header is asked for and none of whose rows is: one row alone would answer another question. A
/// table that is too long to be read in a chat gives its best row all the same.
fn rows(text: &str, units: &[Unit], best: usize) -> Range<usize> {
    let body = |unit: &&Unit| !unit.header && unit.row;
    let first = units[..best].iter().rev().take_while(body).last().unwrap_or(&units[best]);
    let last = units[best..].iter().take_while(body).last().unwrap_or(&units[best]);
    let all = first.place.start..last.place.end;
    if width(&text[all.clone()]) <= WHOLE { all } else { units[best].place.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::asked;
    use crate::dialogue::reading::{read, tests::passage};

    fn widened(text: &str) -> String {
        let passage = passage(None, text);
        let asked = asked::read("question", &std::collections::HashMap::new(), &[]);
        let place = widen(&passage, &read(&passage), &asked, 0);
        shown(&passage, &place)
    }

    #[test]
    fn what_is_announced_comes_along_or_nothing_is_announced() {
        let list = "质量问题的运费由我们承担。因个人原因退货的：\n\n- 每单 12 元；会员免费；\n- 床垫 99 元。";
        assert_eq!(widened(list), list);
        assert_eq!(
            widened("Bring these: \n\n- A box. It must be whole.\n- A label."),
            "Bring these: \n\n- A box. It must be whole.\n- A label."
        );
        let long = format!("We pay the way back. If you changed your mind:\n\n- {}", "a long word ".repeat(90));
        assert_eq!(widened(&long), "We pay the way back.");
    }
}
