//! Books (EPUB): the chapters in reading order.

use super::package::{Package, resolve};
use super::page::Page;
use super::{decode, hypertext, tags};
use crate::knowledge::document::{Extracted, Refusal};

const CHAPTERS_LIMIT: usize = 5000;

/// # Errors
/// As the package says; [`Refusal::Encrypted`] when the book is locked and gives no text.
pub fn read(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let mut package = Package::open(bytes)?;
    let container = package.xml("META-INF/container.xml")?.unwrap_or_default();
    let root = container.all("rootfile").first().and_then(|root| root.attribute("full-path")).map(str::to_owned);
    let root = root
        .or_else(|| package.names().into_iter().find(|name| name.ends_with(".opf")))
        .ok_or_else(|| Refusal::Broken("it has no list of chapters".to_owned()))?;
    let book = package.xml(&root)?.unwrap_or_default();
    let mut page = Page::default();
    page.title = book.all("title").first().map(|title| title.text()).filter(|title| !title.trim().is_empty());
    let items = book.all("item");
    let chapters: Vec<String> = book
        .all("itemref")
        .into_iter()
        .filter(|chapter| chapter.attribute("linear") != Some("no"))
        .filter_map(|chapter| chapter.attribute("idref"))
        .filter_map(|id| items.iter().find(|item| item.attribute("id") == Some(id)))
        // The table of contents repeats the headings.
        .filter(|item| {
            !item
                .attribute("properties")
                .is_some_and(|properties| properties.split(' ').any(|property| property == "nav"))
        })
        .filter_map(|item| item.attribute("href"))
        .map(|address| resolve(&root, &unescaped(address)))
        .take(CHAPTERS_LIMIT)
        .collect();
    for chapter in chapters {
        if page.is_full() {
            break;
        }
        match package.read(&chapter) {
            Ok(Some(bytes)) => hypertext::write_html(&mut page, &tags::opened(&decode::decode(&bytes, None).text)),
            Err(Refusal::TooLarge(reason)) => return Err(Refusal::TooLarge(reason)),
            _ => page.warn("chapter_unreadable", "a chapter is missing or damaged"),
        }
    }
    let locked = package.has("META-INF/encryption.xml");
    page.finish().map_err(|refusal| if locked { Refusal::Encrypted } else { refusal })
}

/// `%20` and its like in an address.
fn unescaped(address: &str) -> String {
    let mut out: Vec<u8> = Vec::with_capacity(address.len());
    let bytes = address.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let code = address
            .get(at + 1..at + 3)
            .filter(|_| bytes[at] == b'%')
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        out.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn chapters_come_in_reading_order() {
        let bytes = samples::zip(&[
            ("mimetype", b"application/epub+zip"),
            ("META-INF/container.xml", b"<container><rootfiles><rootfile full-path=\"OPS/book.opf\"/></rootfiles></container>"),
            ("OPS/book.opf", "<package><metadata><dc:title>手册</dc:title></metadata><manifest><item id=\"a\" href=\"a%20b.xhtml\"/><item id=\"n\" properties=\"nav\" href=\"n.xhtml\"/><item id=\"z\" href=\"z.xhtml\"/></manifest><spine><itemref idref=\"n\"/><itemref idref=\"z\"/><itemref idref=\"a\"/></spine></package>".as_bytes()),
            ("OPS/a b.xhtml", "<html><body><h1>二</h1><p>后。</p></body></html>".as_bytes()),
            ("OPS/n.xhtml", b"<html><body><p>contents</p></body></html>"),
            ("OPS/z.xhtml", "<?xml version=\"1.0\"?><html><head><title/></head><body><h1><a id=\"x\"/>一</h1><p>先。</p></body></html>".as_bytes()),
        ]);
        let extracted = read(&bytes).unwrap();
        assert_eq!(
            (extracted.title.as_deref(), extracted.text.as_str()),
            (Some("手册"), "# 一\n\n先。\n\n# 二\n\n后。")
        );
    }
}
