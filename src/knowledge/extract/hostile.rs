//! Every format against damage: our own samples, cut and flipped in thousands of ways, must end as text or as a refusal.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{doc, read, samples};

/// One small file of each kind.
fn specimens() -> Vec<(&'static str, Vec<u8>)> {
    let paragraph = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let sheet =
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Why?</t></is></c><c r=\"B1\" s=\"1\"><v>46025</v></c></row>";
    let odt = "<o:d xmlns:o=\"o\"><o:body><o:text><o:p>七天</o:p><o:table><o:table-row number-rows-repeated=\"9\"><o:table-cell><o:p>x</o:p></o:table-cell></o:table-row></o:table></o:text></o:body></o:d>";
    vec![
        ("a.md", "---\ntitle: T\n---\n# A\n\n|a|b|\n|-|-|\n|c\n\nd|e|\n\n<table><tr><td>x<td>y</table> ![p](q) `c` <br> 退货？\n".into()),
        ("a.txt", "Q: Why?\nA: Because.\n\n第一章 总则\n一、x\n- y\n1. z\n".into()),
        ("gbk.txt", encoding_rs::GBK.encode("退货政策：七天之内可以退货，运费由买家承担。").0.into_owned()),
        ("utf16.txt", "Plain words, 退货。".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("a.html", "<!doctype html><title>T</title><nav><a href=/>x</a></nav><h1>T</h1><table><tr><td rowspan=3 colspan=2>a<td>b<tr><td>c</table><ul><li>a<ol><li>b</ol></ul><details><summary>Why?</summary>x</details><dl><dt>a<dd>b</dl><pre>x\ny</pre>".into()),
        ("a.csv", "Question;Answer\nWhy?;\"Because; \"\"so\"\"\"\nHow?;x\n".into()),
        ("a.eml", "From: a@b.example\r\nSubject: =?utf-8?B?6YCA6LSn?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html; charset=gbk\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>=CD=CB</p>\r\n--x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\naGk=\r\n--x--\r\n".into()),
        ("a.rtf", r"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 x;}}{\info{\title T}}\f0 \'cd\'cb\u-10179?\u-8704?\par\trowd\intbl a\cell b\cell\row\pard\outlinelevel0 H\par\bin3 abc x\par}".into()),
        ("a.pdf", samples::pdf(&[&["You may return it within thirty days of ar-", "rival."], &["Page 2"]], "")),
        ("a.docx", samples::docx(&(paragraph("退货") + "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"3\"/></w:tcPr><w:p/></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>" + &paragraph("&#x4E00;")))),
        ("a.xlsx", samples::xlsx("售后", sheet)),
        ("a.odt", samples::zip(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", odt.as_bytes())])),
        ("a.pptx", samples::zip(&[("ppt/presentation.xml", b"<p/>"), ("ppt/slides/slide1.xml", b"<p:sld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>x</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:sld>")])),
        ("a.epub", samples::zip(&[("META-INF/container.xml", b"<c><rootfile full-path=\"b.opf\"/></c>"), ("b.opf", b"<p><item id=\"a\" href=\"a.xhtml\"/><itemref idref=\"a\"/></p>"), ("a.xhtml", b"<html><body><p>x<a/>y</p></body></html>")])),
        ("a.doc", doc::tests::doc("Terms\rZone\u{7}Fee\u{7}\u{7}\u{13}x\u{14}y\u{15}\r", 0)),
    ]
}

/// A small generator with a fixed seed (Marsaglia 2003, xorshift64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }
}

#[test]
fn specimens_are_sound() {
    for (name, bytes) in specimens() {
        let extracted = read(name, &bytes).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert!(extracted.questions.iter().all(|&at| extracted.text[at..].starts_with('#')), "{name}");
    }
}

#[test]
fn no_damage_makes_a_reader_panic() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut panics = Vec::new();
    for (name, bytes) in specimens() {
        for round in 0..400 {
            let mut damaged = bytes.clone();
            match round % 4 {
                0 => damaged.truncate(dice.below(bytes.len())),
                1 => (0..=dice.below(4)).for_each(|_| {
                    let at = dice.below(bytes.len());
                    damaged[at] ^= 1 << dice.below(8);
                }),
                2 => (0..=dice.below(16)).for_each(|_| {
                    let at = dice.below(bytes.len());
                    damaged[at] = u8::try_from(dice.below(256)).unwrap();
                }),
                _ => {
                    let (from, length, to) = (dice.below(bytes.len()), dice.below(64), dice.below(bytes.len()));
                    let piece = bytes[from..bytes.len().min(from + length)].to_vec();
                    damaged.splice(to..to, piece);
                }
            }
            let outcome = catch_unwind(AssertUnwindSafe(|| read(name, &damaged)));
            match outcome {
                Ok(Ok(extracted)) => {
                    assert!(extracted.questions.iter().all(|&at| extracted.text.is_char_boundary(at)), "{name} {round}")
                }
                Ok(Err(_)) => {}
                Err(_) => panics.push(format!("{name} {round}")),
            }
        }
    }
    assert!(panics.is_empty(), "{panics:?}");
}

#[test]
fn floods_stay_small() {
    let deep_markdown = "> ".repeat(20_000) + "x";
    let many_cells = format!("|{}\n|{}\n", "a|".repeat(20_000), "-|".repeat(20_000));
    let wide_html = format!("<table><tr>{}</table>", "<td colspan=1000 rowspan=1000>x".repeat(2_000));
    let attributes = format!("<p {}>x</p>", "a=1 ".repeat(100_000));
    let brackets = "[".repeat(50_000) + "x";
    let json = "[".repeat(100_000) + "1";
    for (name, text) in [
        ("a.md", deep_markdown),
        ("a.md", many_cells),
        ("a.html", wide_html),
        ("a.html", attributes),
        ("a.md", brackets),
        ("a.json", json),
    ] {
        // Whether it is read or refused is all the same; that it ends is the point.
        drop(read(name, text.as_bytes()));
    }
}
