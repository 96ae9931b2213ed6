//! PDF. `unpdf` reads first; where it finds no text, `pdf-extract` has a try. Headers, footers and page numbers that
//! repeat are taken out, and paragraphs that a page break cut are joined.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use unpdf::model::{Block, InlineContent, ListStyle, Paragraph, Table};

use super::page::{Page, one_line, tidy};
use super::prose;
use crate::knowledge::document::{Extracted, Refusal};

/// # Errors
/// [`Refusal::Encrypted`], [`Refusal::Empty`] for a scan, [`Refusal::Broken`] when neither reader understands the file.
pub fn read(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let first = catch_unwind(AssertUnwindSafe(|| structured(bytes)))
        .unwrap_or_else(|_| Err(broken("its structure is inconsistent")));
    let refusal = match first {
        Ok(extracted) => return Ok(extracted),
        Err(Refusal::Encrypted) => return Err(Refusal::Encrypted),
        Err(other) => other,
    };
    // The second reader panics on some files; that is one more way of saying no.
    let second = catch_unwind(|| pdf_extract::extract_text_from_mem(bytes));
    match second {
        Ok(Ok(text)) if text.chars().filter(|c| c.is_alphanumeric()).count() > 20 => {
            let mut page = Page::default();
            page.warn("second_reader", "the file is unusual; its text was read without headings and tables");
            prose::write(&mut page, &text);
            page.finish()
        }
        _ => Err(refusal),
    }
}

fn broken(reason: &str) -> Refusal {
    Refusal::Broken(reason.to_owned())
}

fn structured(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let parsed = unpdf::Unpdf::new().lenient().sequential().parse_bytes(bytes).map_err(|error| match error {
        unpdf::Error::Encrypted | unpdf::Error::InvalidPassword => Refusal::Encrypted,
        other => Refusal::Broken(one_line(&other.to_string())),
    })?;
    let document = parsed.document();
    let mut page = Page::default();
    page.title = document.metadata.title.clone().filter(|title| is_title(title));
    let mut pages: Vec<Vec<Block>> = document.pages.iter().map(|page| page.elements.clone()).collect();
    take_out_repeated(&mut pages);
    let quality = &document.extraction_quality;
    if quality.suppressed_text_runs > 0 || quality.undecodable_content_streams > 0 {
        page.warn("text_unreadable", "some text of the file has no readable characters and was left out");
    }
    if quality.pages_incomplete {
        page.warn("page_unreadable", "some pages could not be read");
    }
    let scans = document
        .pages
        .iter()
        .filter(|page| page.elements.iter().all(|block| words(block).is_empty()) && page.image_op_count > 0)
        .count();
    if scans > 0 {
        page.warn(
            "page_without_text",
            format!("{scans} pages are pictures; run text recognition on them if they matter"),
        );
    }
    let spelled = spellings(&pages);
    let mut carried: Option<String> = None;
    let mut blocks = pages.into_iter().flatten().peekable();
    while let Some(block) = blocks.next() {
        if page.is_full() {
            break;
        }
        if let Block::Paragraph(paragraph) = &block
            && is_bold_line(paragraph)
            && blocks.peek().is_some_and(|next| !matches!(next, Block::Paragraph(next) if is_bold_line(next)))
        {
            // A short line in bold that is no sentence, with something under it, is a heading that was not set as one.
            carried.take().into_iter().for_each(|text| write_paragraph(&mut page, &text));
            page.heading(2, &inline(paragraph, &spelled));
            continue;
        }
        let plain = match &block {
            Block::Paragraph(paragraph)
                if paragraph.style.heading_level.is_none() && paragraph.style.list_info.is_none() =>
            {
                Some(inline(paragraph, &spelled))
            }
            _ => None,
        };
        // A paragraph is held back until it is known whether the next one goes on in the middle of its sentence.
        if let (Some(before), Some(text)) = (&carried, &plain)
            && goes_on(before, text)
        {
            carried = Some(prose::join(before, text));
            continue;
        }
        if let Some(text) = carried.take() {
            write_paragraph(&mut page, &text);
        }
        match plain {
            Some(text) => carried = Some(text),
            None => write(&mut page, &block, &spelled),
        }
    }
    if let Some(text) = carried {
        write_paragraph(&mut page, &text);
    }
    page.finish()
}

fn write_paragraph(page: &mut Page, text: &str) {
    match prose::list_item(text) {
        Some((number, item)) if text.starts_with(|c: char| !c.is_ascii_alphanumeric()) || number.is_some() => {
            page.item(0, number, item)
        }
        _ => page.paragraph(text),
    }
}

fn write(page: &mut Page, block: &Block, spelled: &HashSet<String>) {
    match block {
        Block::Paragraph(paragraph) => {
            let text = inline(paragraph, spelled);
            match (paragraph.style.heading_level, &paragraph.style.list_info) {
                // A "heading" of several sentences is a paragraph in large print.
                (Some(level), _) if text.chars().count() <= 160 => page.heading(usize::from(level), &text),
                (None, Some(list)) => {
                    let number = match list.style {
                        ListStyle::Ordered { start, .. } => Some(list.item_number.unwrap_or(start) as usize),
                        ListStyle::Unordered { .. } => None,
                    };
                    let bare = prose::list_item(&text).map_or(text.as_str(), |(_, item)| item);
                    page.item(usize::from(list.level), number, bare);
                }
                _ => page.paragraph(&text),
            }
        }
        Block::Table(table) => page.table(&rows(table, spelled)),
        Block::Code { content } => page.code(content),
        Block::Raw { content } => prose::write(page, content),
        _ => {}
    }
}

fn is_bold_line(paragraph: &Paragraph) -> bool {
    let bold = paragraph.content.iter().all(|content| match content {
        InlineContent::Text(run) => run.style.bold || run.text.trim().is_empty(),
        InlineContent::LineBreak => true,
        _ => false,
    });
    let text = one_line(&paragraph.plain_text());
    let short = (2..=40).contains(&text.chars().count()) && text.chars().any(char::is_alphabetic);
    let plain = paragraph.style.heading_level.is_none() && paragraph.style.list_info.is_none();
    bold && short && plain && !text.ends_with(['。', '.', '；', ';', '，', ',', ':', '：', '！', '!'])
}

fn rows(table: &Table, spelled: &HashSet<String>) -> Vec<Vec<String>> {
    let cell = |content: &[Paragraph]| {
        content.iter().map(|paragraph| inline(paragraph, spelled)).collect::<Vec<_>>().join("\n")
    };
    let columns = table.cell_columns();
    let width = table.column_count().min(200);
    table
        .rows
        .iter()
        .zip(columns)
        .map(|(row, places)| {
            let mut out = vec![String::new(); width];
            for (cell_, column) in row.cells.iter().zip(places) {
                if let Some(place) = out.get_mut(column) {
                    *place = cell(&cell_.content);
                }
            }
            out
        })
        .collect()
}

/// Words of a paragraph; a word that was parted at the end of a line is made whole.
fn inline(paragraph: &Paragraph, spelled: &HashSet<String>) -> String {
    let mut out = String::new();
    for content in &paragraph.content {
        match content {
            InlineContent::Text(run) => out.push_str(&run.text),
            InlineContent::LineBreak => out.push('\n'),
            InlineContent::Link { text, .. } => out.push_str(text),
            InlineContent::Image { .. } => {}
        }
    }
    whole_words(&tidy(&out), spelled)
}

/// Joins `ar- rival`. Where the document spells `well-known` elsewhere, its hyphen stays; `short- and long-term` stays too.
fn whole_words(text: &str, spelled: &HashSet<String>) -> String {
    let mut pieces = text.split("- ");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let head: String =
            out.chars().rev().take_while(|c| c.is_alphabetic()).collect::<String>().chars().rev().collect();
        let tail: String = piece.chars().take_while(|c| c.is_alphabetic()).collect();
        let parted = head.ends_with(char::is_lowercase) && tail.starts_with(char::is_lowercase) && tail.is_ascii();
        match parted && !["and", "or", "to", "und", "oder"].contains(&tail.as_str()) {
            true if spelled.contains(&format!("{head}-{tail}").to_lowercase()) => out.push('-'),
            true => {}
            false => out.push_str("- "),
        }
        out.push_str(piece);
    }
    out
}

/// Every word with a hyphen inside that the document has.
fn spellings(pages: &[Vec<Block>]) -> HashSet<String> {
    let mut spelled = HashSet::new();
    for block in pages.iter().flatten() {
        let text = words(block);
        let hyphened =
            text.split(|c: char| !c.is_alphabetic() && c != '-').filter(|word| word.trim_matches('-').contains('-'));
        spelled.extend(hyphened.map(|word| word.trim_matches('-').to_lowercase()));
    }
    spelled
}

fn words(block: &Block) -> String {
    let mut text = String::new();
    block.append_plain_text(&mut text);
    one_line(&text)
}

/// Whether the second paragraph begins in the middle of the first one's last sentence.
fn goes_on(before: &str, after: &str) -> bool {
    let open = before.chars().next_back().is_some_and(|c| {
        c.is_lowercase() || ",-，、".contains(c) || super::page::is_wide(c) && !"。！？：；”）".contains(c)
    });
    let long = before.chars().count() >= 30;
    open && long
        && prose::list_item(after).is_none()
        && (after.starts_with(char::is_lowercase)
            || after.chars().next().is_some_and(super::page::is_wide) && before.ends_with(super::page::is_wide))
}

/// Drops what stands at the top or bottom of most pages, and page numbers.
fn take_out_repeated(pages: &mut [Vec<Block>]) {
    const EDGE: usize = 2;
    let shape = |block: &Block| {
        let text = words(block);
        let short = (1..=120).contains(&text.chars().count());
        short.then(|| text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect::<String>())
    };
    let edges = |blocks: &[Block]| -> Vec<usize> {
        (0..blocks.len()).filter(|&at| at < EDGE || at + EDGE >= blocks.len()).collect()
    };
    let mut seen: HashMap<String, usize> = HashMap::new();
    for blocks in pages.iter() {
        let mut shapes: Vec<String> = edges(blocks).into_iter().filter_map(|at| shape(&blocks[at])).collect();
        shapes.sort();
        shapes.dedup();
        shapes.into_iter().for_each(|shape| *seen.entry(shape).or_default() += 1);
    }
    // Left and right pages may differ, so a third of the pages is enough, but never fewer than three.
    let often = (pages.len() / 3).max(3);
    for blocks in pages.iter_mut() {
        let doomed: Vec<usize> = edges(blocks)
            .into_iter()
            .filter(|&at| {
                shape(&blocks[at]).is_some_and(|shape| seen.get(&shape).is_some_and(|&count| count >= often))
                    || is_page_number(&words(&blocks[at]))
            })
            .collect();
        doomed.into_iter().rev().for_each(|at| drop(blocks.remove(at)));
    }
}

/// `7`, `- 7 -`, `Page 7 of 9`, `7 / 9`, `第 7 页 共 9 页`.
fn is_page_number(text: &str) -> bool {
    let rest: String = text
        .to_lowercase()
        .replace("page", "")
        .replace("of", "")
        .chars()
        .filter(|c| !c.is_whitespace() && !"-–—/|第共页,，".contains(*c))
        .collect();
    !rest.is_empty() && rest.len() <= 8 && rest.bytes().all(|byte| byte.is_ascii_digit())
}

/// Programs leave file names and "untitled" where a title belongs.
fn is_title(title: &str) -> bool {
    let lower = title.trim().to_lowercase();
    let file = [
        ".doc", ".docx", ".pdf", ".indd", ".tex", ".dvi", ".html", ".htm", ".odt", ".ppt", ".pptx", ".xls", ".qxd",
        ".md",
    ]
    .iter()
    .any(|end| lower.ends_with(end));
    !lower.is_empty()
        && !file
        && !lower.starts_with("untitled")
        && !lower.starts_with("microsoft word")
        && title.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::super::samples::pdf;
    use super::*;

    #[test]
    fn text_is_read_and_parted_words_are_joined() {
        let bytes = pdf(
            &[&[
                "You may return the lamp within thirty days of its ar-",
                "rival at your door, and we pay for the way back.",
            ]],
            "",
        );
        let extracted = read(&bytes).unwrap();
        assert_eq!(
            extracted.text,
            "You may return the lamp within thirty days of its arrival at your door, and we pay for the way back."
        );
    }

    #[test]
    fn headers_and_page_numbers_go() {
        let body =
            ["alpha", "beta", "gamma"].map(|word| format!("of the terms and conditions says the word {word} and more"));
        let pages: Vec<Vec<&str>> = body
            .iter()
            .map(|line| {
                [&["Lamp Shop - confidential"][..], &[""; 9], &[line.as_str(); 4], &[""; 9], &["Page 7 of 9"]].concat()
            })
            .collect();
        let pages: Vec<&[&str]> = pages.iter().map(Vec::as_slice).collect();
        let text = read(&pdf(&pages, "")).unwrap().text;
        assert!(text.contains("alpha") && text.contains("beta") && text.contains("gamma"), "{text}");
        assert!(!text.contains("confidential") && !text.contains("Page 7"), "{text}");
    }

    #[test]
    fn an_empty_page_is_empty_and_a_torn_file_is_broken() {
        assert_eq!(read(&pdf(&[&[]], "")), Err(Refusal::Empty));
        assert!(matches!(read(b"%PDF-1.4 and then nothing"), Err(Refusal::Broken(_))));
    }

    #[test]
    fn page_numbers_are_told_from_numbers() {
        for (text, expected) in [
            ("7", true),
            ("- 12 -", true),
            ("Page 3 of 9", true),
            ("第 3 页 共 9 页", true),
            ("400-123-4567", false),
            ("Fee 5", false),
        ] {
            assert_eq!(is_page_number(text), expected, "{text}");
        }
    }
}
