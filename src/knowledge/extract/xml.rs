//! XML as a small tree. Broken XML gives the tree up to the break; entities are never expanded beyond the five
//! predefined ones and character numbers; depth and size are bounded.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::decode;

/// Elements below this depth are taken apart: their text stays, their structure goes.
const DEPTH_LIMIT: usize = 200;
const NODES_LIMIT: usize = 4_000_000;

#[derive(Debug, Default)]
pub struct Element {
    /// Without its prefix.
    pub name: Box<str>,
    /// Names without prefix, values unescaped.
    attributes: Vec<(Box<str>, Box<str>)>,
    pub children: Vec<Node>,
}

#[derive(Debug)]
pub enum Node {
    Element(Element),
    Text(Box<str>),
}

impl Element {
    /// The value of an attribute, by its name without prefix.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| &**key == name).map(|(_, value)| &**value)
    }

    /// The values of all attributes of that name, whatever their prefix.
    #[must_use]
    pub fn attributes_named(&self, name: &str) -> Vec<&str> {
        self.attributes.iter().filter(|(key, _)| &**key == name).map(|(_, value)| &**value).collect()
    }

    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first child of that name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|element| &*element.name == name)
    }

    /// The element that a path of child names leads to.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// All elements of that name below this one, in document order; nothing is looked for inside a match.
    #[must_use]
    pub fn all<'a>(&'a self, name: &str) -> Vec<&'a Self> {
        let (mut found, mut open) = (Vec::new(), vec![self]);
        while let Some(element) = open.pop() {
            if &*element.name == name && !std::ptr::eq(element, self) {
                found.push(element);
                continue;
            }
            let at = open.len();
            open.extend(element.elements());
            open[at..].reverse();
        }
        found
    }

    /// All text below, as it stands.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.collect(&mut out);
        out
    }

    fn collect(&self, out: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Element(element) => element.collect(out),
            }
        }
    }
}

/// The tree of a document, under a root without a name. Never fails: what cannot be read is not in it.
#[must_use]
pub fn parse(bytes: &[u8]) -> Element {
    let declared = declared_encoding(bytes);
    parse_text(&decode::decode(bytes, declared.as_deref()).text)
}

fn parse_text(text: &str) -> Element {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let (mut open, mut skipped, mut nodes) = (vec![Element::default()], 0_usize, 0_usize);
    loop {
        nodes += 1;
        if nodes > NODES_LIMIT {
            break;
        }
        match reader.read_event() {
            Err(_) | Ok(Event::Eof) => break,
            Ok(Event::Start(start)) if open.len() < DEPTH_LIMIT => open.push(element(&start)),
            Ok(Event::Start(_)) => skipped += 1,
            Ok(Event::Empty(start)) => add(&mut open, Node::Element(element(&start))),
            Ok(Event::End(_)) if skipped > 0 => skipped -= 1,
            Ok(Event::End(_)) => close(&mut open),
            Ok(Event::Text(text)) => add_text(&mut open, &text),
            Ok(Event::CData(text)) => add_text(&mut open, &text.xml10_content()),
            Ok(Event::GeneralRef(entity)) => {
                let resolved = match entity.resolve_char_ref() {
                    Ok(Some(c)) => Some(c.to_string()),
                    _ => quick_xml::escape::resolve_predefined_entity(&entity).map(str::to_owned),
                };
                add_text(
                    &mut open,
                    &resolved.unwrap_or_else(|| if &*entity == "nbsp" { " ".to_owned() } else { String::new() }),
                );
            }
            Ok(_) => {}
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().unwrap_or_default()
}

fn close(open: &mut Vec<Element>) {
    if open.len() > 1
        && let Some(done) = open.pop()
    {
        add(open, Node::Element(done));
    }
}

fn add(open: &mut [Element], node: Node) {
    if let Some(last) = open.last_mut() {
        last.children.push(node);
    }
}

fn add_text(open: &mut [Element], text: &str) {
    if !text.is_empty() {
        add(open, Node::Text(text.into()));
    }
}

fn element(start: &BytesStart<'_>) -> Element {
    let attributes = start
        .attributes()
        .with_checks(false)
        .flatten()
        .map(|attribute| {
            let value =
                unescape(&attribute.value).map_or_else(|_| attribute.value.to_string(), std::borrow::Cow::into_owned);
            (attribute.key.local_name().as_ref().into(), value.into())
        })
        .collect();
    Element { name: start.local_name().as_ref().into(), attributes, children: Vec::new() }
}

/// What `<?xml … encoding="…"?>` says.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let rest = head.split_once("encoding=")?.1;
    let quote = rest.chars().next().filter(|c| "\"'".contains(*c))?;
    rest[1..].split_once(quote).map(|(label, _)| label.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_and_searched() {
        let root = parse(
            "<?xml version='1.0'?><w:a x:k='1 &lt; 2'><w:b>多&amp;少</w:b><c><w:b>&#x4E00;</w:b></c></w:a>".as_bytes(),
        );
        let a = root.child("a").unwrap();
        assert_eq!(a.attribute("k"), Some("1 < 2"));
        assert_eq!(a.all("b").iter().map(|b| b.text()).collect::<Vec<_>>(), ["多&少", "一"]);
        assert_eq!(a.at(&["c", "b"]).unwrap().text(), "一");
    }

    #[test]
    fn entity_bombs_and_deep_nesting_stay_small() {
        let bomb = "<!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><b>&b;&b; left</b>";
        assert_eq!(parse(bomb.as_bytes()).text(), " left");
        let deep = format!("{}text{}", "<d>".repeat(100_000), "</d>".repeat(100_000));
        assert_eq!(parse(deep.as_bytes()).text(), "text");
    }

    #[test]
    fn broken_xml_gives_what_came_before_the_break() {
        assert_eq!(parse(b"<a><b>kept</b><c attr=<").text(), "kept");
    }
}
