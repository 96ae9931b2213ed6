//! What a file is, by its content; the name only decides between kinds of plain text.

use std::io::Cursor;

use super::{decode, magic, package::Package};
use crate::knowledge::document::Refusal;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Markdown,
    Text,
    Html,
    Delimited,
    Email,
    Rtf,
    Pdf,
    Docx,
    Workbook,
    Pptx,
    OpenDocument,
    Epub,
    Doc,
}

/// # Errors
/// [`Refusal::Empty`] for no content, [`Refusal::Encrypted`] for an encrypted container, [`Refusal::Unsupported`] with a
/// way out for kinds that hold no text we can read.
pub fn sniff(name: &str, bytes: &[u8]) -> Result<Format, Refusal> {
    let head = &bytes[..bytes.len().min(4096)];
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::Empty);
    }
    if head.windows(5).take(1024).any(|window| window == b"%PDF-") {
        return Ok(Format::Pdf);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return package(bytes);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        return compound(bytes);
    }
    if bytes.starts_with(b"{\\rtf") {
        return Ok(Format::Rtf);
    }
    let marked = NOT_TEXT.iter().find(|(mark, _)| bytes.starts_with(mark)).map(|(_, reason)| *reason);
    if let Some(reason) = marked.or_else(|| marked_by_a_word(head)) {
        return Err(Refusal::Unsupported(reason.to_owned()));
    }
    text(name, head)
}

const IMAGE: &str = "it is a picture; run text recognition on it and upload the text";
const ARCHIVE: &str = "it is an archive; unpack it and upload the documents inside";
const MEDIA: &str = "it is audio or video; upload a transcript instead";
const PROGRAM: &str = "it is a program, not a document";
const NOT_TEXT: &[(&[u8], &str)] = &[
    (b"\x89PNG", IMAGE),
    (b"\xFF\xD8\xFF", IMAGE),
    (b"GIF87a", IMAGE),
    (b"GIF89a", IMAGE),
    (b"II*\0", IMAGE),
    (b"MM\0*", IMAGE),
    (b"OggS\0", MEDIA),
    (b"\0\0\0\x18ftyp", MEDIA),
    (b"\0\0\0\x20ftyp", MEDIA),
    (b"\x1F\x8B", ARCHIVE),
    (b"7z\xBC\xAF\x27\x1C", ARCHIVE),
    (b"Rar!\x1A\x07", ARCHIVE),
    (b"\xFD7zXZ", ARCHIVE),
    (b"\x28\xB5\x2F\xFD", ARCHIVE),
    (b"\x7FELF", PROGRAM),
    (b"SQLite format 3\0", "it is a database; export its tables as CSV"),
];

fn marked_by_a_word(head: &[u8]) -> Option<&'static str> {
    match magic::riff(head) {
        Some(b"WEBP") => return Some(IMAGE),
        Some(_) => return Some(MEDIA),
        None => {}
    }
    let marks = [
        (magic::is_bitmap as fn(&[u8]) -> bool, IMAGE),
        (magic::is_id3, MEDIA),
        (magic::is_bzip2, ARCHIVE),
        (magic::is_windows_program, PROGRAM),
    ];
    marks.iter().find(|(is, _)| is(head)).map(|(_, reason)| *reason)
}

fn package(bytes: &[u8]) -> Result<Format, Refusal> {
    let mut package = Package::open(bytes)?;
    let kind =
        package.read("mimetype")?.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_default();
    if kind == "application/epub+zip" || package.has("META-INF/container.xml") && !package.has("content.xml") {
        return Ok(Format::Epub);
    }
    if kind.starts_with("application/vnd.oasis.opendocument") || package.has("content.xml") {
        return Ok(Format::OpenDocument);
    }
    let names = package.names();
    let holds = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    match () {
        () if holds("word/") => Ok(Format::Docx),
        () if holds("xl/") => Ok(Format::Workbook),
        () if holds("ppt/") => Ok(Format::Pptx),
        () => Err(Refusal::Unsupported(ARCHIVE.to_owned())),
    }
}

fn compound(bytes: &[u8]) -> Result<Format, Refusal> {
    let file = cfb::CompoundFile::open(Cursor::new(bytes))
        .map_err(|error| Refusal::Broken(format!("its container cannot be read ({error})")))?;
    let holds = |name: &str| file.is_stream(name);
    match () {
        () if holds("/EncryptedPackage") => Err(Refusal::Encrypted),
        () if holds("/WordDocument") => Ok(Format::Doc),
        () if holds("/Workbook") || holds("/Book") => Ok(Format::Workbook),
        () if holds("/PowerPoint Document") => {
            Err(Refusal::Unsupported("it is an old PowerPoint file; save it as .pptx or PDF".to_owned()))
        }
        () if holds("/__properties_version1.0") => {
            Err(Refusal::Unsupported("it is an Outlook message; save it as .eml or text".to_owned()))
        }
        () => {
            Err(Refusal::Unsupported("it is an old office file of an unknown kind; save it as .docx or PDF".to_owned()))
        }
    }
}

fn text(name: &str, head: &[u8]) -> Result<Format, Refusal> {
    let text = decode::decode(head, None).text;
    let strange = text
        .chars()
        .filter(|&c| c == '\0' || c == '\u{FFFD}' || c.is_control() && !"\t\n\r\u{C}\u{1B}\u{85}".contains(c))
        .count();
    if strange * 10 > text.chars().count() {
        return Err(Refusal::Unsupported("it holds no text; upload a document, a table or a web page".to_owned()));
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default();
    let lower = text.trim_start().get(..text.trim_start().floor_char_boundary(1024)).unwrap_or_default().to_lowercase();
    let opens = |marks: &[&str]| marks.iter().any(|mark| lower.starts_with(mark));
    let markup = matches!(extension.as_str(), "html" | "htm" | "xhtml" | "shtml");
    if opens(&["<!doctype html", "<html", "<head", "<body"])
        || opens(&["<?xml", "<!--"]) && lower.contains("<html")
        || markup && text.contains('<')
    {
        return Ok(Format::Html);
    }
    Ok(match extension.as_str() {
        "eml" | "mht" | "mhtml" => Format::Email,
        "md" | "markdown" | "mdown" | "mkd" | "mdx" => Format::Markdown,
        "csv" | "tsv" | "tab" | "xls" | "xlsx" => Format::Delimited,
        _ if is_email(&text) => Format::Email,
        _ => Format::Text,
    })
}

/// A message begins with header lines, two of which every message has.
fn is_email(text: &str) -> bool {
    const KNOWN: &[&str] = &[
        "from",
        "to",
        "subject",
        "date",
        "received",
        "message-id",
        "mime-version",
        "return-path",
        "delivered-to",
        "content-type",
    ];
    let mut known = 0;
    for line in text.lines().take_while(|line| !line.trim().is_empty()) {
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((field, _)) = line.split_once(':') else { return false };
        known += usize::from(KNOWN.contains(&field.to_lowercase().as_str()));
    }
    known >= 3 && (text.to_lowercase().contains("\nmime-version:") || text.to_lowercase().contains("message-id:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_outweighs_the_name() {
        for (name, bytes, expected) in [
            ("a.txt", &b"%PDF-1.7 ..."[..], Format::Pdf),
            ("a.docx", b"{\\rtf1 x}", Format::Rtf),
            ("a.xls", b"<html><table></table></html>", Format::Html),
            ("a.doc", b"  <!DOCTYPE HTML><p>x", Format::Html),
            ("a.pdf", b"Just words.", Format::Text),
            ("a.MD", b"# Title", Format::Markdown),
            ("a.csv", b"a,b", Format::Delimited),
            ("a", b"From: a@b\nSubject: x\nMessage-ID: <1>\n\nhello", Format::Email),
            ("a.txt", b"Note: this\nis: no mail\n", Format::Text),
            ("a.txt", b"BMW accessories are not returned.", Format::Text),
            ("a.txt", b"ID3 tags of our podcast are in English.", Format::Text),
            ("a.txt", b"RIFF (reduction in force) letters go out today.", Format::Text),
            ("a.txt", b"BZh90 is the part number of the hose.", Format::Text),
        ] {
            assert_eq!(sniff(name, bytes), Ok(expected), "{name}");
        }
    }

    #[test]
    fn what_is_no_document_is_refused_with_a_way_out() {
        assert_eq!(sniff("a.txt", b" \n"), Err(Refusal::Empty));
        for bytes in [
            &b"\x89PNG\r\n"[..],
            b"\x7FELF\x02",
            &[1, 2, 3, 4, 5, 0, 0, 7, 8],
            b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
            b"RIFF\x24\x08\0\0WAVEfmt ",
            b"BZh91AY&SY\0",
        ] {
            assert!(matches!(sniff("a.txt", bytes), Err(Refusal::Unsupported(_))));
        }
    }
}
