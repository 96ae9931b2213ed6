//! Word documents: headings by style, lists by numbering, tables, footnotes; hidden and deleted text is left out.

use std::collections::HashMap;

use super::docx_styles::{self, Styles};
use super::package::Package;
use super::page::{LINE_BREAK, Page, tidy};
use super::question;
use super::xml::{Element, Node};
use crate::knowledge::document::{Extracted, Refusal};

/// # Errors
/// As the package says; [`Refusal::Broken`] when the main part is missing.
pub fn read(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let mut package = Package::open(bytes)?;
    let main = docx_styles::main_part(&mut package)?;
    let document = package.xml(&main)?.ok_or_else(|| Refusal::Broken("its main part is missing".to_owned()))?;
    let mut page = Page::default();
    page.title = package
        .xml("docProps/core.xml")
        .ok()
        .flatten()
        .and_then(|core| core.all("title").first().map(|title| title.text()))
        .filter(|title| !title.trim().is_empty());
    let mut reader = Reader {
        styles: Styles::read(&mut package, &main),
        notes: notes(&mut package),
        has_headings: false,
        counters: HashMap::new(),
        pending: Vec::new(),
        page: &mut page,
    };
    let bodies = document.all("body");
    let body = bodies.first().ok_or_else(|| Refusal::Broken("its main part cannot be read".to_owned()))?;
    reader.has_headings = body.all("p").into_iter().any(|paragraph| reader.level(paragraph).is_some());
    reader.blocks(body);
    page.finish()
}

/// Footnotes and endnotes by `kind` and id.
fn notes(package: &mut Package<'_>) -> HashMap<(char, String), String> {
    let mut notes = HashMap::new();
    for (kind, name) in [('f', "word/footnotes.xml"), ('e', "word/endnotes.xml")] {
        let Ok(Some(part)) = package.xml(name) else { continue };
        for note in
            part.all("footnote").into_iter().chain(part.all("endnote")).filter(|note| note.attribute("type").is_none())
        {
            let text: Vec<String> =
                note.all("p").into_iter().map(|paragraph| run_text(paragraph, &mut Vec::new())).collect();
            if let Some(id) = note.attribute("id") {
                notes.insert((kind, id.to_owned()), tidy(&text.join(" ")));
            }
        }
    }
    notes
}

struct Reader<'a> {
    styles: Styles,
    notes: HashMap<(char, String), String>,
    /// Whether the author used styles; where not, short bold lines are the headings.
    has_headings: bool,
    /// Where each numbered list is: (list, level) → last number.
    counters: HashMap<(String, usize), usize>,
    /// Notes that the current paragraph refers to.
    pending: Vec<(char, String)>,
    page: &'a mut Page,
}

impl Reader<'_> {
    fn blocks(&mut self, parent: &Element) {
        for element in parent.elements() {
            if self.page.is_full() {
                return;
            }
            match &*element.name {
                "p" => self.paragraph(element),
                "tbl" => self.table(element),
                "sdt" => element.child("sdtContent").into_iter().for_each(|content| self.blocks(content)),
                "ins" | "moveTo" | "smartTag" | "customXml" | "sdtContent" => self.blocks(element),
                "AlternateContent" => element.elements().next().into_iter().for_each(|choice| self.blocks(choice)),
                _ => {}
            }
        }
    }

    fn paragraph(&mut self, paragraph: &Element) {
        let mut references = Vec::new();
        let text = tidy(&run_text(paragraph, &mut references));
        self.pending.extend(references);
        let properties = paragraph.child("pPr");
        let style = properties.and_then(|properties| value(properties, "pStyle")).unwrap_or_default();
        let level = self.level(paragraph);
        let numbering = properties
            .and_then(|properties| properties.child("numPr"))
            .and_then(|numbering| {
                Some((
                    value(numbering, "numId")?.to_owned(),
                    value(numbering, "ilvl").and_then(|level| level.parse().ok()).unwrap_or(0),
                ))
            })
            .or_else(|| self.styles.numbering(style));
        if text.is_empty() {
        } else if let Some(level) = level.filter(|_| text.chars().count() <= 200) {
            if self.page.title.is_none() && level == 1 {
                self.page.title = Some(text.clone());
            }
            self.page.heading(level, &text);
        } else if let Some((list, depth)) = numbering.filter(|(list, _)| list != "0") {
            let number = self.styles.is_numbered(&list, depth).then(|| self.count(&list, depth));
            self.page.item(depth, number, &text);
        } else if is_bold(paragraph) && question::is_question(&text) && text.chars().count() <= 120 {
            // A bold line that asks is a heading to everybody but the word processor.
            self.page.ask(3, &text);
        } else if !self.has_headings && is_bold(paragraph) && is_short(&text) {
            self.page.heading(2, &text);
        } else {
            self.page.paragraph(&text);
        }
        for text_box in paragraph.all("txbxContent").into_iter().take(1) {
            self.blocks(text_box);
        }
        for (kind, id) in std::mem::take(&mut self.pending) {
            if let Some(note) = self.notes.get(&(kind, id.clone())).filter(|note| !note.is_empty()) {
                let note = format!("[{id}] {note}");
                self.page.paragraph(&note);
            }
        }
    }

    fn level(&self, paragraph: &Element) -> Option<usize> {
        let properties = paragraph.child("pPr")?;
        let direct = value(properties, "outlineLvl").and_then(|level| level.parse::<usize>().ok());
        let styled = || self.styles.heading(value(properties, "pStyle")?);
        direct.filter(|&level| level < 9).map(|level| level + 1).or_else(styled)
    }

    fn count(&mut self, list: &str, depth: usize) -> usize {
        self.counters.retain(|(other, level), _| other != list || *level <= depth);
        let counter = self.counters.entry((list.to_owned(), depth)).or_default();
        *counter += 1;
        *counter
    }

    fn table(&mut self, table: &Element) {
        const COLUMNS: usize = 200;
        let rows = rows_of(table);
        let lays_out = rows.iter().all(|row| row.len() < 2);
        if lays_out {
            rows.iter().flatten().for_each(|cell| self.blocks(cell));
            return;
        }
        let mut grid: Vec<Vec<String>> = Vec::new();
        for row in rows {
            let mut out: Vec<String> = Vec::new();
            for cell in row {
                let properties = cell.child("tcPr");
                let merged = properties
                    .and_then(|properties| properties.child("vMerge"))
                    .is_some_and(|merge| merge.attribute("val") != Some("restart"));
                let text = match grid.last().and_then(|above| above.get(out.len())).filter(|_| merged) {
                    Some(above) => above.clone(),
                    None => cell
                        .all("p")
                        .into_iter()
                        .map(|paragraph| run_text(paragraph, &mut self.pending))
                        .collect::<Vec<_>>()
                        .join("\n"),
                };
                out.push(text);
                let span = properties
                    .and_then(|properties| value(properties, "gridSpan"))
                    .and_then(|span| span.parse::<usize>().ok())
                    .unwrap_or(1);
                out.resize((out.len() + span.clamp(1, COLUMNS) - 1).min(COLUMNS), String::new());
            }
            grid.push(out);
        }
        self.page.table(&grid);
    }
}

fn rows_of(table: &Element) -> Vec<Vec<&Element>> {
    let inner = |element: &'_ Element, name: &str| -> bool { &*element.name == name };
    let unwrap = |element| match element {
        element if inner(element, "sdt") => {
            element.child("sdtContent").map_or_else(Vec::new, |content| content.elements().collect())
        }
        element => vec![element],
    };
    table
        .elements()
        .flat_map(unwrap)
        .filter(|row| inner(row, "tr"))
        .map(|row| row.elements().flat_map(unwrap).filter(|cell| inner(cell, "tc")).collect())
        .collect()
}

/// Words of a paragraph; what it refers to is added to `references`.
fn run_text(paragraph: &Element, references: &mut Vec<(char, String)>) -> String {
    let mut out = String::new();
    gather(paragraph, &mut out, references);
    out
}

fn gather(parent: &Element, out: &mut String, references: &mut Vec<(char, String)>) {
    for element in parent.elements() {
        match &*element.name {
            "t" => element.children.iter().for_each(|node| {
                if let Node::Text(text) = node {
                    out.push_str(text);
                }
            }),
            "tab" => out.push(' '),
            "br" | "cr" => out.push(LINE_BREAK),
            "noBreakHyphen" => out.push('-'),
            "footnoteReference" | "endnoteReference" => {
                if let Some(id) = element.attribute("id") {
                    out.push_str(&format!("[{id}]"));
                    references.push((if element.name.starts_with('f') { 'f' } else { 'e' }, id.to_owned()));
                }
            }
            "r" if element.at(&["rPr", "vanish"]).is_some_and(docx_styles::is_on) => {}
            // Properties say how, not what; deleted words are gone; a text box is written after its paragraph.
            "pPr" | "rPr" | "del" | "moveFrom" | "instrText" | "txbxContent" | "delText" | "tbl" => {}
            "AlternateContent" => {
                element.elements().next().into_iter().for_each(|choice| gather(choice, out, references))
            }
            _ => gather(element, out, references),
        }
    }
}

fn is_bold(paragraph: &Element) -> bool {
    let runs: Vec<&Element> = paragraph
        .all("r")
        .into_iter()
        .filter(|run| run.all("t").iter().any(|text| !text.text().trim().is_empty()))
        .collect();
    !runs.is_empty() && runs.iter().all(|run| run.at(&["rPr", "b"]).is_some_and(docx_styles::is_on))
}

fn is_short(text: &str) -> bool {
    text.chars().count() <= 60 && !text.ends_with(['。', '.', '；', ';', '，', ',', ':', '：', '！', '!'])
}

fn value<'a>(parent: &'a Element, name: &str) -> Option<&'a str> {
    parent.child(name)?.attribute("val")
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn structure_survives() {
        let p = |style: &str, text: &str| format!("<w:p><w:pPr>{style}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>");
        let item = |text: &str| p("<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr>", text);
        let body = [
            p("<w:pStyle w:val=\"1\"/>", "退货政策"),
            p("", "签收后七天内可退&amp;换。"),
            "<w:p><w:r><w:t>Return</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:t xml:space=\"preserve\"> it</w:t></w:r><w:r><w:footnoteReference w:id=\"2\"/></w:r></w:p>".to_owned(),
            item("包装完好"),
            item("附上发票"),
            "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Who pays?</w:t></w:r></w:p>".to_owned(),
            p("", "We do."),
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Zone</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Fee</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:tcPr><w:vMerge w:val=\"restart\"/></w:tcPr><w:p><w:r><w:t>EU</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>5</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc><w:tc><w:p><w:r><w:t>6</w:t></w:r></w:p></w:tc></w:tr></w:tbl>".to_owned(),
        ]
        .concat();
        let extracted = read(&samples::docx(&body)).unwrap();
        assert_eq!(extracted.title.as_deref(), Some("退货政策"));
        assert_eq!(
            extracted.text,
            "# 退货政策\n\n签收后七天内可退&换。\n\nReturn it[2]\n\n[2] Within 30 days.\n\n1. 包装完好\n2. 附上发票\n\n### Who pays?\n\nWe do.\n\n| Zone | Fee |\n| --- | --- |\n| EU | 5 |\n| EU | 6 |"
        );
        assert_eq!(extracted.questions.len(), 1);
    }

    #[test]
    fn a_package_without_its_main_part_is_broken() {
        let bytes = samples::zip(&[("word/other.xml", b"<x/>")]);
        assert!(matches!(read(&bytes), Err(Refusal::Broken(_))));
    }
}
