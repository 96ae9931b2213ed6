//! A tree of HTML to Markdown blocks. Used for web pages, and for what is HTML inside books, mails and Markdown.

use dom_query::{Document, NodeRef};

use super::page::{Page, one_line};
use super::phrase::{DEPTH_LIMIT, NO_TEXT, cell_text, gather, holds_block, inline, is_block, preformatted};
use super::{question, tags};

/// Writes all text of an HTML text: a whole page or a piece of one.
pub fn write_html(page: &mut Page, html: &str) {
    if tags::too_deep(html) {
        page.warn("structure_lost", "the page is nested too deeply; its text was kept without its structure");
        return page.paragraph(&tags::without_tags(html));
    }
    write(page, &Document::from(html).root());
}

/// Writes all text below a node.
pub fn write(page: &mut Page, node: &NodeRef<'_>) {
    let mut writer = Writer { page, level: 1, depth: 0, list: 0 };
    writer.blocks(node);
}

struct Writer<'a> {
    page: &'a mut Page,
    /// Level of the last heading, so that an entry of a question list comes below it.
    level: usize,
    depth: usize,
    list: usize,
}

impl Writer<'_> {
    /// Children in turn: inline ones are gathered into paragraphs, blocks stand for themselves.
    fn blocks(&mut self, parent: &NodeRef<'_>) {
        self.depth += 1;
        let mut inline = String::new();
        for child in parent.children_it(false) {
            if self.page.is_full() || self.depth > DEPTH_LIMIT {
                break;
            }
            if is_block(&child) || child.is_element() && holds_block(&child) || is_asking_button(&child) {
                self.flush(&mut inline);
                self.block(&child);
            } else {
                gather(&child, &mut inline, 0);
            }
        }
        self.flush(&mut inline);
        self.depth -= 1;
    }

    fn flush(&mut self, inline: &mut String) {
        if !inline.trim().is_empty() {
            self.page.paragraph(inline);
        }
        inline.clear();
    }

    fn block(&mut self, node: &NodeRef<'_>) {
        let name = node.node_name().map(|name| name.to_string()).unwrap_or_default();
        match name.as_str() {
            name if NO_TEXT.contains(&name) => {}
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.level = usize::from(name.as_bytes()[1] - b'0');
                self.page.heading(self.level, &inline(node));
            }
            "ul" | "menu" | "ol" => self.list(node, name == "ol"),
            "li" => self.item(node, None),
            "table" => self.table(node),
            "pre" => self.page.code(&preformatted(node)),
            "blockquote" => {
                let page = &mut *self.page;
                let (level, depth, list) = (self.level, self.depth, self.list);
                page.inside("> ", |page| Writer { page, level, depth, list }.blocks(node));
            }
            "dl" => self.definitions(node),
            "summary" | "button" => self.asked(&inline(node)),
            "details" => {
                let level = self.level;
                self.blocks(node);
                self.level = level;
            }
            "hr" => {}
            "p" if !holds_block(node) => self.page.paragraph(&inline(node)),
            _ => self.blocks(node),
        }
    }

    /// The title of something that opens: a question when it asks, a heading otherwise.
    fn asked(&mut self, text: &str) {
        if question::is_question(text) {
            self.page.ask((self.level + 1).clamp(2, 6), text);
        } else {
            self.page.heading((self.level + 1).clamp(2, 6), text);
        }
    }

    fn list(&mut self, list: &NodeRef<'_>, ordered: bool) {
        let first = list.attr("start").and_then(|start| start.parse().ok()).unwrap_or(1_usize);
        let items: Vec<NodeRef<'_>> = list.children_it(false).filter(NodeRef::is_element).collect();
        // A list of jumps within the page is its table of contents: it says nothing that the headings do not.
        if items.len() > 1 && items.iter().all(is_jump) {
            self.page.take_back_heading();
            return;
        }
        self.list += 1;
        for (number, item) in items.iter().enumerate() {
            match item.has_name("li") {
                true => self.item(item, ordered.then_some(first.saturating_add(number))),
                false => self.block(item),
            }
        }
        self.list -= 1;
    }

    fn item(&mut self, item: &NodeRef<'_>, number: Option<usize>) {
        self.depth += 1;
        let depth = self.list.saturating_sub(1);
        let mut lead = String::new();
        let mut written = false;
        for child in item.children_it(false) {
            let blocky = is_block(&child) || child.is_element() && holds_block(&child);
            if !blocky {
                gather(&child, &mut lead, 0);
                continue;
            }
            let plain = (child.has_name("p") || child.has_name("div")) && !holds_block(&child);
            if !written && plain && lead.trim().is_empty() {
                lead = inline(&child);
                continue;
            }
            self.lead(depth, number, &mut lead, &mut written);
            if child.has_name("ul") || child.has_name("ol") || self.depth > DEPTH_LIMIT {
                self.block(&child);
                continue;
            }
            let page = &mut *self.page;
            let (level, inner, list) = (self.level, self.depth, 0);
            page.inside(&"  ".repeat(depth.min(8) + 1), |page| {
                Writer { page, level, depth: inner, list }.block(&child)
            });
        }
        self.lead(depth, number, &mut lead, &mut written);
        self.depth -= 1;
    }

    /// The first words of an item carry its mark; later ones stand below it.
    fn lead(&mut self, depth: usize, number: Option<usize>, lead: &mut String, written: &mut bool) {
        if !lead.trim().is_empty() {
            match *written {
                false => self.page.item(depth, number, lead),
                true => self.page.inside(&"  ".repeat(depth.min(8) + 1), |page| page.paragraph(lead)),
            }
            *written = true;
        }
        lead.clear();
    }

    fn definitions(&mut self, list: &NodeRef<'_>) {
        let mut term = String::new();
        let entries = list
            .children_it(false)
            .flat_map(|child| if child.has_name("div") { child.element_children() } else { vec![child] });
        for entry in entries {
            if entry.has_name("dt") {
                self.flush(&mut term);
                term = inline(&entry);
            } else if entry.has_name("dd") && question::is_question(&term) {
                self.asked(&std::mem::take(&mut term));
                self.blocks(&entry);
            } else if entry.has_name("dd") && !term.trim().is_empty() && !holds_block(&entry) {
                let colon = if term.trim_end().ends_with([':', '：']) { "" } else { ":" };
                self.page.item(0, None, &format!("{}{colon} {}", one_line(&std::mem::take(&mut term)), inline(&entry)));
            } else {
                self.flush(&mut term);
                self.block(&entry);
            }
        }
        self.flush(&mut term);
    }

    /// A table of data becomes rows; a table that only lays out a page is walked like any other block.
    fn table(&mut self, table: &NodeRef<'_>) {
        let rows: Vec<NodeRef<'_>> = own_rows(table);
        let cells: Vec<Vec<NodeRef<'_>>> = rows
            .iter()
            .map(|row| {
                row.element_children().into_iter().filter(|cell| cell.has_name("td") || cell.has_name("th")).collect()
            })
            .collect();
        for caption in table.element_children().iter().filter(|child| child.has_name("caption")) {
            self.page.paragraph(&inline(caption));
        }
        let lays_out = cells.iter().flatten().any(|cell| {
            cell.descendants_it().any(|inner| {
                inner
                    .node_name()
                    .is_some_and(|name| matches!(&*name, "table" | "h1" | "h2" | "h3" | "h4" | "form" | "details"))
            })
        });
        if lays_out || cells.iter().all(|row| row.len() < 2) {
            cells.iter().flatten().for_each(|cell| self.blocks(cell));
            return;
        }
        self.page.table(&grid(&cells));
    }
}

/// Cells in their columns: what spans columns or rows is repeated, so that every row can be read alone.
fn grid(cells: &[Vec<NodeRef<'_>>]) -> Vec<Vec<String>> {
    const COLUMNS: usize = 200;
    const SPAN: usize = 1000;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut above: Vec<(usize, String)> = Vec::new();
    for row in cells {
        let mut out: Vec<String> = Vec::new();
        let take_above = |out: &mut Vec<String>, above: &mut Vec<(usize, String)>| {
            while let Some((left, text)) = above.get_mut(out.len()).filter(|(left, _)| *left > 0) {
                *left -= 1;
                out.push(text.clone());
            }
        };
        for cell in row {
            take_above(&mut out, &mut above);
            let span = |name: &str| {
                cell.attr(name).and_then(|span| span.trim().parse::<usize>().ok()).unwrap_or(1).clamp(1, SPAN)
            };
            let text = cell_text(cell);
            for column in 0..span("colspan").min(COLUMNS.saturating_sub(out.len())) {
                let text = if column == 0 { text.clone() } else { String::new() };
                above.resize((out.len() + 1).max(above.len()), (0, String::new()));
                above[out.len()] = (span("rowspan") - 1, text.clone());
                out.push(text);
            }
        }
        take_above(&mut out, &mut above);
        rows.push(out);
    }
    rows
}

/// Rows of this table and not of one inside it.
fn own_rows<'a>(table: &NodeRef<'a>) -> Vec<NodeRef<'a>> {
    let mut rows = Vec::new();
    for child in table.element_children() {
        match child.has_name("tr") {
            true => rows.push(child),
            false => rows.extend(child.element_children().into_iter().filter(|row| row.has_name("tr"))),
        }
    }
    rows
}

/// The handle of a fold-out question.
fn is_asking_button(node: &NodeRef<'_>) -> bool {
    node.has_name("button")
        && (node.has_attr("aria-expanded") || node.has_attr("aria-controls"))
        && question::is_question(&inline(node))
}

fn is_jump(item: &NodeRef<'_>) -> bool {
    let links: Vec<NodeRef<'_>> = item.descendants_it().filter(|inner| inner.has_name("a")).collect();
    !links.is_empty()
        && links.iter().all(|link| link.attr("href").is_some_and(|href| href.starts_with('#') && href.len() > 1))
        && links.iter().map(NodeRef::normalized_char_count).sum::<usize>() * 10 >= item.normalized_char_count() * 9
}
