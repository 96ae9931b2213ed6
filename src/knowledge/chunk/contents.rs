//! Finds what only points elsewhere: in-page tables of contents, lists of links, printed contents with leaders.

use std::collections::HashSet;

use crate::text::normalise::fold;

use super::outline::{Block, Kind, Section};

/// Headings (folded) of sections that only point elsewhere. Under them a list of links to other sites goes as well.
const POINTING: [&str; 14] = [
    "contents",
    "table of contents",
    "on this page",
    "in this article",
    "see also",
    "further reading",
    "more",
    "目录",
    "目次",
    "本页内容",
    "更多",
    "参见",
    "延伸阅读",
    "导航",
];

/// Takes such blocks out of their sections and marks the gaps, so that no chunk spans one.
pub(super) fn drop_lists_of_links(text: &str, sections: &mut [Section]) {
    let headings: HashSet<String> =
        sections.iter().map(|section| bare(&section.name)).filter(|name| !name.is_empty()).collect();
    for section in sections {
        let pointing = is_pointing(&section.name);
        let mut gap = false;
        let mut kept = Vec::with_capacity(section.blocks.len());
        for mut block in std::mem::take(&mut section.blocks) {
            let repeats = repeats_headings(&block, &headings);
            if repeats || is_links(&block, pointing) || has_leaders(&text[block.place.clone()]) {
                (gap, section.thinned) = (true, true);
                continue;
            }
            block.after_gap = std::mem::take(&mut gap);
            kept.push(block);
        }
        section.blocks = kept;
    }
}

fn is_pointing(heading: &str) -> bool {
    let heading = fold(heading);
    let heading = heading.trim_end_matches([':', ' ']);
    POINTING.contains(&heading) || heading.starts_with("related") || heading.starts_with("相关")
}

/// Hardly a word outside links. One link, or two to other pages, may be the point of a paragraph; addresses on other
/// sites may be what a customer asks for.
fn is_links(block: &Block, pointing: bool) -> bool {
    let links = block.links;
    let count = links.anchors + links.relative + links.absolute;
    let only = links.loose * 5 <= links.linked;
    let enough = if pointing || links.anchors == count { 2 } else { 3 };
    only && count >= enough && (links.absolute == 0 || pointing)
}

/// A list whose items are the document's own headings.
fn repeats_headings(block: &Block, headings: &HashSet<String>) -> bool {
    let items: Vec<String> = block.items.iter().map(|item| bare(item)).filter(|item| !item.is_empty()).collect();
    let known = items.iter().filter(|item| headings.contains(*item)).count();
    block.kind == Kind::List && items.len() >= 3 && known * 5 >= items.len() * 4
}

/// A heading without its number.
fn bare(heading: &str) -> String {
    let folded = fold(heading);
    let numbering = |c: char| c.is_ascii_digit() || matches!(c, '.' | '、' | ')' | ' ');
    folded.trim_start_matches(numbering).trim().to_owned()
}

/// Lines that end in leaders and a page number: `Returns ........ 12`.
fn has_leaders(block: &str) -> bool {
    let lines = || block.lines().filter(|line| !line.trim().is_empty());
    let led = lines().filter(|line| {
        let title = line.trim().trim_end_matches('|').trim_end();
        let leaders = title.trim_end_matches(|c: char| c.is_ascii_digit());
        leaders.len() < title.len()
            && ["....", "……", "····", ". . .", "____"].iter().any(|leader| leaders.trim_end().ends_with(leader))
    });
    let (led, all) = (led.count(), lines().count());
    led >= 2 && led * 3 >= all * 2
}
