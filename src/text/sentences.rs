//! Where sentences end, in Chinese and English, in prose and in Markdown. A sentence is what verification checks, what a
//! quote shows and what the chunker may cut at.

use std::ops::Range;

use super::language::is_han;

/// Words that end in a point inside a sentence, before anything.
const TITLES: [&str; 24] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "mt", "sr", "jr", "vs", "no", "nos", "fig", "vol", "sec", "art", "approx",
    "e.g", "i.e", "cf", "tel", "ext", "dept", "est",
];

/// Words that end in a point inside a sentence, unless a capital follows.
const SHORTENED: [&str; 26] = [
    "etc", "inc", "ltd", "co", "corp", "a.m", "p.m", "u.s", "u.k", "jan", "feb", "mar", "apr", "jun", "jul", "aug",
    "sep", "sept", "oct", "nov", "dec", "min", "max", "incl", "excl", "al",
];

/// A line at least this wide (a Han character counts two) was probably broken to fit a page, so its sentence goes on.
const WRAPPED_WIDTH: usize = 40;

/// The sentences of a text, as byte ranges in order, without the space around them.
///
/// Sentences end at `。！？；…` and at `. ! ?` before a space (not after abbreviations and initials, nor inside decimals,
/// addresses and codes), with the closing quotes and brackets that follow. A heading, a list item and a row of a table
/// are sentences of their own, without their `#` and `-` marks; rules of tables and fences of code are none.
#[must_use]
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut paragraph: Option<Range<usize>> = None;
    let mut code = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let kind = Line::of(line, code);
        let place = start..start + line.len();
        start = place.end;
        let goes_on =
            paragraph.as_ref().is_some_and(|open| kind == Line::Prose && continues(&text[open.clone()], line));
        if goes_on {
            paragraph = paragraph.map(|open| open.start..place.end);
            continue;
        }
        if let Some(open) = paragraph.take() {
            split(text, open, &mut found);
        }
        match kind {
            Line::Blank | Line::Rule => {}
            Line::Fence => code = !code,
            Line::Whole => push(text, place, &mut found),
            Line::Heading => push(text, place.start + marker(line)..place.end, &mut found),
            Line::Item => paragraph = Some(place.start + marker(line)..place.end),
            Line::Prose => paragraph = Some(place),
        }
    }
    if let Some(open) = paragraph {
        split(text, open, &mut found);
    }
    found
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Blank,
    /// `---`, `|---|---|`: form without content.
    Rule,
    Fence,
    Heading,
    Item,
    /// A row of a table or a line of code: never cut.
    Whole,
    Prose,
}

impl Line {
    fn of(line: &str, code: bool) -> Self {
        let line = line.trim();
        if line.starts_with("```") || line.starts_with("~~~") {
            return Self::Fence;
        }
        if line.is_empty() {
            return Self::Blank;
        }
        if code {
            return Self::Whole;
        }
        if !line.contains(|c: char| !matches!(c, '-' | '|' | ':' | '=' | '*' | '_' | ' ' | '+')) {
            return Self::Rule;
        }
        if line.starts_with('|') {
            return Self::Whole;
        }
        if line.starts_with('#') && marker(line) > 0 {
            return Self::Heading;
        }
        if marker(line) > 0 { Self::Item } else { Self::Prose }
    }
}

/// Length of what marks a line as heading, quotation or list item, with the space before and after it.
fn marker(line: &str) -> usize {
    let indent = line.len() - line.trim_start().len();
    let rest = &line[indent..];
    let first = rest.chars().next().unwrap_or(' ');
    let mark = match first {
        '#' => rest.len() - rest.trim_start_matches('#').len(),
        '-' | '*' | '+' | '>' => 1,
        '•' | '·' | '●' | '▪' | '◦' | '‣' | '①'..='⑳' => {
            return indent + first.len_utf8() + spaces(&rest[first.len_utf8()..]);
        }
        '0'..='9' => {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            match rest[digits..].chars().next() {
                Some(point @ ('、' | '．')) => {
                    return indent + digits + point.len_utf8() + spaces(&rest[digits + point.len_utf8()..]);
                }
                Some('.' | ')') if digits <= 3 => digits + 1,
                _ => return 0,
            }
        }
        _ => return 0,
    };
    let gap = spaces(&rest[mark..]);
    if gap == 0 { 0 } else { indent + mark + gap }
}

fn spaces(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Whether `line` carries on the paragraph before it, rather than beginning a line of its own (an address, a key and its value).
fn continues(paragraph: &str, line: &str) -> bool {
    let last = paragraph.trim_end().rsplit('\n').next().unwrap_or_default().trim();
    let width: usize = last.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    let lower =
        line.trim_start().starts_with(|c: char| c.is_lowercase() || matches!(c, ',' | '，' | '、' | '。' | ')' | '）'));
    lower || width >= WRAPPED_WIDTH
}

/// Cuts one paragraph.
fn split(text: &str, paragraph: Range<usize>, found: &mut Vec<Range<usize>>) {
    let body = &text[paragraph.clone()];
    let mut start = 0;
    let mut chars = body.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let run_goes_on = |next: char| is_stop(next) || is_closing(next);
        let ends = match c {
            '。' | '！' | '？' | '；' | '…' | '.' | '!' | '?' => {
                let mut end = at + c.len_utf8();
                while let Some((place, next)) = chars.next_if(|(_, next)| run_goes_on(*next)) {
                    end = place + next.len_utf8();
                }
                is_end(&body[start..at], &body[at..end], &body[end..]).then_some(end)
            }
            _ => None,
        };
        if let Some(end) = ends {
            push(text, paragraph.start + start..paragraph.start + end, found);
            start = end;
        }
    }
    push(text, paragraph.start + start..paragraph.end, found);
}

fn is_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '…' | '.' | '!' | '?')
}

fn is_closing(c: char) -> bool {
    matches!(c, '”' | '’' | '」' | '』' | '）' | '】' | '》' | '"' | '\'' | ')' | ']' | '*' | '_' | '`')
}

/// Whether a run of stops (with closing quotes) between `before` and `after` ends the sentence.
fn is_end(before: &str, run: &str, after: &str) -> bool {
    let next = after.chars().next();
    let spaced = next.is_none_or(char::is_whitespace);
    let following = after.trim_start().chars().next();
    if run.starts_with('…') {
        return !following.is_some_and(|c| c.is_lowercase() || matches!(c, '，' | ',' | '、'));
    }
    if run.contains(['。', '！', '？', '；']) {
        return true;
    }
    if !spaced {
        // Chinese set with Western stops has no spaces; `a.b`, `2.5` and `?x=1` are no ends.
        let han_after = next.is_some_and(is_han);
        return han_after && (run.contains(['!', '?']) || before.chars().next_back().is_some_and(is_han));
    }
    if run.contains(['!', '?']) {
        return true;
    }
    if run.starts_with("..") {
        return !following.is_some_and(char::is_lowercase);
    }
    !(following.is_some_and(char::is_lowercase) || is_shortened(before, following))
}

/// Whether the point after `before` belongs to its last word: `Dr.`, `J.`, `2.` at the start, `etc.` before a small letter.
fn is_shortened(before: &str, following: Option<char>) -> bool {
    let word =
        before.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '（' | '"' | '“')).next().unwrap_or_default();
    let lower = word.to_lowercase();
    let capital = following.is_some_and(char::is_uppercase);
    let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase) && word != "I" && capital;
    let number = word == before.trim() && !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    let digit = following.is_some_and(|c| c.is_ascii_digit());
    initial
        || number
        || (TITLES.contains(&lower.as_str()) && (capital || digit || following.is_some()) && (lower != "no" || digit))
        || (SHORTENED.contains(&lower.as_str()) && following.is_some() && !capital)
}

fn push(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let sentence = &text[range.clone()];
    let start = range.start + spaces(sentence);
    let trimmed = sentence.trim();
    // Stray marks are no sentence.
    if trimmed.contains(char::is_alphanumeric) {
        found.push(start..start + trimmed.len());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn chinese() {
        check(
            "支持7天退货。请保留包装！可以吗？可以；谢谢",
            &["支持7天退货。", "请保留包装！", "可以吗？", "可以；", "谢谢"],
        );
        check("他说：“好的。”然后挂了。", &["他说：“好的。”", "然后挂了。"]);
        check("运费是2.5元……以后再说。", &["运费是2.5元……", "以后再说。"]);
        check(
            "价格为¥1,299.00。型号AB-1.5有货.请下单!谢谢",
            &["价格为¥1,299.00。", "型号AB-1.5有货.", "请下单!", "谢谢"],
        );
    }

    #[test]
    fn english() {
        check(
            "Returns take 7.5 days. Call Dr. Smith at 10 a.m. on Monday! OK?",
            &["Returns take 7.5 days.", "Call Dr. Smith at 10 a.m. on Monday!", "OK?"],
        );
        check(
            "See https://example.com/a?b=1.2 for more. It's free, e.g. for members.",
            &["See https://example.com/a?b=1.2 for more.", "It's free, e.g. for members."],
        );
        check(
            "Shoes, bags, etc. are fine. Not food etc. Ask J. K. Lee.",
            &["Shoes, bags, etc. are fine.", "Not food etc.", "Ask J. K. Lee."],
        );
        check(
            "Well... maybe. \"Yes.\" He left (at noon.) Then no. See No. 5.",
            &["Well... maybe.", "\"Yes.\"", "He left (at noon.)", "Then no.", "See No. 5."],
        );
    }

    #[test]
    fn markdown() {
        check(
            "# Returns\n\nWithin 30 days. Unused.\n\n- Shoes\n- Bags. And hats.\n1. Pack\n2. Send\n",
            &["Returns", "Within 30 days.", "Unused.", "Shoes", "Bags.", "And hats.", "Pack", "Send"],
        );
        check("| a | b |\n|---|---|\n| x. y | 2 |\n", &["| a | b |", "| x. y | 2 |"]);
        check("```sh\nrun it. now\n```\nDone.", &["run it. now", "Done."]);
        check("1、先打包。\n2、再寄出\n• 完成", &["先打包。", "再寄出", "完成"]);
        check("**Note.** Keep it. > 5 kg is *too much.*", &["**Note.**", "Keep it.", "> 5 kg is *too much.*"]);
    }

    #[test]
    fn a_wrapped_line_goes_on_and_a_short_one_does_not() {
        check(
            "This line was broken by a program that writes\nletters of eighty columns. Next.",
            &["This line was broken by a program that writes\nletters of eighty columns.", "Next."],
        );
        check("Phone: 12345\nMail: a@b.example\nopen daily", &["Phone: 12345", "Mail: a@b.example\nopen daily"]);
    }

    proptest! {
        #[test]
        fn ranges_are_in_order_and_lose_no_letter(text in "[a-zA-Z0-9 .!?。！？；…，\"”’)#|*\\->\n退货天é`]{0,120}") {
            let found = sentences(&text);
            let mut end = 0;
            let mut lost = String::new();
            for range in &found {
                prop_assert!(range.start >= end && range.end > range.start);
                prop_assert_eq!(text[range.clone()].trim(), &text[range.clone()]);
                lost.push_str(&text[end..range.start]);
                end = range.end;
            }
            lost.push_str(&text[end..]);
            // Only numbers of list items, and what follows the marks of a code fence, may be outside.
            prop_assert!(text.contains("```") || !lost.contains(char::is_alphabetic), "{lost:?}");
        }
    }
}
