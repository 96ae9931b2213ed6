//! Old Word files (97 to 2003): the text pieces of the main document, best effort.
//!
//! Word's own headings are not read; what
//! is plainly one is found by its look. Format: [MS-DOC], sections 2.4.1 (piece table) and 2.8.25 (special characters).

use std::io::{Cursor, Read};

use super::page::{LINE_BREAK, Page};
use super::{decode, prose};
use crate::knowledge::document::{Extracted, Refusal};

const STREAM_LIMIT: u64 = 128 << 20;

/// # Errors
/// [`Refusal::Encrypted`], [`Refusal::Unsupported`] for versions before 97, [`Refusal::Broken`] when pieces are missing.
pub fn read(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|error| broken(&error.to_string()))?;
    let mut stream = |name: &str| -> Option<Vec<u8>> {
        let mut out = Vec::new();
        file.open_stream(name).ok()?.take(STREAM_LIMIT).read_to_end(&mut out).ok()?;
        Some(out)
    };
    let main = stream("/WordDocument").ok_or_else(|| broken("its text is missing"))?;
    let version = u16_at(&main, 2).ok_or_else(|| broken("its head is missing"))?;
    let flags = u16_at(&main, 0x0A).unwrap_or_default();
    if flags & 0x0100 != 0 {
        return Err(Refusal::Encrypted);
    }
    if version < 0x00C1 {
        return Err(Refusal::Unsupported("it was written by a Word older than 97; save it as .docx or PDF".to_owned()));
    }
    let table = stream(if flags & 0x0200 != 0 { "/1Table" } else { "/0Table" })
        .ok_or_else(|| broken("its table of pieces is missing"))?;
    let text = pieces(&main, &table).ok_or_else(|| broken("its table of pieces cannot be read"))?;
    let mut page = Page::default();
    page.warn(
        "formatting_lost",
        "the file has the format of Word 97; headings were guessed. Save it as .docx for a better result",
    );
    write(&mut page, &text);
    page.finish()
}

fn broken(reason: &str) -> Refusal {
    Refusal::Broken(reason.to_owned())
}

/// The main document's characters, from the piece table (Clx: property runs, then `Pcdt` with its `PlcPcd`).
fn pieces(main: &[u8], table: &[u8]) -> Option<String> {
    let (start, length) = (u32_at(main, 0x01A2)? as usize, u32_at(main, 0x01A6)? as usize);
    let wanted = u32_at(main, 0x4C)? as usize;
    let clx = table.get(start..start.checked_add(length)?)?;
    let mut at = 0;
    while *clx.get(at)? == 1 {
        at += 3 + u16_at(clx, at + 1)? as usize;
    }
    let size = u32_at(clx, at + 1)? as usize;
    let plc = clx.get(at + 5..(at + 5).checked_add(size)?)?;
    let count = size.checked_sub(4)? / 12;
    let mut text = String::new();
    let mut taken = 0_usize;
    for piece in 0..count {
        let length = (u32_at(plc, 4 * piece + 4)?.checked_sub(u32_at(plc, 4 * piece)?)? as usize)
            .min(wanted.saturating_sub(taken));
        let place = u32_at(plc, 4 * (count + 1) + 8 * piece + 2)?;
        let narrow = place & 0x4000_0000 != 0;
        let from = (place & 0x3FFF_FFFF) as usize / if narrow { 2 } else { 1 };
        let bytes = main.get(from..main.len().min(from.saturating_add(length * if narrow { 1 } else { 2 })))?;
        taken += length;
        let encoding = if narrow { decode::code_page(1252) } else { encoding_rs::UTF_16LE };
        text.push_str(&encoding.decode_without_bom_handling(bytes).0);
    }
    Some(text)
}

/// Paragraph marks end paragraphs, cell marks end cells; of a field only its result is shown.
fn write(page: &mut Page, text: &str) {
    let (mut paragraph, mut cells, mut row_open) = (String::new(), Vec::<String>::new(), false);
    let (mut fields, mut table): (Vec<bool>, Vec<Vec<String>>) = (Vec::new(), Vec::new());
    for c in text.chars() {
        match c {
            '\u{13}' => fields.push(true),
            '\u{14}' => drop(fields.last_mut().map(|hidden| *hidden = false)),
            '\u{15}' => drop(fields.pop()),
            _ if fields.iter().any(|hidden| *hidden) => {}
            '\u{7}' if paragraph.trim().is_empty() && row_open => {
                table.push(std::mem::take(&mut cells));
                paragraph.clear();
                row_open = false;
            }
            '\u{7}' => {
                cells.push(std::mem::take(&mut paragraph));
                row_open = true;
            }
            '\r' if row_open => paragraph.push('\n'),
            '\r' | '\u{C}' => {
                end_table(page, &mut table);
                end_paragraph(page, &paragraph);
                paragraph.clear();
            }
            '\u{B}' => paragraph.push(LINE_BREAK),
            '\u{1E}' => paragraph.push('-'),
            '\t' => paragraph.push('\t'),
            _ if c.is_control() => {}
            _ => paragraph.push(c),
        }
    }
    table.push(cells);
    end_table(page, &mut table);
    end_paragraph(page, &paragraph);
}

fn end_table(page: &mut Page, table: &mut Vec<Vec<String>>) {
    if table.iter().any(|row| !row.is_empty()) {
        page.table(&std::mem::take(table));
    }
    table.clear();
}

fn end_paragraph(page: &mut Page, paragraph: &str) {
    match paragraph.contains(LINE_BREAK) {
        true => page.paragraph(paragraph),
        false => prose::write(page, paragraph),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use super::*;

    /// A file of one UTF-16 piece.
    pub(in super::super) fn doc(text: &str, flags: u16) -> Vec<u8> {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut main = vec![0_u8; 0x200];
        main[..4].copy_from_slice(&[0xEC, 0xA5, 0xC1, 0x00]);
        main[0x0A..0x0C].copy_from_slice(&flags.to_le_bytes());
        main[0x4C..0x50].copy_from_slice(&(units.len() as u32 / 2).to_le_bytes());
        main[0x1A6..0x1AA].copy_from_slice(&21_u32.to_le_bytes());
        main.extend(&units);
        let mut table = vec![2, 16, 0, 0, 0];
        table.extend(0_u32.to_le_bytes());
        table.extend((units.len() as u32 / 2).to_le_bytes());
        table.extend([0, 0]);
        table.extend(0x200_u32.to_le_bytes());
        table.extend([0, 0]);
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream("/WordDocument").unwrap().write_all(&main).unwrap();
        file.create_stream("/0Table").unwrap().write_all(&table).unwrap();
        file.into_inner().into_inner()
    }

    #[test]
    fn paragraphs_tables_and_fields_are_read() {
        let text = "第一章 退货\r七天之内可以退货。\rZone\u{7}Fee\u{7}\u{7}EU\u{7}5\u{7}\u{7}See \u{13}HYPERLINK \"x\"\u{14}the form\u{15}.\r";
        assert_eq!(
            read(&doc(text, 0)).unwrap().text,
            "## 第一章 退货\n\n七天之内可以退货。\n\n| Zone | Fee |\n| --- | --- |\n| EU | 5 |\n\nSee the form."
        );
    }

    #[test]
    fn encrypted_and_torn_files_are_refused() {
        assert_eq!(read(&doc("x", 0x0100)), Err(Refusal::Encrypted));
        assert!(matches!(read(&doc("text\r", 0)[..700]), Err(Refusal::Broken(_))));
    }
}
