//! Small files of our own, built in memory, for the tests of this folder.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub(super) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A document with that body, one heading style (`1`), one numbered list (1) and one footnote (2).
pub(super) fn docx(body: &str) -> Vec<u8> {
    let wrapped =
        |name: &str, inner: &str| format!("<?xml version=\"1.0\"?><w:{name} xmlns:w=\"w\">{inner}</w:{name}>");
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", wrapped("document", &format!("<w:body>{body}</w:body>")).as_bytes()),
        ("word/styles.xml", wrapped("styles", "<w:style w:styleId=\"1\"><w:name w:val=\"heading 1\"/></w:style>").as_bytes()),
        (
            "word/numbering.xml",
            wrapped(
                "numbering",
                "<w:abstractNum w:abstractNumId=\"7\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"decimal\"/></w:lvl></w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"7\"/></w:num>",
            )
            .as_bytes(),
        ),
        ("word/footnotes.xml", wrapped("footnotes", "<w:footnote w:id=\"2\"><w:p><w:r><w:t>Within 30 days.</w:t></w:r></w:p></w:footnote>").as_bytes()),
    ])
}

/// A workbook of one sheet from the inside of its `<sheetData>`; style 1 is a date.
pub(super) fn xlsx(sheet: &str, data: &str) -> Vec<u8> {
    xlsx_styled(sheet, "<cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>", data)
}

/// The same with the inside of its `<styleSheet>`.
pub(super) fn xlsx_styled(sheet: &str, styles: &str, data: &str) -> Vec<u8> {
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let relations = "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    zip(&[
        ("[Content_Types].xml", b"<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
        (
            "_rels/.rels",
            format!("<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"{kind}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>").as_bytes(),
        ),
        ("xl/workbook.xml", format!("<?xml version=\"1.0\"?><workbook {main} {relations}><sheets><sheet name=\"{sheet}\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>").as_bytes()),
        (
            "xl/_rels/workbook.xml.rels",
            format!("<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"{kind}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"{kind}/styles\" Target=\"styles.xml\"/></Relationships>").as_bytes(),
        ),
        (
            "xl/styles.xml",
            format!("<?xml version=\"1.0\"?><styleSheet {main}>{styles}</styleSheet>").as_bytes(),
        ),
        ("xl/worksheets/sheet1.xml", format!("<?xml version=\"1.0\"?><worksheet {main}><dimension ref=\"A1:XFD1048576\"/><sheetData>{data}</sheetData></worksheet>").as_bytes()),
    ])
}

/// A small PDF of our own: one page per text, Helvetica, one line per string.
pub(super) fn pdf(pages: &[&[&str]], trailer: &str) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len()).map(|n| format!("{} 0 R", 4 + 2 * n)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for (number, lines) in pages.iter().enumerate() {
        let shown: String =
            lines.iter().map(|line| format!("({}) Tj T* ", line.replace('(', "\\(").replace(')', "\\)"))).collect();
        let stream = format!("BT /F1 12 Tf 14 TL 72 720 Td {shown}ET");
        objects.push(format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R /Resources << /Font << /F1 3 0 R >> >> >>", 5 + 2 * number));
        objects.push(format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()));
    }
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).bytes());
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    places.iter().for_each(|place| out.extend(format!("{place:010} 00000 n \n").bytes()));
    out.extend(
        format!("trailer << /Size {} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1).bytes(),
    );
    out
}
