//! Markdown: kept as it is but for what is no text in it: front matter, comments, attributes, pictures, raw HTML.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::page::{Page, one_line};
use super::{decode, hypertext, question};
use crate::knowledge::document::{Extracted, Refusal};

/// What stands where, and what is to stand there.
type Edit = (Range<usize>, String);

/// # Errors
/// [`Refusal::Empty`] when there are no words.
pub fn read(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let decoded = decode::decode(bytes, None);
    let mut page = Page::default();
    if let Some(encoding) = decoded.guessed {
        page.warn("encoding_guessed", format!("the encoding was guessed to be {encoding}"));
    }
    let text = decoded.text.replace("\r\n", "\n").replace('\r', "\n").replace('\u{FEFF}', "");
    let (named, body) = front_matter(&text);
    let body = mend_rows(&body.replace('\t', "    "));
    let plain = replace(&body, &edits(&body));
    let (asked, heading) = headings(&plain);
    page.title = named.or(heading);
    page.raw(&plain, &asked);
    page.finish()
}

/// The title of a YAML front matter, and the text behind it.
fn front_matter(text: &str) -> (Option<String>, &str) {
    let Some((matter, body)) = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---")) else {
        return (None, text);
    };
    if matter.len() > 8192
        || !matter.lines().all(|line| line.trim().is_empty() || line.contains(':') || line.starts_with([' ', '-', '#']))
    {
        return (None, text);
    }
    let title = matter
        .lines()
        .find_map(|line| line.strip_prefix("title:"))
        .map(|title| title.trim().trim_matches(['"', '\'']).to_owned());
    (title.filter(|title| !title.is_empty()), body.split_once('\n').map_or("", |(_, body)| body))
}

/// Joins rows of tables whose cells run over several lines, as exporters write them: such a row begins with `|` and goes
/// on until a line ends in `|`.
fn mend_rows(text: &str) -> String {
    const ROW_LINES: usize = 80;
    let lines: Vec<&str> = text.split('\n').collect();
    let (mut out, mut at, mut columns) = (Vec::new(), 0, 0);
    while at < lines.len() {
        let line = lines[at];
        let bare = line.trim();
        if is_rule(bare) {
            columns = bare.matches('|').count();
        } else if bare.is_empty() || !bare.starts_with('|') {
            columns = if bare.is_empty() { columns } else { 0 };
        } else if columns > 0 && bare.matches('|').count() < columns {
            let end = (at + 1..lines.len().min(at + ROW_LINES)).find(|&next| {
                lines[next].trim_end().ends_with('|')
                    && lines[at..=next].iter().map(|line| line.matches('|').count()).sum::<usize>() >= columns
            });
            if let Some(end) = end {
                let indent = &line[..line.len() - line.trim_start().len()];
                let cells = lines[at..=end].iter().map(|line| line.trim().trim_start_matches("```").trim_start());
                let cells: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
                out.push(format!("{indent}{}", cells.join(" ")));
                at = end + 1;
                continue;
            }
        }
        out.push(line.to_owned());
        at += 1;
    }
    out.join("\n")
}

/// The line below a table's header.
fn is_rule(line: &str) -> bool {
    line.starts_with('|') && line.contains('-') && line.chars().all(|c| "|-: ".contains(c))
}

/// What is to be replaced by what, in order and without overlap.
fn edits(text: &str) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let (mut html, mut picture): (Option<Range<usize>>, Option<Edit>) = (None, None);
    let mut heading = false;
    for (event, range) in
        Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).into_offset_iter()
    {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = true,
            Event::End(TagEnd::Heading(_)) => {
                heading = false;
                edits.extend(attributes(text, &range).map(|range| (range, String::new())));
            }
            Event::Start(Tag::Image { .. }) if picture.is_none() => picture = Some((range, String::new())),
            Event::End(TagEnd::Image) => edits.extend(picture.take_if(|(whole, _)| whole.end == range.end)),
            Event::Text(words) | Event::Code(words) if picture.is_some() => {
                // Beside its page a picture's name says little, inside a heading or a sentence it may be a word of it.
                if let Some((_, alternative)) = picture.as_mut().filter(|_| heading) {
                    alternative.push_str(&words);
                }
            }
            Event::Start(Tag::HtmlBlock) => html = Some(range),
            Event::End(TagEnd::HtmlBlock) => {
                edits.extend(html.take().map(|range| (range.clone(), from_html(&text[range]))))
            }
            Event::InlineHtml(tag) => {
                edits.push((range, if tag.to_lowercase().starts_with("<br") { " ".to_owned() } else { String::new() }))
            }
            _ => {}
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    edits
}

/// `{#anchor .class}` at the end of a heading.
fn attributes(text: &str, heading: &Range<usize>) -> Option<Range<usize>> {
    let line = text[heading.clone()].lines().next()?.trim_end();
    let at = line.rfind('{').filter(|&at| line.ends_with('}') && line[at + 1..].starts_with(['#', '.', ':']))?;
    let start = line[..at].trim_end().len();
    Some(heading.start + start..heading.start + line.len())
}

fn from_html(html: &str) -> String {
    let mut page = Page::default();
    hypertext::write_html(&mut page, html);
    page.finish().map_or_else(|_| "\n".to_owned(), |extracted| format!("{}\n\n", extracted.text))
}

fn replace(text: &str, edits: &[Edit]) -> String {
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (range, new) in edits.iter().filter(|(range, _)| range.end <= text.len()) {
        if range.start >= at {
            out.push_str(&text[at..range.start]);
            out.push_str(new);
            at = range.end;
        }
    }
    out.push_str(&text[at..]);
    out
}

/// Offsets of headings that ask, and the words of the first heading of level 1.
fn headings(text: &str) -> (Vec<usize>, Option<String>) {
    let (mut asked, mut title, mut open): (Vec<usize>, Option<String>, Option<String>) = (Vec::new(), None, None);
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => open = Some(String::new()),
            Event::Text(words) | Event::Code(words) => {
                if let Some(heading) = &mut open {
                    heading.push_str(&words);
                }
            }
            Event::End(TagEnd::Heading(level)) => {
                let heading = one_line(&open.take().unwrap_or_default());
                if question::is_question(&heading) {
                    asked.push(range.start);
                }
                if title.is_none() && level == pulldown_cmark::HeadingLevel::H1 {
                    title = Some(heading);
                }
            }
            _ => {}
        }
    }
    (asked, title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(markdown: &str) -> String {
        read(markdown.as_bytes()).unwrap().text
    }

    #[test]
    fn front_matter_names_the_document() {
        let extracted = read("---\ntitle: \"退货 政策\"\ntags: [a]\n---\n# 退货\n\n七天。\n".as_bytes()).unwrap();
        assert_eq!((extracted.title.as_deref(), extracted.text.as_str()), (Some("退货 政策"), "# 退货\n\n七天。"));
        assert_eq!(
            text("---\n\nA rule is no front matter.\n\n---\n\nEnd."),
            "---\n\nA rule is no front matter.\n\n---\n\nEnd."
        );
    }

    #[test]
    fn raw_html_becomes_markdown() {
        let markdown = "# Fees {#fees .reference}\r\n\r\n<!-- hidden -->\r\n\r\n<table><tr><th>Zone</th><th>Fee</th></tr><tr><td>EU</td><td>5</td></tr></table>\r\n\r\nPay <b>now</b>,<br>please. ![picture](a.png)\r\n\r\n<details><summary>Why?</summary>\r\n\r\nBecause.\r\n\r\n</details>\r\n";
        let extracted = read(markdown.as_bytes()).unwrap();
        assert_eq!(
            extracted.text.replace("\n\n\n", "\n\n").replace("\n\n\n", "\n\n"),
            "# Fees\n\n| Zone | Fee |\n| --- | --- |\n| EU | 5 |\n\nPay now, please. \n\n## Why?\n\nBecause."
        );
        assert_eq!(&extracted.text[extracted.questions[0]..][..7], "## Why?");
    }

    #[test]
    fn rows_that_run_over_lines_are_mended() {
        let markdown = "|A|B|\n|--|--|\n|one|first\n\nsecond |\n|two|third|\n";
        assert_eq!(text(markdown), "|A|B|\n|--|--|\n|one|first second |\n|two|third|");
    }

    #[test]
    fn code_keeps_its_angle_brackets() {
        let markdown = "Run `ssh <user>@host`.\n\n```\n<b>x</b>\n```";
        assert_eq!(text(markdown), markdown);
    }
}
