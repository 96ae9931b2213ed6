//! CSV and its relatives: encoding and delimiter are detected.

use super::page::Page;
use super::{decode, rows};
use crate::knowledge::document::{Extracted, Refusal};

/// Rows beyond this are left out, with a warning.
const ROWS_LIMIT: usize = 200_000;

/// # Errors
/// [`Refusal::Empty`] when no field has content.
pub fn read(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let decoded = decode::decode(bytes, None);
    let mut page = Page::default();
    if let Some(encoding) = decoded.guessed {
        page.warn("encoding_guessed", format!("the encoding was guessed to be {encoding}"));
    }
    let mut text = decoded.text.trim_start_matches('\u{FEFF}');
    let mut delimiter = delimiter(text);
    // Excel writes its delimiter into a first line `sep=;`.
    if let Some((declared, rest)) = text.strip_prefix("sep=").and_then(|rest| rest.split_once('\n'))
        && let [byte] = declared.trim_end_matches('\r').as_bytes()
    {
        (delimiter, text) = (*byte, rest);
    }
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut grid: Vec<Vec<String>> = Vec::new();
    for record in reader.records().flatten() {
        if grid.len() >= ROWS_LIMIT {
            page.warn("rows_cut", format!("only the first {ROWS_LIMIT} rows were kept"));
            break;
        }
        grid.push(record.iter().take(200).map(str::to_owned).collect());
    }
    rows::write(&mut page, &grid, 3);
    page.finish()
}

/// The delimiter that cuts the first lines into most fields, as equally as possible.
fn delimiter(text: &str) -> u8 {
    let score = |delimiter: u8| {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let widths: Vec<usize> = reader.records().flatten().take(30).map(|record| record.len()).collect();
        let most = widths
            .iter()
            .copied()
            .max_by_key(|width| widths.iter().filter(|other| *other == width).count())
            .unwrap_or(1);
        let equal = widths.iter().filter(|&&width| width == most).count();
        if most < 2 { 0 } else { equal * 1000 / widths.len().max(1) * 100 + most.min(99) }
    };
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|&delimiter| score(delimiter)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_and_encodings_are_found() {
        for text in [
            "Zone,Fee\nEU,\"5, net\"\n",
            "Zone;Fee\nEU;5, net\n",
            "Zone\tFee\nEU\t5, net\n",
            "sep=|\nZone|Fee\nEU|5, net\n",
        ] {
            assert_eq!(read(text.as_bytes()).unwrap().text, "| Zone | Fee |\n| --- | --- |\n| EU | 5, net |", "{text}");
        }
        let gbk = encoding_rs::GBK.encode("问题,答案\n怎么退货？,联系客服。\n").0;
        let extracted = read(&gbk).unwrap();
        assert_eq!(
            (extracted.text.as_str(), extracted.questions.as_slice()),
            ("### 怎么退货？\n\n联系客服。", &[0][..])
        );
    }

    #[test]
    fn an_open_quote_ends_with_the_file() {
        assert!(read(b"Question,Answer\nWhy?,\"never closed\nand on").unwrap().text.contains("never closed"));
    }
}
