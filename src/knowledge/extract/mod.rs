//! Files in, Markdown out.
//!
//! One file per format, each a plain function on bytes; what they share stands below them: `sniff` with `magic` (what is it), `decode` (characters), `package` (ZIP), `xml`, `hypertext` with `phrase` and `tags` (HTML),
//! `rows` and `number_format` (sheets), `prose` (lines), `question`, and `page`, on which all of them write.
//!
//! Formats never import each other. Broken input gives what can be read, with warnings; only a file that gives nothing is
//! refused. [`child`] runs all this in a process of its own, because no parser of foreign files deserves to be trusted.

pub mod child;
pub mod decode;
pub mod delimited;
pub mod doc;
pub mod docx;
pub mod docx_styles;
pub mod email;
pub mod epub;
pub mod html;
pub mod hypertext;
pub mod limits;
pub mod magic;
pub mod markdown;
pub mod number_format;
pub mod opendocument;
pub mod package;
pub mod page;
pub mod pdf;
pub mod phrase;
pub mod pptx;
pub mod prose;
pub mod question;
pub mod rows;
pub mod rtf;
pub mod sniff;
pub mod tags;
pub mod text;
pub mod wording;
pub mod workbook;
pub mod xml;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod samples;

use self::sniff::Format;
use super::document::{Extracted, Refusal};

type Reader = fn(&[u8]) -> Result<Extracted, Refusal>;

/// To add a format: a file with a `read`, and a line here and in `sniff`.
const READERS: &[(Format, Reader)] = &[
    (Format::Markdown, markdown::read),
    (Format::Text, text::read),
    (Format::Html, html::read),
    (Format::Delimited, delimited::read),
    (Format::Email, email::read),
    (Format::Rtf, rtf::read),
    (Format::Pdf, pdf::read),
    (Format::Docx, docx::read),
    (Format::Workbook, workbook::read),
    (Format::Pptx, pptx::read),
    (Format::OpenDocument, opendocument::read),
    (Format::Epub, epub::read),
    (Format::Doc, doc::read),
];

/// The text of a file. `name` decides only between kinds of plain text. Runs in the calling thread and trusts the parsers;
/// files of strangers go through [`child::prepare_in_child`].
///
/// # Errors
/// A [`Refusal`], whose sentence is for the person who uploaded the file.
pub fn read(name: &str, bytes: &[u8]) -> Result<Extracted, Refusal> {
    let format = sniff::sniff(name, bytes)?;
    let (_, reader) = READERS.iter().find(|(known, _)| *known == format).expect("every format has a line in the table");
    let mut extracted = reader(bytes)?;
    if extracted.title.is_none() {
        extracted.title = first_heading(&extracted.text);
    }
    Ok(extracted)
}

fn first_heading(text: &str) -> Option<String> {
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    let heading = line.trim_start_matches('#');
    (heading.len() < line.len() && heading.starts_with(' ')).then(|| heading.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_one_reader_and_a_file_finds_it_whatever_its_name() {
        let formats: std::collections::HashSet<String> =
            READERS.iter().map(|(format, _)| format!("{format:?}")).collect();
        assert_eq!(formats.len(), READERS.len());
        let docx = samples::docx("<w:p><w:r><w:t>words</w:t></w:r></w:p>");
        assert_eq!(read("wrong.pdf", &docx).unwrap().text, "words");
        assert_eq!(read("a.md", b"# Title\n\nwords").unwrap().title.as_deref(), Some("Title"));
    }
}
