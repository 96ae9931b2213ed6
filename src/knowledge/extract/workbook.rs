//! Spreadsheets (XLSX, XLSB, XLS): every sheet under a heading, rows as questions and answers or as a table.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, DataRef, ExcelDateTime, Reader, Sheets, Xls, Xlsb, Xlsx};

use super::number_format::{plain, shown};
use super::package::Package;
use super::page::Page;
use super::rows;
use crate::knowledge::document::{Extracted, Refusal};

/// Cells with content that one workbook may have; more are left out, with a warning.
const CELLS_LIMIT: usize = 1_000_000;
/// Columns that are read; nobody writes knowledge into the 201st.
const COLUMNS_LIMIT: u32 = 200;

/// What of a sheet has content.
#[derive(Debug, Default)]
struct Sheet {
    cells: BTreeMap<(u32, u32), String>,
    /// It has numbers whose formats this kind of file does not give away.
    bare: bool,
}

/// # Errors
/// [`Refusal::Encrypted`], [`Refusal::Broken`], [`Refusal::TooLarge`], or [`Refusal::Empty`] when no cell has content.
pub fn read(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let mut book = open(bytes)?;
    let names: Vec<(String, bool)> = book
        .sheets_metadata()
        .iter()
        .map(|sheet| (sheet.name.clone(), sheet.visible == calamine::SheetVisible::Visible))
        .collect();
    let mut page = Page::default();
    let mut left = CELLS_LIMIT;
    let many = names.iter().filter(|(_, visible)| *visible).count() > 1;
    for (name, visible) in names {
        if !visible {
            page.warn("sheet_hidden", "hidden sheets were left out");
            continue;
        }
        let Some(sheet) = sheet(&mut book, &name, &mut left) else {
            page.warn("sheet_unreadable", format!("the sheet {name} could not be read"));
            continue;
        };
        if left == 0 {
            page.warn("cells_cut", format!("only the first {CELLS_LIMIT} cells were kept"));
        }
        if sheet.bare {
            page.warn(
                "formats_lost",
                "numbers of this old format come without their percent and currency signs; save it as .xlsx",
            );
        }
        if sheet.cells.is_empty() {
            continue;
        }
        // "Sheet1" is the program's word, not the author's.
        if many || !is_default_name(&name) {
            page.heading(2, &name);
        }
        rows::write(&mut page, &grid(sheet.cells), 3);
    }
    page.finish()
}

fn open(bytes: &[u8]) -> Result<Sheets<Cursor<&[u8]>>, Refusal> {
    let broken = |error: &dyn std::fmt::Display| match error.to_string() {
        text if text.contains("password") => Refusal::Encrypted,
        text => Refusal::Broken(format!("the workbook cannot be read ({text})")),
    };
    if !bytes.starts_with(b"PK") {
        return Ok(Sheets::Xls(Xls::new(Cursor::new(bytes)).map_err(|error| broken(&error))?));
    }
    let mut package = Package::open(bytes)?;
    package.verify()?;
    if package.has("xl/workbook.bin") {
        return Ok(Sheets::Xlsb(Xlsb::new(Cursor::new(bytes)).map_err(|error| broken(&error))?));
    }
    Ok(Sheets::Xlsx(Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?))
}

/// Cells that have content. They are taken one by one: a sheet may claim 17 billion cells and have two.
fn sheet(book: &mut Sheets<Cursor<&[u8]>>, name: &str, left: &mut usize) -> Option<Sheet> {
    let mut sheet = Sheet::default();
    let mut add = |position: (u32, u32), text: String| {
        if *left > 0 && position.1 < COLUMNS_LIMIT && !text.trim().is_empty() {
            *left -= 1;
            sheet.cells.insert(position, text);
        }
        *left > 0
    };
    match book {
        Sheets::Xlsx(book) => {
            let mut reader = book.worksheet_cells_reader(name).ok()?;
            while let Ok(Some((cell, style))) = reader.next_cell_with_style_id() {
                let format = reader.styles().get(style).and_then(|style| style.number_format.as_ref());
                let code = format.map_or("General", |format| &format.format_code);
                if !add(cell.get_position(), reference_text(cell.get_value(), code)) {
                    break;
                }
            }
        }
        Sheets::Xlsb(book) => {
            let mut reader = book.worksheet_cells_reader(name).ok()?;
            while let Ok(Some(cell)) = reader.next_cell() {
                sheet.bare |= matches!(cell.get_value(), DataRef::Float(_) | DataRef::Int(_));
                if !add(cell.get_position(), reference_text(cell.get_value(), "General")) {
                    break;
                }
            }
        }
        other => {
            let range = other.worksheet_range(name).ok()?;
            let (row, column) = range.start().unwrap_or_default();
            for (down, across, value) in range.used_cells() {
                let position = (row.saturating_add(down as u32), column.saturating_add(across as u32));
                sheet.bare |= matches!(value, Data::Float(_) | Data::Int(_));
                if !add(position, data_text(value)) {
                    break;
                }
            }
        }
    }
    Some(sheet)
}

/// Rows from the first used one; empty rows between are dropped, columns keep their places.
fn grid(cells: BTreeMap<(u32, u32), String>) -> Vec<Vec<String>> {
    let first = cells.keys().map(|(_, column)| *column).min().unwrap_or(0);
    let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for ((row, column), text) in cells {
        let row = rows.entry(row).or_default();
        row.resize((column - first) as usize, String::new());
        row.push(text);
    }
    rows.into_values().collect()
}

fn is_default_name(name: &str) -> bool {
    ["sheet", "工作表", "tabelle", "feuil"].iter().any(|default| {
        name.to_lowercase()
            .strip_prefix(default)
            .is_some_and(|rest| rest.trim().bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// A cell as its number format shows it.
fn reference_text(value: &DataRef<'_>, code: &str) -> String {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        #[expect(clippy::cast_precision_loss, reason = "a spreadsheet keeps 15 digits")]
        DataRef::Int(number) => shown(code, *number as f64).unwrap_or_else(|| number.to_string()),
        DataRef::Float(number) => shown(code, *number).unwrap_or_else(|| plain(*number)),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(date) => date_text(date),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

fn data_text(value: &Data) -> String {
    match value {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => plain(*number),
        Data::Bool(truth) => truth.to_string(),
        Data::DateTime(date) => date_text(date),
        _ => String::new(),
    }
}

/// `2026-01-03`, with its time of day when there is one; hours and minutes for a duration.
fn date_text(date: &ExcelDateTime) -> String {
    if !(0.0..=2_958_466.0).contains(&date.as_f64()) {
        return plain(date.as_f64());
    }
    if date.is_duration() {
        let minutes = (date.as_f64() * 1440.0).round() as u64;
        return format!("{}:{:02}", minutes / 60, minutes % 60);
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let clock =
        if second > 0 { format!("{hour:02}:{minute:02}:{second:02}") } else { format!("{hour:02}:{minute:02}") };
    match (date.as_f64() < 1.0, hour, minute, second) {
        (true, ..) => clock,
        (_, 0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {clock}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn text_cell(place: &str, text: &str) -> String {
        format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    }

    #[test]
    fn questions_dates_and_numbers_are_read() {
        let data = format!(
            "<row r=\"1\">{}{}{}</row><row r=\"2\">{}{}<c r=\"C2\" s=\"1\"><v>46025</v></c></row>",
            text_cell("A1", "问题"),
            text_cell("B1", "答案"),
            text_cell("C1", "有效期"),
            text_cell("A2", "怎么退货？"),
            text_cell("B2", "联系客服。")
        );
        let extracted = read(&samples::xlsx("售后", &data)).unwrap();
        assert_eq!(extracted.text, "## 售后\n\n### 怎么退货？\n\n联系客服。\n\n有效期: 2026-01-03");
        assert_eq!(&extracted.text[extracted.questions[0]..][..3], "###");
    }

    #[test]
    fn a_sheet_that_claims_to_be_endless_is_small() {
        let data = format!(
            "<row r=\"1\">{}<c r=\"B1\"><v>0.30000000000000004</v></c></row><row r=\"1048576\">{}{}{}</row>",
            text_cell("A1", "Fee"),
            text_cell("A1048576", "last"),
            text_cell("B1048576", "x"),
            text_cell("XFD1048576", "far")
        );
        assert_eq!(read(&samples::xlsx("Sheet1", &data)).unwrap().text, "| Fee | 0.3 |\n| --- | --- |\n| last | x |");
    }

    #[test]
    fn percents_and_prices_keep_their_signs() {
        let styles = "<numFmts><numFmt numFmtId=\"164\" formatCode=\"&quot;¥&quot;#,##0.00\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"9\"/><xf numFmtId=\"10\"/><xf numFmtId=\"164\"/><xf numFmtId=\"14\"/></cellXfs>";
        let row = |number: u32, cells: &str| format!("<row r=\"{number}\">{cells}</row>");
        let styled =
            |place: &str, style: u32, value: &str| format!("<c r=\"{place}\" s=\"{style}\"><v>{value}</v></c>");
        let data = [
            row(1, &["A1", "B1", "C1"].map(|place| text_cell(place, place)).concat()),
            row(2, &[styled("A2", 1, "0.15"), styled("B2", 3, "1299"), styled("C2", 4, "46025")].concat()),
            row(3, &[styled("A3", 2, "0.0725"), styled("B3", 0, "1299.5"), styled("C3", 9, "7")].concat()),
        ];
        let read = read(&samples::xlsx_styled("Sheet1", styles, &data.concat())).unwrap();
        let rows: Vec<&str> = read.text.lines().skip(2).collect();
        assert_eq!(rows, ["| 15% | ¥1,299.00 | 2026-01-03 |", "| 7.25% | 1299.5 | 7 |"]);
        assert!(read.warnings.is_empty(), "{:?}", read.warnings);
    }

    #[test]
    fn an_empty_book_is_empty() {
        assert_eq!(read(&samples::xlsx("Sheet1", "")), Err(Refusal::Empty));
    }
}
