//! Which headings and lines are questions: the same few rules for every format.

/// Whether a heading asks something: it ends in a question mark, or begins with `Q:` or `问：` (numbers allowed: `Q1.`).
#[must_use]
pub fn is_question(heading: &str) -> bool {
    let heading = heading.trim_end_matches(|c: char| c.is_whitespace() || "*_\"”’')）」".contains(c));
    heading.ends_with(['?', '？']) || after_mark(heading, QUESTION_MARKS).is_some()
}

/// The question without its `Q:` or `问：`, when it has one.
#[must_use]
pub fn without_question_mark(line: &str) -> Option<&str> {
    after_mark(line, QUESTION_MARKS)
}

/// The answer without its `A:` or `答：`, when it has one.
#[must_use]
pub fn without_answer_mark(line: &str) -> Option<&str> {
    after_mark(line, ANSWER_MARKS)
}

const QUESTION_MARKS: &[&str] = &["question", "q", "问题", "提问", "问"];
const ANSWER_MARKS: &[&str] = &["answer", "a", "答案", "回答", "解答", "答"];

/// What follows `<mark><number>?<colon>` at the start of a line. A full stop counts as a colon only after a number, and
/// after a Latin letter only that: "A. Returns" is an item of a list, "A1. Yes" an answer.
fn after_mark<'a>(line: &'a str, marks: &[&str]) -> Option<&'a str> {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || "*【[".contains(c));
    marks.iter().find_map(|mark| {
        let head = line.get(..mark.len())?;
        if !head.eq_ignore_ascii_case(mark) {
            return None;
        }
        let rest = line.get(mark.len()..)?;
        let unnumbered = rest.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
        let numbered = unnumbered.len() < rest.len();
        let tail = unnumbered.strip_prefix(['】', ']']).unwrap_or(unnumbered).trim_start();
        let closed = tail.len() < unnumbered.len();
        let after = tail.strip_prefix([':', '：']).or_else(|| match numbered {
            true => tail.strip_prefix(['.', '、', '．']),
            false => closed.then_some(tail),
        })?;
        let after = after.trim_start_matches(|c: char| c.is_whitespace() || c == '*');
        (!after.is_empty()).then_some(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_told_by_their_end_or_their_mark() {
        for (heading, expected) in [
            ("How do I return an item?", true),
            ("怎么退货？", true),
            ("**怎么退货？**", true),
            ("Q: Opening hours", true),
            ("问：营业时间", true),
            ("Q12. Opening hours", true),
            ("【问题】营业时间", true),
            ("Opening hours", false),
            ("Quality", false),
            ("问题反馈渠道", false),
            ("A. Returns", false),
            ("", false),
        ] {
            assert_eq!(is_question(heading), expected, "{heading}");
        }
    }

    #[test]
    fn marks_are_taken_off() {
        assert_eq!(without_question_mark("Q1: Can I pay later?"), Some("Can I pay later?"));
        assert_eq!(without_question_mark("问：可以货到付款吗"), Some("可以货到付款吗"));
        assert_eq!(without_answer_mark("A: Yes."), Some("Yes."));
        assert_eq!(without_answer_mark("答：可以。"), Some("可以。"));
        assert_eq!(without_answer_mark("A. Returns"), None);
        assert_eq!(without_answer_mark("Also: note"), None);
    }
}
