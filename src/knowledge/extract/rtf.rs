//! Rich Text Format: words, paragraphs, headings by outline level, tables. Pictures, styles and other destinations are
//! skipped; nothing recurses, so nesting costs a stack entry and no more.

use encoding_rs::Encoding;

use super::page::{LINE_BREAK, Page};
use super::{decode, prose};
use crate::knowledge::document::{Extracted, Refusal};

const GROUPS_LIMIT: usize = 10_000;
const SKIPPED: &[&str] = &[
    "colortbl",
    "stylesheet",
    "pict",
    "object",
    "header",
    "footer",
    "headerl",
    "headerr",
    "headerf",
    "footerl",
    "footerr",
    "footerf",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "xmlnstbl",
    "themedata",
    "datastore",
    "latentstyles",
    "filetbl",
    "revtbl",
    "fldinst",
    "annotation",
    "author",
    "operator",
    "nonshppict",
    "bkmkstart",
    "bkmkend",
    "pntext",
    "listtext",
];

#[derive(Clone)]
struct Group {
    skipped: bool,
    hidden: bool,
    fonts: bool,
    title: bool,
    encoding: &'static Encoding,
    /// How many characters stand in for one of Unicode.
    fallback: usize,
}

/// # Errors
/// [`Refusal::Empty`] when there are no words.
pub fn read(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let mut reader = Reader {
        page: Page::default(),
        paragraph: String::new(),
        pending: Vec::new(),
        fonts: std::collections::HashMap::new(),
        font: 0,
        heading: None,
        in_table: false,
        cells: Vec::new(),
        table: Vec::new(),
        title: String::new(),
    };
    reader.run(bytes);
    reader.end_paragraph();
    reader.end_table();
    let mut page = reader.page;
    page.title = Some(reader.title).filter(|title| !title.trim().is_empty());
    page.finish()
}

struct Reader {
    page: Page,
    paragraph: String,
    /// Bytes of the current encoding that are not decoded yet: Chinese characters come as two escapes.
    pending: Vec<u8>,
    fonts: std::collections::HashMap<i64, &'static Encoding>,
    font: i64,
    heading: Option<usize>,
    in_table: bool,
    cells: Vec<String>,
    table: Vec<Vec<String>>,
    title: String,
}

impl Reader {
    fn run(&mut self, bytes: &[u8]) {
        let mut group = Group {
            skipped: false,
            hidden: false,
            fonts: false,
            title: false,
            encoding: decode::code_page(1252),
            fallback: 1,
        };
        let (mut outer, mut at, mut to_skip): (Vec<Group>, usize, usize) = (Vec::new(), 0, 0);
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'{' => {
                    self.flush(&group);
                    if outer.len() < GROUPS_LIMIT {
                        outer.push(group.clone());
                    }
                }
                b'}' => {
                    self.flush(&group);
                    group = outer.pop().unwrap_or(group);
                }
                b'\r' | b'\n' => {}
                b'\\' => {
                    let (word, number, next) = control(bytes, at);
                    at = next;
                    match word {
                        "'" => {
                            let code = bytes
                                .get(at..at + 2)
                                .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
                            at += 2;
                            match (code, to_skip) {
                                (Some(code), 0) => self.pending.push(code),
                                _ => to_skip = to_skip.saturating_sub(1),
                            }
                        }
                        "u" => {
                            self.flush(&group);
                            let code = number.unwrap_or(0).rem_euclid(65536) as u16;
                            self.unit(&group, code);
                            to_skip = group.fallback;
                        }
                        "bin" => at = at.saturating_add(usize::try_from(number.unwrap_or(0)).unwrap_or(0)),
                        _ => {
                            self.flush(&group);
                            self.word(&mut group, word, number);
                            to_skip = 0;
                        }
                    }
                }
                _ if to_skip > 0 => to_skip -= 1,
                _ => self.pending.push(byte),
            }
            if self.page.is_full() {
                return;
            }
        }
        self.flush(&group);
    }

    fn word(&mut self, group: &mut Group, word: &str, number: Option<i64>) {
        match word {
            "*" => group.skipped = true,
            "fonttbl" => (group.fonts, group.skipped) = (true, true),
            "info" => group.skipped = true,
            "title" if group.skipped => (group.title, group.skipped) = (true, false),
            word if SKIPPED.contains(&word) => group.skipped = true,
            "ansicpg" => group.encoding = decode::code_page(u32::try_from(number.unwrap_or(1252)).unwrap_or(1252)),
            "uc" => group.fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(16),
            "f" => {
                self.font = number.unwrap_or(0);
                if let Some(encoding) = self.fonts.get(&self.font).filter(|_| !group.fonts) {
                    group.encoding = encoding;
                }
            }
            "fcharset" if group.fonts => drop(charset(number).map(|encoding| self.fonts.insert(self.font, encoding))),
            "v" => group.hidden = number != Some(0),
            _ if group.skipped || group.hidden => {}
            "par" | "sect" | "page" if !self.in_table => self.end_paragraph(),
            "par" => self.paragraph.push('\n'),
            "pard" => (self.in_table, self.heading) = (false, None),
            "intbl" => self.in_table = true,
            "outlinelevel" => {
                self.heading =
                    usize::try_from(number.unwrap_or(9)).ok().filter(|&level| level < 9).map(|level| level + 1)
            }
            "cell" => {
                self.cells.push(std::mem::take(&mut self.paragraph));
                self.in_table = true;
            }
            "row" => {
                let row = std::mem::take(&mut self.cells);
                self.table.push(row);
                (self.in_table, self.heading) = (false, None);
            }
            "line" | "softline" => self.paragraph.push(LINE_BREAK),
            "tab" => self.paragraph.push(' '),
            "emdash" => self.paragraph.push('—'),
            "endash" => self.paragraph.push('–'),
            "bullet" => self.paragraph.push('•'),
            "lquote" | "rquote" => self.paragraph.push(if word == "lquote" { '‘' } else { '’' }),
            "ldblquote" | "rdblquote" => self.paragraph.push(if word == "ldblquote" { '“' } else { '”' }),
            "~" => self.paragraph.push(' '),
            "_" => self.paragraph.push('-'),
            "\\" | "{" | "}" => self.paragraph.push_str(word),
            _ => {}
        }
    }

    fn flush(&mut self, group: &Group) {
        let bytes = std::mem::take(&mut self.pending);
        if bytes.is_empty() || group.skipped || group.hidden {
            return;
        }
        let text = group.encoding.decode_without_bom_handling(&bytes).0;
        if group.title { self.title.push_str(&text) } else { self.paragraph.push_str(&text) }
    }

    /// A Unicode character; the halves of a pair come one after the other.
    fn unit(&mut self, group: &Group, unit: u16) {
        if group.skipped || group.hidden {
            return;
        }
        let out = if group.title { &mut self.title } else { &mut self.paragraph };
        match char::from_u32(u32::from(unit)) {
            Some(c) => out.push(c),
            // The high half waits as a private character for the low one.
            None if unit < 0xDC00 => out.push(char::from_u32(0x10_F000 + u32::from(unit - 0xD800)).unwrap_or(' ')),
            None => {
                let high = out.pop().map_or(0, u32::from).wrapping_sub(0x10_F000);
                out.extend(char::from_u32(0x1_0000 + (high << 10) + u32::from(unit - 0xDC00)).filter(|_| high < 0x400));
            }
        }
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        if paragraph.trim().is_empty() {
            return;
        }
        self.end_table();
        match self.heading {
            Some(level) => self.page.heading(level, &paragraph),
            None if paragraph.contains(LINE_BREAK) => self.page.paragraph(&paragraph),
            None => prose::write(&mut self.page, &paragraph),
        }
    }

    fn end_table(&mut self) {
        let table = std::mem::take(&mut self.table);
        if !table.is_empty() {
            self.page.table(&table);
        }
    }
}

/// A control word or symbol, its number, and where reading goes on.
fn control(bytes: &[u8], at: usize) -> (&str, Option<i64>, usize) {
    let letters = bytes[at..].iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
    if letters == 0 {
        let symbol = bytes.get(at..at + 1).and_then(|symbol| std::str::from_utf8(symbol).ok()).unwrap_or(" ");
        return (if symbol == "\n" || symbol == "\r" { "par" } else { symbol }, None, at + 1);
    }
    let word = std::str::from_utf8(&bytes[at..at + letters]).unwrap_or_default();
    let mut end = at + letters;
    let digits = bytes[end..]
        .iter()
        .take(12)
        .enumerate()
        .take_while(|(place, byte)| byte.is_ascii_digit() || *place == 0 && **byte == b'-')
        .count();
    let number = std::str::from_utf8(&bytes[end..end + digits]).ok().and_then(|number| number.parse().ok());
    end += digits;
    (word, number, if bytes.get(end) == Some(&b' ') { end + 1 } else { end })
}

/// What a font's `\fcharset` means (Windows character sets).
fn charset(number: Option<i64>) -> Option<&'static Encoding> {
    let page = match number? {
        0 => 1252,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    };
    Some(decode::code_page(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_headings_and_tables_are_read() {
        let rtf = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset134 SimSun;}}{\info{\title Terms}{\author Nobody}}{\*\generator x;}
{\pard\outlinelevel0 Returns\par}{\pard Caf\'e9 \u8364?5 {\f1\'cd\'cb\'bb\'f5}\line and {\v hidden }\{more\}.\par}
{\trowd\pard\intbl Zone\cell Fee\cell\row\pard\intbl EU\cell 5\cell\row}\pard \u-10179?\u-8704? end\par}";
        let extracted = read(rtf.as_bytes()).unwrap();
        assert_eq!(extracted.title.as_deref(), Some("Terms"));
        assert_eq!(
            extracted.text,
            "# Returns\n\nCafé €5 退货\nand {more}.\n\n| Zone | Fee |\n| --- | --- |\n| EU | 5 |\n\n😀 end"
        );
    }

    #[test]
    fn groups_without_end_end() {
        let rtf = format!("{{\\rtf1 {}deep", "{".repeat(500_000));
        assert_eq!(read(rtf.as_bytes()).unwrap().text, "deep");
    }
}
