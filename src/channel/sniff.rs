//! What a file that somebody sends really is, found out from its bytes, and what it may be called. Pure.
//!
//! What a browser could run (HTML, SVG, scripts) is recognised only to be called by its name: it is never shown, only handed
//! over as a download.

use crate::knowledge::extract::magic;

/// Longest name, in characters.
const LONGEST_NAME: usize = 120;
/// How many of the first bytes are looked at.
pub const LOOKED_AT: usize = 4096;

/// Beginnings that say what follows.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"OggS\0", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x7fELF", "application/x-executable"),
    (b"#!", "text/x-script"),
];

/// Endings that say which kind of archive or old office file it is; believed only where the bytes are of that family.
const OFFICE: &[(&str, &str, &str)] = &[
    ("application/zip", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("application/zip", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("application/zip", "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("application/x-ole-storage", "doc", "application/msword"),
    ("application/x-ole-storage", "xls", "application/vnd.ms-excel"),
    ("application/x-ole-storage", "ppt", "application/vnd.ms-powerpoint"),
];

/// The media type of a file, from its first bytes; the name only tells apart what the bytes leave open.
#[must_use]
pub fn media_type(head: &[u8], name: &str) -> &'static str {
    let family = family(head);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let office = OFFICE.iter().find(|(of, known, _)| *of == family && *known == ending);
    match (office, family) {
        (Some((_, _, exact)), _) => exact,
        (None, "text/plain") if ending == "csv" => "text/csv",
        (None, family) => family,
    }
}

fn family(head: &[u8]) -> &'static str {
    if let Some((_, kind)) = BEGINNINGS.iter().find(|(beginning, _)| head.starts_with(beginning)) {
        return kind;
    }
    match magic::riff(head) {
        Some(b"WEBP") => return "image/webp",
        Some(b"WAVE") => return "audio/wav",
        Some(b"AVI ") => return "video/x-msvideo",
        _ => {}
    }
    let marks = [
        (magic::is_bitmap as fn(&[u8]) -> bool, "image/bmp"),
        (magic::is_id3, "audio/mpeg"),
        (magic::is_windows_program, "application/x-msdownload"),
    ];
    if let Some((_, kind)) = marks.iter().find(|(is, _)| is(head)) {
        return kind;
    }
    match (head.get(0..4), head.get(4..8), head.get(8..12)) {
        (_, Some(b"ftyp"), Some(b"avif")) => return "image/avif",
        (_, Some(b"ftyp"), Some(b"heic" | b"heix" | b"mif1")) => return "image/heic",
        (_, Some(b"ftyp"), Some(b"M4A ")) => return "audio/mp4",
        (_, Some(b"ftyp"), Some(b"qt  ")) => return "video/quicktime",
        (_, Some(b"ftyp"), _) => return "video/mp4",
        (Some([0x1a, 0x45, 0xdf, 0xa3]), _, _) => return "video/webm",
        _ => {}
    }
    let Some(text) = as_text(head) else { return "application/octet-stream" };
    let text = text.to_ascii_lowercase();
    // Also where comments or a declaration stand before: what a browser would take for a page is called one.
    if text.contains("<svg") {
        return "image/svg+xml";
    }
    if ["<!doctype html", "<html", "<script", "<iframe", "<body", "<head"].iter().any(|mark| text.contains(mark)) {
        return "text/html";
    }
    if text.trim_start().starts_with("<?xml") {
        return "application/xml";
    }
    "text/plain"
}

/// The bytes as text, when they are: UTF-8 that may end in the middle of a character, or UTF-16 with its mark; no zero bytes.
fn as_text(head: &[u8]) -> Option<String> {
    if let [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] = head {
        return Some(rest.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect());
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if head.contains(&0) {
        return None;
    }
    match std::str::from_utf8(head) {
        Ok(text) => Some(text.to_owned()),
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok().map(ToOwned::to_owned)
        }
        // Chinese text in an older encoding has no rare control characters either.
        Err(_) => {
            let plain = head.iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\n' | b'\r' | b'\t' | 0x0c));
            plain.then(|| head.iter().map(|byte| char::from(*byte)).collect())
        }
    }
}

/// Whether an inbox takes files of a type; its settings name types, also `image/*`. Nothing that runs in a browser is an image.
#[must_use]
pub fn allowed(media_type: &str, types: &[String]) -> bool {
    types.iter().any(|one| match one.strip_suffix("/*") {
        Some(kind) => {
            media_type != "image/svg+xml" && media_type.split_once('/').is_some_and(|(of, _)| of == kind)
                || one == media_type
        }
        None => one == media_type,
    })
}

/// A name that is safe to show and to save under: no path, no control or direction characters, no leading dot, not endless.
#[must_use]
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = |c: &char| {
        let turns =
            matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
        !c.is_control() && !turns && !matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?')
    };
    let name: String = last.chars().filter(kept).collect();
    let name = name.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    if name.is_empty() {
        return "file".to_owned();
    }
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    // The ending tells what it is, so it is the beginning that is cut.
    let ending = name.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| ending.chars().count() <= 10);
    let room = LONGEST_NAME - ending.map_or(0, |ending| ending.chars().count() + 1);
    let begin: String = name.chars().take(room).collect();
    ending.map_or(begin.clone(), |ending| format!("{begin}.{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decide_what_a_file_is() {
        for (head, name, expected) in [
            (b"\x89PNG\r\n\x1a\n....".as_slice(), "a.png", "image/png"),
            (b"\xff\xd8\xff\xe0", "a.png", "image/jpeg"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "a", "image/webp"),
            (b"\0\0\0\x20ftypavif", "a.avif", "image/avif"),
            (b"%PDF-1.7", "a.txt", "application/pdf"),
            (b"PK\x03\x04....", "order.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (b"PK\x03\x04....", "photo.png", "application/zip"),
            (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "a", "image/bmp"),
            (b"BMW accessories, please", "a.txt", "text/plain"),
            (b"ID3 of the song is wrong", "a.txt", "text/plain"),
            (b"MZ Street 5, second door", "a.txt", "text/plain"),
            (b"hello", "a.xlsx", "text/plain"),
            (b"a,b\n1,2\n", "orders.csv", "text/csv"),
            ("退款".as_bytes(), "a.txt", "text/plain"),
            (&"退款".as_bytes()[..4], "cut.txt", "text/plain"),
            (b"\xcd\xcb\xbf\xee\n", "gbk.txt", "text/plain"),
            (b"\0\x01\x02", "a.txt", "application/octet-stream"),
            (b"", "empty", "text/plain"),
        ] {
            assert_eq!(media_type(head, name), expected, "{name}");
        }
    }

    #[test]
    fn what_a_browser_would_run_is_called_so_whatever_its_name() {
        for (head, expected) in [
            ("<svg onload=alert(1)>", "image/svg+xml"),
            ("<?xml version=\"1.0\"?><!-- x --><SVG xmlns=\"http://www.w3.org/2000/svg\">", "image/svg+xml"),
            ("  \n<!DOCTYPE HTML><p>", "text/html"),
            ("harmless words\n<script>alert(1)</script>", "text/html"),
            ("\u{FEFF}<html>", "text/html"),
        ] {
            assert_eq!(media_type(head.as_bytes(), "photo.png"), expected, "{head}");
        }
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain("<html>".bytes().flat_map(|byte| [byte, 0])).collect();
        assert_eq!(media_type(&wide, "a.txt"), "text/html");
    }

    #[test]
    fn an_inbox_takes_what_its_settings_name() {
        let types = ["image/*", "application/pdf"].map(str::to_owned);
        for (media_type, expected) in [
            ("image/png", true),
            ("application/pdf", true),
            ("image/svg+xml", false),
            ("text/html", false),
            ("imagex/png", false),
            ("application/pdfx", false),
        ] {
            assert_eq!(allowed(media_type, &types), expected, "{media_type}");
        }
    }

    #[test]
    fn names_are_only_names() {
        for (name, expected) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ann\\photo.png", "photo.png"),
            ("a\u{202E}gnp.exe\r\n\0", "agnp.exe"),
            ("\"quote\".pdf", "quote.pdf"),
            (".bashrc", "bashrc"),
            ("..", "file"),
            ("", "file"),
            (" 发票 2026.pdf ", "发票 2026.pdf"),
        ] {
            assert_eq!(clean_name(name), expected, "{name:?}");
        }
        let long = clean_name(&format!("{}.pdf", "退".repeat(400)));
        assert_eq!(long.chars().count(), LONGEST_NAME);
        assert!(std::path::Path::new(&long).extension().is_some_and(|ending| ending == "pdf"));
    }
}
