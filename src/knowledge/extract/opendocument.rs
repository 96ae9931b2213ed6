//! OpenDocument texts, sheets and presentations (ODT, ODS, ODP).

use super::package::Package;
use super::page::{LINE_BREAK, Page, tidy};
use super::rows;
use super::xml::{Element, Node};
use crate::knowledge::document::{Extracted, Refusal};

const COLUMNS_LIMIT: usize = 200;
const ROWS_LIMIT: usize = 100_000;

/// # Errors
/// As the package says; [`Refusal::Encrypted`] when the manifest says so.
pub fn read(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let mut package = Package::open(bytes)?;
    if package.xml("META-INF/manifest.xml")?.is_some_and(|manifest| !manifest.all("encryption-data").is_empty()) {
        return Err(Refusal::Encrypted);
    }
    let content = package.xml("content.xml")?.ok_or_else(|| Refusal::Broken("its content is missing".to_owned()))?;
    let mut page = Page::default();
    page.title = package
        .xml("meta.xml")
        .ok()
        .flatten()
        .and_then(|meta| meta.all("title").first().map(|title| title.text()))
        .filter(|title| !title.trim().is_empty());
    for body in content.all("body") {
        for kind in body.elements() {
            let sheets = &*kind.name == "spreadsheet";
            blocks(&mut page, kind, 0, sheets);
        }
    }
    page.finish()
}

fn blocks(page: &mut Page, parent: &Element, depth: usize, sheets: bool) {
    for element in parent.elements() {
        if page.is_full() {
            return;
        }
        match &*element.name {
            "h" => {
                let level = element.attribute("outline-level").and_then(|level| level.parse().ok()).unwrap_or(1);
                let text = tidy(&words(element));
                if page.title.is_none() && level == 1 {
                    page.title = Some(text.clone());
                }
                page.heading(level, &text);
            }
            "p" => {
                let text = words(element);
                match element.attribute("style-name") {
                    Some("Title") => page.heading(1, &text),
                    _ => page.paragraph(&text),
                }
                framed(page, element, depth, sheets);
                notes(page, element);
            }
            "list" => list(page, element, depth),
            "table" => table(page, element, sheets),
            "page" => {
                if let Some(notes) = element.child("notes") {
                    blocks(page, notes, depth, sheets);
                }
                blocks(page, element, depth, sheets);
            }
            "tracked-changes" | "annotation" | "forms" | "sequence-decls" | "notes" | "table-of-content"
            | "alphabetical-index" => {}
            _ => blocks(page, element, depth, sheets),
        }
    }
}

/// Text boxes that are anchored in a paragraph.
fn framed(page: &mut Page, paragraph: &Element, depth: usize, sheets: bool) {
    for frame in paragraph.all("text-box") {
        blocks(page, frame, depth, sheets);
    }
}

fn notes(page: &mut Page, paragraph: &Element) {
    for note in paragraph.all("note") {
        let mark = note.child("note-citation").map(Element::text).unwrap_or_default();
        let body = note
            .child("note-body")
            .map(|body| body.all("p").into_iter().map(words).collect::<Vec<_>>().join(" "))
            .unwrap_or_default();
        page.paragraph(&format!("[{mark}] {body}"));
    }
}

fn list(page: &mut Page, list: &Element, depth: usize) {
    for item in list.elements().filter(|item| matches!(&*item.name, "list-item" | "list-header")) {
        for (number, child) in item.elements().enumerate() {
            match &*child.name {
                "p" | "h" if number == 0 => page.item(depth, None, &words(child)),
                "p" | "h" => page.inside(&"  ".repeat(depth.min(8) + 1), |page| page.paragraph(&words(child))),
                "list" => self::list(page, child, depth + 1),
                _ => {}
            }
        }
    }
}

fn table(page: &mut Page, table: &Element, sheet: bool) {
    let mut grid: Vec<Vec<String>> = Vec::new();
    gather_rows(table, &mut grid);
    if sheet {
        if let Some(name) = table.attribute("name").filter(|name| !name.starts_with("Sheet")) {
            page.heading(2, name);
        }
        rows::write(page, &grid, 3);
    } else {
        page.table(&grid);
    }
}

/// Rows in order. A row or cell that is repeated is taken once when it is empty: sheets end in a million empty rows.
fn gather_rows(parent: &Element, grid: &mut Vec<Vec<String>>) {
    for row in parent.elements() {
        match &*row.name {
            "table-row" => {
                let mut cells: Vec<String> = Vec::new();
                for cell in row.elements().filter(|cell| matches!(&*cell.name, "table-cell" | "covered-table-cell")) {
                    let text = cell_text(cell);
                    let times =
                        repeated(cell, "number-columns-repeated").min(COLUMNS_LIMIT.saturating_sub(cells.len()));
                    cells.extend(std::iter::repeat_n(text, times));
                }
                while cells.last().is_some_and(|cell| cell.trim().is_empty()) {
                    cells.pop();
                }
                let times = if cells.is_empty() { 1 } else { repeated(row, "number-rows-repeated").min(1000) };
                let left = ROWS_LIMIT.saturating_sub(grid.len());
                grid.extend(std::iter::repeat_n(cells, times.min(left)));
            }
            "table-header-rows" | "table-rows" | "table-row-group" => gather_rows(row, grid),
            _ => {}
        }
    }
}

fn repeated(element: &Element, name: &str) -> usize {
    element.attribute(name).and_then(|times| times.parse().ok()).unwrap_or(1).max(1)
}

fn cell_text(cell: &Element) -> String {
    let shown: Vec<String> = cell.all("p").into_iter().chain(cell.all("h")).map(words).collect();
    if !shown.is_empty() {
        return shown.join("\n");
    }
    ["date-value", "value", "string-value"].iter().find_map(|name| cell.attribute(name)).unwrap_or_default().to_owned()
}

/// Words of a paragraph without what hangs on it: notes, text boxes, comments.
fn words(paragraph: &Element) -> String {
    let mut out = String::new();
    gather(paragraph, &mut out);
    out
}

fn gather(parent: &Element, out: &mut String) {
    for node in &parent.children {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Element(element) => match &*element.name {
                "s" | "tab" => out.push(' '),
                "line-break" => out.push(LINE_BREAK),
                "note" => out
                    .push_str(&format!("[{}]", element.child("note-citation").map(Element::text).unwrap_or_default())),
                "annotation" | "text-box" | "deletion" => {}
                _ => gather(element, out),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn odf(inner: &str) -> Vec<u8> {
        let content = format!(
            "<o:document-content xmlns:o=\"o\" xmlns:t=\"t\" xmlns:b=\"b\"><o:body>{inner}</o:body></o:document-content>"
        );
        samples::zip(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", content.as_bytes())])
    }

    #[test]
    fn a_text_is_read() {
        let inner = "<o:text><t:h t:outline-level=\"1\">退货</t:h><t:p>七天<t:s/>内<t:note><t:note-citation>1</t:note-citation><t:note-body><t:p>自签收。</t:p></t:note-body></t:note></t:p><t:list><t:list-item><t:p>a</t:p><t:list><t:list-item><t:p>b</t:p></t:list-item></t:list></t:list-item></t:list></o:text>";
        let extracted = read(&odf(inner)).unwrap();
        assert_eq!(extracted.text, "# 退货\n\n七天 内[1]\n\n[1] 自签收。\n\n- a\n  - b");
        assert_eq!(extracted.title.as_deref(), Some("退货"));
    }

    #[test]
    fn a_sheet_with_a_million_empty_rows_is_small() {
        let cell = |text: &str| format!("<b:table-cell><t:p>{text}</t:p></b:table-cell>");
        let inner = format!(
            "<o:spreadsheet><b:table b:name=\"Fees\"><b:table-row>{}{}</b:table-row><b:table-row>{}{}</b:table-row><b:table-row b:number-rows-repeated=\"1048000\"><b:table-cell b:number-columns-repeated=\"16384\"/></b:table-row></b:table></o:spreadsheet>",
            cell("Zone"),
            cell("Fee"),
            cell("EU"),
            cell("5")
        );
        assert_eq!(read(&odf(&inner)).unwrap().text, "## Fees\n\n| Zone | Fee |\n| --- | --- |\n| EU | 5 |");
    }
}
