//! What changed between two texts of a document, line by line. Pure, and bounded in time: two long texts that have nothing in
//! common give a coarse answer.

use std::time::Duration;

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

const PATIENCE: Duration = Duration::from_millis(500);
/// Unchanged lines that are shown around a change.
const AROUND: usize = 3;

/// Lines in a row with one fate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hunk {
    pub kind: Kind,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Same,
    Added,
    Removed,
    /// Unchanged lines that are left out; the text is their number.
    Skipped,
}

/// The hunks that lead from one text to the other. Unchanged lines far from a change are left out.
#[must_use]
pub fn hunks(before: &str, after: &str) -> Vec<Hunk> {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(before, after);
    let mut runs: Vec<(Kind, Vec<&str>)> = Vec::new();
    for change in diff.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => Kind::Same,
            ChangeTag::Insert => Kind::Added,
            ChangeTag::Delete => Kind::Removed,
        };
        match runs.last_mut() {
            Some((last, lines)) if *last == kind => lines.push(change.value()),
            _ => runs.push((kind, vec![change.value()])),
        }
    }
    let count = runs.len();
    let mut hunks = Vec::new();
    for (at, (kind, lines)) in runs.into_iter().enumerate() {
        let (head, tail) = (if at == 0 { 0 } else { AROUND }, if at + 1 == count { 0 } else { AROUND });
        // A gap of one line would be no shorter than the line.
        if kind != Kind::Same || lines.len() <= head + tail + 1 {
            hunks.push(Hunk { kind, text: lines.concat() });
            continue;
        }
        let shown = [(Kind::Same, &lines[..head]), (Kind::Same, &lines[lines.len() - tail..])];
        let skipped = Hunk { kind: Kind::Skipped, text: (lines.len() - head - tail).to_string() };
        let [first, last] = shown.map(|(kind, lines)| Hunk { kind, text: lines.concat() });
        hunks.extend([first, skipped, last].into_iter().filter(|hunk| !hunk.text.is_empty()));
    }
    hunks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> String {
        let line = |hunk: Hunk| {
            let mark = match hunk.kind {
                Kind::Same => ' ',
                Kind::Added => '+',
                Kind::Removed => '-',
                Kind::Skipped => return format!("@{}\n", hunk.text),
            };
            hunk.text.lines().map(|line| format!("{mark}{line}\n")).collect::<String>()
        };
        hunks(before, after).into_iter().map(line).collect()
    }

    #[test]
    fn a_change_is_shown_with_what_stands_around_it() {
        let lines: Vec<String> = (1..=20).map(|number| format!("第{number}行\n")).collect();
        let before = lines.concat();
        let after = before.replace("第10行\n", "第十行\n再加一行\n");
        assert_eq!(
            told(&before, &after),
            "@6\n 第7行\n 第8行\n 第9行\n-第10行\n+第十行\n+再加一行\n 第11行\n 第12行\n 第13行\n@7\n"
        );
        assert_eq!(told("a\n", "a\n"), " a\n");
        assert_eq!(told(&before, &before), "@20\n");
        assert_eq!(told("", "a\n"), "+a\n");
        assert_eq!(told("", ""), "");
    }

    #[test]
    fn texts_without_anything_in_common_end_in_time_and_lose_nothing() {
        let long = |word: &str| (0..20_000).map(|number| format!("{word} {}\n", number % 977)).collect::<String>();
        let (before, after) = (long("old"), long("new"));
        let hunks = hunks(&before, &after);
        let of =
            |kind| hunks.iter().filter(|hunk| hunk.kind == kind).map(|hunk| hunk.text.as_str()).collect::<String>();
        assert_eq!((of(Kind::Removed), of(Kind::Added)), (before, after));
    }
}
