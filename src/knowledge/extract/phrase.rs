//! Words and phrases of HTML: the inline half of a tree.

use dom_query::NodeRef;

use super::page::{LINE_BREAK, one_line};

/// Elements whose content is no text of the document.
pub const NO_TEXT: &[&str] = &[
    "script", "style", "noscript", "template", "head", "svg", "math", "iframe", "object", "embed", "canvas", "audio",
    "video", "map", "select", "textarea", "input", "option", "datalist", "dialog", "applet", "frameset",
];
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "html",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
    "tbody",
    "thead",
    "tfoot",
    "tr",
    "td",
    "th",
    "caption",
];
/// Deeper trees are read as flat text.
pub const DEPTH_LIMIT: usize = 250;

/// Whether an element stands for itself.
#[must_use]
pub fn is_block(node: &NodeRef<'_>) -> bool {
    node.qual_name_ref().is_some_and(|name| BLOCKS.contains(&&*name.local))
}

/// An inline element around a block, as in `<a><div>…</div></a>`.
#[must_use]
pub fn holds_block(node: &NodeRef<'_>) -> bool {
    node.descendants_it().any(|inner| is_block(&inner))
}

/// All text of a node, on one run.
#[must_use]
pub fn inline(node: &NodeRef<'_>) -> String {
    let mut out = String::new();
    for child in node.children_it(false) {
        gather(&child, &mut out, 0);
    }
    out
}

/// Text of an inline node. Links keep an address that works outside the page.
pub fn gather(node: &NodeRef<'_>, out: &mut String, depth: usize) {
    if node.is_text() {
        out.push_str(&node.text());
        return;
    }
    let Some(name) = node.node_name().filter(|name| depth < DEPTH_LIMIT && !NO_TEXT.contains(&&**name)) else { return };
    let start = out.len();
    let inner = |out: &mut String| node.children_it(false).for_each(|child| gather(&child, out, depth + 1));
    match &*name {
        "br" => out.push(LINE_BREAK),
        "code" | "kbd" | "samp" | "tt" if !out.ends_with('`') => {
            inner(out);
            let text = one_line(&out[start..]);
            out.truncate(start);
            out.push_str(&if text.is_empty() || text.contains('`') { text } else { format!("`{text}`") });
        }
        "a" => {
            inner(out);
            let text = one_line(&out[start..]);
            let address = node.attr("href").map(|href| href.trim().to_owned()).filter(|href| is_lasting(href));
            if let Some(address) = address
                .filter(|address| !text.is_empty() && !text.contains(['[', ']', '`']) && !address.ends_with(&text))
            {
                out.truncate(start);
                out.push_str(&format!("[{text}]({address})"));
            }
        }
        _ => {
            inner(out);
            if is_block(node) {
                out.push(' ');
            }
        }
    }
}

fn is_lasting(address: &str) -> bool {
    ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| address.starts_with(scheme))
        && !address.contains([' ', '(', ')', '<', '>', '\n'])
}

/// The text of a cell; what its blocks say is kept apart by spaces.
#[must_use]
pub fn cell_text(cell: &NodeRef<'_>) -> String {
    let mut out = String::new();
    for child in cell.children_it(false) {
        gather(&child, &mut out, 0);
        out.push(if is_block(&child) { ' ' } else { '\u{200B}' });
    }
    out
}

/// Text whose spaces and line ends count.
#[must_use]
pub fn preformatted(node: &NodeRef<'_>) -> String {
    let mut out = String::new();
    for inner in node.descendants_it() {
        if inner.is_text() {
            out.push_str(&inner.text());
        } else if inner.has_name("br") {
            out.push('\n');
        }
    }
    out
}
