//! The Markdown that a reader writes: blocks go in, [`Extracted`] comes out. Every format ends here, so that spaces,
//! escapes, questions and the size limit are decided once.
//!
//! Emphasis is left out on purpose: the text is what customers are quoted, and asterisks are no words of the document.

use unicode_normalization::UnicodeNormalization;

use super::question;
use crate::knowledge::document::{Extracted, Refusal, Warning};
use crate::text::language::is_han;

/// A text larger than this (bytes) is cut, with a warning. War and Peace has 3.3 MB.
pub const TEXT_LIMIT: usize = 16 << 20;
/// A row of a table keeps at most this many cells.
const CELLS_LIMIT: usize = 200;

/// Signs that say something without a word.
const SIGNS: &str = "✓✔✗✘√×☐☑☒○●";

/// A place where the author broke the line without ending the paragraph; kept in paragraphs, a space elsewhere.
pub const LINE_BREAK: char = '\u{2028}';

#[derive(Debug, Default)]
pub struct Page {
    pub title: Option<String>,
    text: String,
    questions: Vec<usize>,
    warnings: Vec<Warning>,
    /// What every line of the next blocks begins with: the inside of a list item or of a quotation.
    indent: String,
    in_list: bool,
    /// Where the last block begins, when it is a heading.
    last_heading: Option<usize>,
    answer_due: bool,
    full: bool,
}

impl Page {
    pub fn warn(&mut self, code: &str, message: impl Into<String>) {
        if !self.warnings.iter().any(|warning| warning.code == code) {
            self.warnings.push(Warning { code: code.to_owned(), message: message.into() });
        }
    }

    /// Whether nothing more will be taken; a reader may stop.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.full
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// A heading, level 1 to 6; a heading that asks something is registered as a question.
    pub fn heading(&mut self, level: usize, text: &str) {
        let text = one_line(text);
        if question::is_question(&text) {
            self.ask(level, &text);
        } else if text.chars().any(char::is_alphanumeric) {
            self.head(level, &text);
        }
    }

    /// Takes the heading back when it is the last thing on the page: what it named was left out.
    pub fn take_back_heading(&mut self) {
        if let Some(at) = self.last_heading.take() {
            self.text.truncate(at);
            self.text.truncate(self.text.trim_end().len());
            if !self.text.is_empty() {
                self.text.push('\n');
            }
            self.questions.retain(|&asked| asked < at);
        }
    }

    /// The question of a question-and-answer entry, whatever it ends in.
    pub fn ask(&mut self, level: usize, text: &str) {
        let text = one_line(text);
        let bare = question::without_question_mark(&text).unwrap_or(&text);
        if let Some(at) = self.head(level, bare) {
            self.questions.push(at);
            self.answer_due = true;
        }
    }

    /// A paragraph. `Q: …` and `问：…` open an entry of a question list; the `A:` of what follows is dropped.
    pub fn paragraph(&mut self, text: &str) {
        let text = tidy(text);
        if let Some(asked) = question::without_question_mark(&text).filter(|asked| asked.chars().count() <= 200) {
            let (asked, rest) = asked.split_once('\n').unwrap_or((asked, ""));
            self.ask(3, asked);
            return self.paragraph(rest);
        }
        let answer = if self.answer_due { question::without_answer_mark(&text) } else { None };
        self.block(answer.unwrap_or(&text));
    }

    /// An item of a list: `number` for a numbered one. `depth` counts from 0.
    pub fn item(&mut self, depth: usize, number: Option<usize>, text: &str) {
        let text = tidy(text);
        if text.is_empty() {
            return;
        }
        let marker = number.map_or_else(|| "- ".to_owned(), |number| format!("{number}. "));
        let outer = self.indent.clone();
        self.indent.push_str(&"  ".repeat(depth.min(8)));
        self.separate(true);
        let (indent, mark) = (self.indent.clone(), format!("{}{marker}", self.indent));
        self.lines(&text, &mark, &format!("{indent}{}", " ".repeat(marker.len())));
        self.in_list = true;
        self.indent = outer;
    }

    /// Runs `write` with everything it writes indented by `by`: the inside of a list item, or `> `.
    pub fn inside(&mut self, by: &str, write: impl FnOnce(&mut Self)) {
        let outer = self.indent.len();
        if outer < 64 {
            self.indent.push_str(by);
        }
        write(self);
        self.indent.truncate(outer);
    }

    /// Code or anything else whose line breaks and spaces count.
    pub fn code(&mut self, text: &str) {
        let text: String =
            text.chars().map(|c| if c == LINE_BREAK { '\n' } else { c }).filter(|c| is_text(*c)).collect();
        let text = text.trim_matches('\n').trim_end();
        if text.trim().is_empty() {
            return;
        }
        let fence = if text.contains("```") { "````" } else { "```" };
        self.separate(false);
        let indent = self.indent.clone();
        self.lines(&format!("{fence}\n{text}\n{fence}"), &indent, &indent);
    }

    /// A table; its first row is the header. Rows and columns without any text are dropped.
    pub fn table(&mut self, rows: &[Vec<String>]) {
        let mut rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().take(CELLS_LIMIT).map(|cell| in_cell(cell)).collect()).collect();
        rows.retain(|row: &Vec<String>| row.iter().any(|cell| !cell.is_empty()));
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        let used: Vec<usize> = (0..width)
            .filter(|&column| rows.iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty())))
            .collect();
        if used.len() == 1 || rows.len() == 1 {
            for cell in rows.iter().flatten().filter(|cell| !cell.is_empty()) {
                self.block(&cell.replace("\\|", "|"));
            }
            return;
        }
        self.separate(false);
        for (number, row) in rows.iter().enumerate() {
            let cells: Vec<&str> = used.iter().map(|&column| row.get(column).map_or("", String::as_str)).collect();
            let indent = self.indent.clone();
            self.lines(&format!("| {} |", cells.join(" | ")), &indent, &indent);
            if number == 0 {
                self.lines(&format!("|{}", " --- |".repeat(used.len())), &indent, &indent);
            }
        }
    }

    /// Markdown that is ready. `asked` are offsets of question headings in it.
    pub fn raw(&mut self, markdown: &str, asked: &[usize]) {
        let markdown = markdown.trim_end();
        let lead = markdown.len() - markdown.trim_start_matches('\n').len();
        self.separate(false);
        let at = self.text.len();
        if self.push(&markdown[lead..]) {
            self.questions.extend(asked.iter().filter(|&&offset| offset >= lead).map(|offset| at + offset - lead));
            self.text.push('\n');
        }
    }

    /// The document, or a refusal when no letter or digit was written.
    pub fn finish(mut self) -> Result<Extracted, Refusal> {
        self.text.truncate(self.text.trim_end().len());
        self.questions.retain(|&at| at < self.text.len());
        if !self.text.chars().any(char::is_alphanumeric) {
            return Err(Refusal::Empty);
        }
        let title = self.title.map(|title| one_line(&title)).filter(|title| title.chars().any(char::is_alphanumeric));
        Ok(Extracted { title, text: self.text, questions: self.questions, warnings: self.warnings })
    }

    fn head(&mut self, level: usize, text: &str) -> Option<usize> {
        self.separate(false);
        let at = self.text.len();
        let written = self.push(&format!("{} {text}\n", "#".repeat(level.clamp(1, 6))));
        self.last_heading = Some(at);
        self.answer_due = false;
        (written && !text.is_empty()).then_some(at)
    }

    /// A paragraph of tidy text. Lines of punctuation alone are ornaments.
    fn block(&mut self, text: &str) {
        if !text.chars().any(|c| c.is_alphanumeric() || SIGNS.contains(c)) {
            return;
        }
        self.separate(false);
        self.answer_due = false;
        let indent = self.indent.clone();
        let escaped = if begins_block(text) { format!("\\{text}") } else { text.to_owned() };
        self.lines(&escaped, &indent, &indent);
    }

    /// One blank line between blocks, none between the items of a list.
    fn separate(&mut self, item: bool) {
        let next_item = item && self.in_list;
        if !self.text.is_empty() && !next_item {
            let blank = self.indent.trim_end().to_owned();
            self.push(&format!("{blank}\n"));
        }
        self.in_list = false;
        self.last_heading = None;
    }

    fn lines(&mut self, text: &str, first: &str, rest: &str) {
        for (number, line) in text.split('\n').enumerate() {
            let start = if number == 0 { first } else { rest };
            let line = if line.is_empty() { start.trim_end().to_owned() } else { format!("{start}{line}") };
            self.push(&line);
            self.push("\n");
        }
    }

    fn push(&mut self, text: &str) -> bool {
        if self.text.len() + text.len() > TEXT_LIMIT {
            self.full = true;
            self.warn("text_cut", format!("only the first {} MB of text were kept", TEXT_LIMIT >> 20));
        }
        if !self.full {
            self.text.push_str(text);
        }
        !self.full
    }
}

/// Text with single spaces and without characters that nobody sees. A line break of the source becomes a space, or
/// nothing between two Chinese characters; a [`LINE_BREAK`] becomes `\n`.
#[must_use]
pub fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut space, mut newline, mut broken) = (false, false, false);
    for c in text.chars() {
        match c {
            LINE_BREAK => broken = true,
            '\n' | '\r' | '\u{2029}' | '\u{85}' => (space, newline) = (true, true),
            _ if c.is_whitespace() => space = true,
            _ if !is_text(c) => {}
            _ => {
                let glued = newline && out.chars().next_back().is_some_and(is_wide) && is_wide(c);
                if broken && !out.is_empty() {
                    out.push('\n');
                } else if space && !glued && !out.is_empty() {
                    out.push(' ');
                }
                (space, newline, broken) = (false, false, false);
                match c {
                    // Glyphs of a font, not letters of a language: ligatures, and radicals that stand for characters.
                    '\u{FB00}'..='\u{FB06}' | '\u{2E80}'..='\u{2FD5}' => out.extend(std::iter::once(c).nfkc()),
                    _ => out.push(c),
                }
            }
        }
    }
    out
}

/// [`tidy`], without line breaks.
#[must_use]
pub fn one_line(text: &str) -> String {
    tidy(&text.replace(LINE_BREAK, "\n"))
}

fn in_cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}

/// Chinese characters and their punctuation, which are written without spaces between them.
#[must_use]
pub fn is_wide(c: char) -> bool {
    is_han(c)
        || matches!(c, '\u{3001}'..='\u{303F}' | '\u{FF01}'..='\u{FF60}' | '\u{2014}' | '\u{2018}'..='\u{201D}' | '\u{2026}')
}

/// Neither a control character nor one without width (zero-width spaces, soft hyphens, byte-order and direction marks,
/// tag characters, in which instructions can hide).
fn is_text(c: char) -> bool {
    c == '\n'
        || c == '\t'
        || !(c.is_control()
            || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E007F}'))
}

/// Whether Markdown would read a heading, a quotation or HTML where the author wrote a paragraph.
fn begins_block(text: &str) -> bool {
    let hashes = text.bytes().take_while(|&byte| byte == b'#').count();
    (1..=6).contains(&hashes) && text[hashes..].starts_with(' ')
        || text.starts_with('>')
        || text.starts_with("```")
        || text.starts_with('<') && text[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Page)) -> Extracted {
        let mut page = Page::default();
        write(&mut page);
        page.finish().expect("text was written")
    }

    #[test]
    fn blocks_become_markdown() {
        let extracted = written(|page| {
            page.heading(1, " Returns\n policy ");
            page.paragraph("You have\n30 days.\u{200B}");
            page.item(0, None, "tags on");
            page.item(1, Some(2), "receipt");
            page.table(&[vec!["Fee".into(), "".into(), "a|b".into()], vec!["5".into(), "".into(), "6".into()]]);
            page.inside("> ", |page| page.paragraph("# quoted"));
            page.code("a\n  b");
        });
        assert_eq!(
            extracted.text,
            "# Returns policy\n\nYou have 30 days.\n\n- tags on\n  2. receipt\n\n| Fee | a\\|b |\n| --- | --- |\n| 5 | 6 |\n>\n> \\# quoted\n\n```\na\n  b\n```"
        );
    }

    #[test]
    fn offsets_of_questions_point_at_their_headings() {
        let extracted = written(|page| {
            page.heading(2, "常见问题");
            page.paragraph("问：多久退款？");
            page.paragraph("答：三个工作日。");
            page.heading(3, "Can I pay later?");
            page.paragraph("Yes.");
        });
        let asked: Vec<&str> =
            extracted.questions.iter().map(|&at| extracted.text[at..].lines().next().unwrap()).collect();
        assert_eq!(asked, ["### 多久退款？", "### Can I pay later?"]);
        assert!(extracted.text.contains("\n三个工作日。\n"));
    }

    #[test]
    fn chinese_lines_join_without_a_space() {
        assert_eq!(tidy("我们在三\n天内  退款\nwithin\n3 days"), "我们在三天内 退款 within 3 days");
        assert_eq!(tidy(&format!("a{LINE_BREAK} b")), "a\nb");
        assert_eq!(tidy("eﬃcient ⽤户"), "efficient 用户");
    }

    #[test]
    fn a_page_of_nothing_is_refused_and_a_flood_is_cut() {
        assert_eq!(Page::default().finish(), Err(Refusal::Empty));
        let extracted = written(|page| {
            while !page.is_full() {
                page.paragraph(&"word ".repeat(20_000));
            }
        });
        assert!(extracted.text.len() <= TEXT_LIMIT);
        assert_eq!(extracted.warnings[0].code, "text_cut");
    }
}
