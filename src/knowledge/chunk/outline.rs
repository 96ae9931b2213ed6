//! The skeleton of a Markdown document: sections under their headings, each a list of blocks with their places.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::text::normalise::fold;

/// What stands under one heading, up to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    /// Headings from the root, without the document's title and without `question`.
    pub(super) heading: Vec<String>,
    pub(super) question: Option<String>,
    /// Text of the own heading.
    pub(super) name: String,
    /// Where the own heading stands; `None` before the first heading.
    pub(super) place: Option<Range<usize>>,
    pub(super) blocks: Vec<Block>,
    /// Deeper headings follow.
    pub(super) has_children: bool,
    /// Blocks were taken out.
    pub(super) thinned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Prose,
    List,
    Table,
    Code,
}

/// A block at the top level of the document.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) kind: Kind,
    pub(super) place: Range<usize>,
    /// Items of a list, rows of a table's body.
    pub(super) parts: Vec<Range<usize>>,
    pub(super) links: Links,
    /// Plain text of each list item.
    pub(super) items: Vec<String>,
    /// A block was taken out just before this one.
    pub(super) after_gap: bool,
}

/// How much of a block is links. Lengths count letters and digits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Links {
    pub(super) anchors: usize,
    pub(super) relative: usize,
    pub(super) absolute: usize,
    pub(super) linked: usize,
    pub(super) loose: usize,
}

/// Reads a document. `questions` are offsets of headings that open an entry of a question-and-answer list.
pub(super) fn sections(text: &str, title: Option<&str>, questions: &[usize]) -> Vec<Section> {
    let mut reader = Reader::new(text, title, questions);
    for (event, place) in
        Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).into_offset_iter()
    {
        reader.read(event, place);
    }
    reader.sections
}

struct Reader<'a> {
    text: &'a str,
    title: Option<String>,
    questions: &'a [usize],
    sections: Vec<Section>,
    /// Headings that are open, with their levels.
    path: Vec<(HeadingLevel, String)>,
    /// Level of the question whose answer is being read.
    answering: Option<HeadingLevel>,
    depth: usize,
    heading: Option<(HeadingLevel, String)>,
    /// Class of the link that is open; `None` inside also means that text counts as loose.
    in_link: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, title: Option<&str>, questions: &'a [usize]) -> Self {
        let title = title.map(|title| fold(title.trim()));
        let sections = vec![Section::default()];
        Self {
            text,
            title,
            questions,
            sections,
            path: Vec::new(),
            answering: None,
            depth: 0,
            heading: None,
            in_link: false,
        }
    }

    fn read(&mut self, event: Event<'a>, place: Range<usize>) {
        match event {
            Event::Start(tag) => {
                self.start(&tag, place);
                self.depth += 1;
            }
            Event::End(tag) => {
                self.depth -= 1;
                self.end(tag, place);
            }
            Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => {
                self.words(&words)
            }
            Event::SoftBreak | Event::HardBreak => self.words(" "),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, place: Range<usize>) {
        if self.depth == 0 {
            match tag {
                Tag::Heading { level, .. } => self.heading = Some((*level, String::new())),
                Tag::List(_) => self.open(Kind::List, place),
                Tag::Table(_) => self.open(Kind::Table, place),
                Tag::CodeBlock(_) => self.open(Kind::Code, place),
                Tag::HtmlBlock if !says_something(&self.text[place.clone()]) => {}
                _ => self.open(Kind::Prose, place),
            }
            return;
        }
        let depth = self.depth;
        let Some(block) = self.block() else { return };
        match tag {
            Tag::Item => {
                if depth == 1 {
                    block.parts.push(place);
                }
                block.items.push(String::new());
            }
            Tag::TableRow if depth == 1 => block.parts.push(place),
            Tag::Link { dest_url, .. } => {
                let links = &mut block.links;
                let address = dest_url.as_ref();
                let is_page = !(address.starts_with("mailto:") || address.starts_with("tel:"));
                match address {
                    _ if !is_page => {}
                    _ if address.starts_with('#') => links.anchors += 1,
                    _ if address.contains("://") || address.starts_with("//") => links.absolute += 1,
                    _ => links.relative += 1,
                }
                self.in_link = is_page;
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, place: Range<usize>) {
        if tag == TagEnd::Link {
            self.in_link = false;
        }
        if self.depth > 0 || !matches!(tag, TagEnd::Heading(_)) {
            return;
        }
        if let Some((level, name)) = self.heading.take() {
            self.enter(level, name.trim().to_owned(), place);
        }
    }

    /// Begins the section of a heading.
    fn enter(&mut self, level: HeadingLevel, name: String, place: Range<usize>) {
        if self.answering.is_some_and(|question| level > question) {
            return self.open(Kind::Prose, place);
        }
        while self.path.last().is_some_and(|(above, _)| *above >= level) {
            self.path.pop();
        }
        if let Some(parent) = self.sections.last_mut().filter(|section| section.place.is_some()) {
            parent.has_children = !self.path.is_empty() && self.path.last().map(|(_, name)| name) == Some(&parent.name);
        }
        let is_question = self.questions.iter().any(|offset| place.contains(offset));
        self.answering = is_question.then_some(level);
        let mut heading: Vec<String> = self.path.iter().map(|(_, name)| name.clone()).collect();
        if !is_question {
            heading.push(name.clone());
        }
        heading.retain(|name| !name.is_empty());
        if heading.first().is_some_and(|first| Some(fold(first)) == self.title) {
            heading.remove(0);
        }
        self.path.push((level, name.clone()));
        let question = is_question.then(|| name.clone());
        self.sections.push(Section { heading, question, name, place: Some(place), ..Section::default() });
    }

    fn open(&mut self, kind: Kind, place: Range<usize>) {
        let block =
            Block { kind, place, parts: Vec::new(), links: Links::default(), items: Vec::new(), after_gap: false };
        if let Some(section) = self.sections.last_mut() {
            section.blocks.push(block);
        }
    }

    fn block(&mut self) -> Option<&mut Block> {
        if self.heading.is_some() {
            return None;
        }
        self.sections.last_mut()?.blocks.last_mut()
    }

    fn words(&mut self, words: &str) {
        if let Some((_, name)) = &mut self.heading {
            name.push_str(words);
            return;
        }
        let length = words.chars().filter(|c| c.is_alphanumeric()).count();
        let in_link = self.in_link;
        let Some(block) = self.block() else { return };
        if in_link {
            block.links.linked += length;
        } else {
            block.links.loose += length;
        }
        if let Some(item) = block.items.last_mut() {
            item.push_str(words);
        }
    }
}

/// Whether HTML has words outside its tags and comments.
fn says_something(html: &str) -> bool {
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        if rest[..open].contains(char::is_alphanumeric) {
            return true;
        }
        let (close, length) = if rest[open..].starts_with("<!--") { ("-->", 3) } else { (">", 1) };
        match rest[open..].find(close) {
            Some(end) => rest = &rest[open + end + length..],
            None => return false,
        }
    }
    rest.contains(char::is_alphanumeric)
}
