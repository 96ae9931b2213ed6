//! Plain lines to blocks: what was wrapped is joined, lists stay lists, and only what is plainly a heading becomes one.

use super::page::{self, Page};
use super::question;

/// Writes lines of plain text.
pub fn write(page: &mut Page, text: &str) {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{85}'], "\n").replace('\u{C}', "\n\n");
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    let measure = wrap_width(&lines);
    let mut at = 0;
    while at < lines.len() && !page.is_full() {
        if lines[at].trim().is_empty() {
            at += 1;
            continue;
        }
        let end = lines[at..].iter().position(|line| line.trim().is_empty()).map_or(lines.len(), |length| at + length);
        let next = lines[end..].iter().position(|line| !line.trim().is_empty()).map(|gap| &lines[end + gap..]);
        match &lines[at..end] {
            [line] if next.is_some_and(|next| stands_above(line.trim(), next)) => {
                page.heading(if page.is_empty() { 1 } else { 2 }, line);
            }
            block => write_block(page, block, measure),
        }
        at = end;
    }
}

/// The lines between two blank ones.
fn write_block(page: &mut Page, lines: &[&str], measure: Option<usize>) {
    if let [title, rule] = lines
        && let Some(level) = underline(rule)
    {
        return page.heading(level, title);
    }
    if lines.len() > 1
        && lines
            .iter()
            .all(|line| line.contains('\t') && line.split('\t').filter(|cell| !cell.trim().is_empty()).count() > 1)
    {
        return page.table(&lines.iter().map(|line| line.split('\t').map(str::to_owned).collect()).collect::<Vec<_>>());
    }
    let (mut at, alone) = (0, lines.len() == 1);
    while at < lines.len() {
        let line = lines[at].trim();
        if let Some(next) = lines.get(at + 1)
            && let Some(level) = underline(next)
        {
            page.heading(level, line);
            at += 2;
            continue;
        }
        if let Some((level, heading)) = hashes(line) {
            page.heading(level, heading);
            at += 1;
            continue;
        }
        if is_heading(line, alone) {
            page.heading(2, line);
            at += 1;
            continue;
        }
        let mut joined = line.to_owned();
        while let Some(next) = lines
            .get(at + 1)
            .filter(|next| closes(next) || measure.is_some_and(|measure| goes_on(lines[at], next, measure)))
        {
            joined = join(&joined, next.trim());
            at += 1;
        }
        at += 1;
        match list_item(&joined) {
            Some((number, item)) => page.item(indent(lines[at - 1]) / 4, number, item),
            None => page.paragraph(&joined),
        }
    }
}

/// Joins a line to the one that it goes on from; a word that was parted by a hyphen is made whole.
#[must_use]
pub fn join(line: &str, next: &str) -> String {
    let hyphened = line
        .strip_suffix(['-', '\u{AD}', '\u{2010}'])
        .filter(|head| head.ends_with(|c: char| c.is_lowercase()) && next.starts_with(|c: char| c.is_lowercase()));
    match hyphened {
        Some(head) => format!("{head}{next}"),
        None if closes(next) => format!("{line}{next}"),
        None => page::tidy(&format!("{line}\n{next}")),
    }
}

/// The width at which the author's program broke lines, if it did: most lines that are followed by another one are
/// nearly as wide as the widest.
fn wrap_width(lines: &[&str]) -> Option<usize> {
    let followed: Vec<usize> = lines
        .windows(2)
        .filter(|pair| !pair[0].trim().is_empty() && !pair[1].trim().is_empty())
        .map(|pair| width(pair[0]))
        .collect();
    let mut sorted = followed.clone();
    sorted.sort_unstable();
    let widest = *sorted.get(sorted.len().saturating_sub(1) * 95 / 100)?;
    let full = followed.iter().filter(|&&line| line * 10 >= widest * 8).count();
    ((40..=110).contains(&widest) && full * 2 >= followed.len()).then_some(widest)
}

/// No line begins with a closing sign unless it was torn from the one before it.
fn closes(line: &str) -> bool {
    line.trim_start()
        .starts_with(['。', '，', '、', '；', '：', '）', '”', '？', '！', ',', '.', ';', ':', ')', '?', '!'])
}

/// Whether a line was broken by width only: its successor's first word would not have fitted.
fn goes_on(line: &str, next: &str, measure: usize) -> bool {
    let next = next.trim_start();
    let ended = line.ends_with(['。', '！', '？', '：', ':'])
        || line.ends_with(['.', '!', '?']) && next.starts_with(char::is_uppercase);
    let word: usize = next.split(' ').next().map_or(0, width).min(20);
    let fits = width(line) + 1 + word <= measure * 9 / 10;
    list_item(next).is_none()
        && question::without_question_mark(next).is_none()
        && question::without_answer_mark(next).is_none()
        && !fits
        && !(ended && width(line) * 10 < measure * 9)
}

/// A heading that nobody doubts: numbered like a chapter, or short, alone and in capitals.
fn is_heading(line: &str, alone: bool) -> bool {
    let characters = line.chars().count();
    if characters > 60 || line.ends_with(['。', '；', ';', '，', ',', '.', '!', '！', '、']) {
        return false;
    }
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let capitals =
        letters >= 4 && line.is_ascii() && !line.chars().any(|c| c.is_ascii_lowercase()) && letters * 2 > characters;
    let chapter = line.strip_prefix('第').and_then(|rest| rest.split_once(['章', '节', '節', '部', '篇'])).is_some_and(
        |(number, _)| {
            !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || "一二三四五六七八九十百零〇".contains(c))
        },
    );
    let section = line.split_once('、').is_some_and(|(number, rest)| {
        !number.is_empty()
            && !rest.is_empty()
            && characters <= 30
            && number.chars().all(|c| "一二三四五六七八九十".contains(c))
    });
    let english = ["Chapter ", "Section ", "Part ", "Appendix "].iter().any(|word| {
        line.strip_prefix(word)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase()))
            && alone
    });
    let asks = alone && question::is_question(line) && question::without_question_mark(line).is_none();
    chapter || section || english || asks || alone && capitals || line.starts_with('【') && line.ends_with('】')
}

/// A short line by itself above a paragraph of whole sentences names it.
fn stands_above(line: &str, next: &[&str]) -> bool {
    let below = next.iter().take_while(|line| !line.trim().is_empty());
    let (wide, ended) = below.fold((0, false), |(wide, _), line| {
        (wide + width(line), line.trim_end().ends_with(['.', '!', '?', '。', '！', '？', '”', '"', ')', '）']))
    });
    let names = line.starts_with(char::is_alphanumeric)
        && !line.ends_with(|c: char| !c.is_alphanumeric() && !")）】\"”?？".contains(c))
        && !line.contains(['@', '|', '\t'])
        && line.chars().any(char::is_alphabetic)
        && question::without_question_mark(line).is_none()
        && question::without_answer_mark(line).is_none();
    names && (3..=50).contains(&width(line)) && ended && wide >= 60 && list_item(line).is_none()
}

fn hashes(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|&byte| byte == b'#').count();
    (1..=6).contains(&level).then(|| line[level..].strip_prefix(' ').map(|rest| (level, rest)))?
}

fn underline(line: &str) -> Option<usize> {
    let line = line.trim();
    let of = |c: char| line.len() >= 3 && line.chars().all(|other| other == c);
    if of('=') { Some(1) } else { of('-').then_some(2) }
}

/// The number and the text of a line that begins like an item of a list.
#[must_use]
pub fn list_item(line: &str) -> Option<(Option<usize>, &str)> {
    let line = line.trim_start();
    if let Some(rest) =
        line.strip_prefix(['-', '*', '•', '●', '○', '▪', '◦', '·', '➢', '■', '◆', '\u{F0B7}', '\u{F0A7}'])
    {
        let spaced = rest.starts_with([' ', '\t', '\u{3000}']) || !line.starts_with(['-', '*']);
        return spaced.then(|| (None, rest.trim_start())).filter(|(_, rest)| !rest.is_empty());
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let number: usize = line.get(..digits).filter(|_| (1..=3).contains(&digits))?.parse().ok()?;
    let rest = &line[digits..];
    let text = rest
        .strip_prefix(['、', '）', '．'])
        .or_else(|| rest.strip_prefix(['.', ')']).filter(|text| text.starts_with([' ', '\t'])))?;
    Some((Some(number), text.trim_start())).filter(|(_, text)| !text.is_empty())
}

fn indent(line: &str) -> usize {
    line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum()
}

/// Columns on a terminal: Chinese characters take two.
fn width(line: &str) -> usize {
    line.chars().map(|c| if page::is_wide(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut page = Page::default();
        write(&mut page, text);
        page.finish().unwrap().text
    }

    #[test]
    fn wrapped_lines_join_and_lists_stay() {
        let text = "RETURNS\n\nGoods can be sent back within thirty days after the day on which they ar-\nrived at the address of the customer, provided that the seal has not been\nbroken and the label is attached.\n\n- sealed goods are\n- opened goods are not\n";
        assert_eq!(
            written(text),
            "# RETURNS\n\nGoods can be sent back within thirty days after the day on which they arrived at the address of the customer, provided that the seal has not been broken and the label is attached.\n\n- sealed goods are\n- opened goods are not"
        );
    }

    #[test]
    fn short_chinese_lines_stay_paragraphs_and_chapters_are_headings() {
        assert_eq!(
            written("第一章 总则\n本店所有商品均享七天无理由退货。\n二、例外\n1、定制商品\n2、鲜活易腐商品"),
            "## 第一章 总则\n\n本店所有商品均享七天无理由退货。\n\n## 二、例外\n\n1. 定制商品\n2. 鲜活易腐商品"
        );
    }

    #[test]
    fn a_line_that_begins_with_a_closing_sign_belongs_to_the_one_before() {
        assert_eq!(written("请参见退货说明\n。\n欢迎光临"), "请参见退货说明。\n\n欢迎光临");
    }

    #[test]
    fn wrapped_chinese_joins_without_spaces() {
        let line = "自签收商品之日起七天之内消费者可以无理由地向商家申请退货并且获得全额";
        assert_eq!(written(&format!("{line}\n{line}\n退款。")), format!("{line}{line}退款。"));
    }

    #[test]
    fn questions_and_answers_are_found() {
        let mut page = Page::default();
        write(&mut page, "Q: Do you ship abroad?\nA: Yes, to 30 countries.\n\n问：能开发票吗？\n答：可以。\n");
        let extracted = page.finish().unwrap();
        assert_eq!(extracted.text, "### Do you ship abroad?\n\nYes, to 30 countries.\n\n### 能开发票吗？\n\n可以。");
        assert_eq!(extracted.questions.len(), 2);
    }

    #[test]
    fn a_short_line_above_a_paragraph_is_its_heading() {
        let text = "Privacy\n\nWho receives data\n\nCarriers receive your name, your address and your telephone number.\n\nKind regards\n\nJane\n";
        assert_eq!(
            written(text),
            "Privacy\n\n## Who receives data\n\nCarriers receive your name, your address and your telephone number.\n\nKind regards\n\nJane"
        );
    }

    #[test]
    fn underlined_lines_and_tables_are_seen() {
        assert_eq!(written("Prices\n======\n\nA\t1\nB\t2\n"), "# Prices\n\n| A | 1 |\n| --- | --- |\n| B | 2 |");
    }
}
