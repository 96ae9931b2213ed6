//! HTML as a run of tags: what can be said about it, and taken from it, without building its tree.

use super::phrase::{DEPTH_LIMIT, NO_TEXT};

/// Whether open elements would pile up beyond what a tree builder digests in sensible time. Elements that HTML closes by
/// itself are not counted.
#[must_use]
pub fn too_deep(html: &str) -> bool {
    const SELF_CLOSING: &[&str] = &[
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p",
        "li", "dt", "dd", "tr", "td", "th", "option", "thead", "tbody", "tfoot", "colgroup", "html", "body", "head",
    ];
    let mut open: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    let mut depth = 0_usize;
    for piece in html.split('<').skip(1) {
        let (closing, rest) = piece.strip_prefix('/').map_or((false, piece), |rest| (true, rest));
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != ':' && c != '-').unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || SELF_CLOSING.contains(&name.as_str()) {
            continue;
        }
        if closing {
            let count = open.entry(name).or_default();
            depth -= usize::from(*count > 0);
            *count = count.saturating_sub(1);
        } else if !rest.split('>').next().is_some_and(|tag| tag.ends_with('/')) {
            *open.entry(name).or_default() += 1;
            depth += 1;
        }
        if depth > DEPTH_LIMIT {
            return true;
        }
    }
    false
}

/// The text between tags, for pages whose tree is not worth building.
#[must_use]
pub fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut skipping: Option<&str> = None;
    for (number, piece) in html.split('<').enumerate() {
        let (tag, text) = if number == 0 { ("", piece) } else { piece.split_once('>').unwrap_or((piece, "")) };
        let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let known = NO_TEXT.iter().copied().find(|skip| skip.eq_ignore_ascii_case(name));
        match (skipping, known) {
            (None, Some(_)) if !tag.starts_with('/') && !tag.ends_with('/') => skipping = known,
            (Some(open), Some(close)) if tag.starts_with('/') && open == close => skipping = None,
            _ => {}
        }
        if skipping.is_none() {
            out.push(' ');
            out.push_str(text);
        }
    }
    quick_xml::escape::unescape_with(&out, |entity| match entity {
        "nbsp" => Some(" "),
        other => quick_xml::escape::resolve_predefined_entity(other),
    })
    .map_or_else(|_| out.clone(), std::borrow::Cow::into_owned)
}

/// XHTML as HTML understands it: `<a/>` closes itself in one and stays open in the other.
#[must_use]
pub fn opened(xhtml: &str) -> String {
    const VOID: &[&str] =
        &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
    let mut out = String::with_capacity(xhtml.len());
    for (number, piece) in xhtml.split('<').enumerate() {
        if number > 0 {
            out.push('<');
        }
        let name = piece.split(|c: char| !c.is_ascii_alphanumeric() && c != ':').next().unwrap_or_default();
        match piece.split_once('>') {
            Some((tag, text)) if tag.ends_with('/') && !name.is_empty() && !VOID.contains(&name) => {
                out.push_str(&format!("{}></{name}>{text}", tag.trim_end_matches('/')));
            }
            _ => out.push_str(piece),
        }
    }
    out
}
