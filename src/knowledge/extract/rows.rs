//! Rows of a sheet: a list of questions and answers where it is one, a table with its header otherwise.

use super::page::{self, LINE_BREAK, Page};
use super::question;

type Row = Vec<String>;

const QUESTION_NAMES: &[&str] = &[
    "question",
    "questions",
    "q",
    "faq",
    "faq question",
    "customer question",
    "问题",
    "问",
    "提问",
    "标准问题",
    "标准问",
    "常见问题",
    "客户问题",
    "用户问题",
    "問題",
];
const ANSWER_NAMES: &[&str] = &[
    "answer",
    "answers",
    "a",
    "reply",
    "response",
    "faq answer",
    "solution",
    "答案",
    "答",
    "解答",
    "回答",
    "回复",
    "答复",
    "标准答案",
    "标准回答",
    "解决方案",
    "解决办法",
    "回復",
];

/// Writes the rows of one sheet. Headings of questions have `level`.
pub fn write(page: &mut Page, rows: &[Row], level: usize) {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).collect();
    let width = rows.iter().map(|row| filled(row)).max().unwrap_or(0);
    // A line above the table with one cell in use is its caption.
    let captions = if width > 1 {
        rows.iter().take_while(|row| filled(row) == 1 && !is_heading_of_answers(row)).count()
    } else {
        0
    };
    for caption in &rows[..captions.min(rows.len())] {
        for cell in caption.iter().filter(|cell| !cell.trim().is_empty()) {
            page.paragraph(cell);
        }
    }
    let rows = &rows[captions.min(rows.len())..];
    let Some((header, body)) = rows.split_first() else { return };
    if let Some((asked, answer)) = named_columns(header) {
        entries(page, body, Some(header), asked, answer, level);
    } else if width >= 2 && looks_like_questions(rows) {
        let first_is_header = !question::is_question(cell(header, 0));
        let names = first_is_header.then_some(*header);
        entries(page, if first_is_header { body } else { rows }, names, 0, 1, level);
    } else {
        tables(page, header, body);
    }
}

/// A table, or several under one header: a row with one cell in use between full ones names the part that follows.
fn tables(page: &mut Page, header: &Row, body: &[&Row]) {
    let mut part = vec![header.clone()];
    for (number, row) in body.iter().enumerate() {
        let opens = filled(header) > 2 && filled(row) == 1 && body.get(number + 1).is_some_and(|next| filled(next) > 1);
        if opens {
            end_table(page, &mut part, header);
            row.iter().filter(|cell| !cell.trim().is_empty()).for_each(|cell| page.paragraph(cell));
        } else if *row != header {
            part.push((*row).clone());
        }
    }
    end_table(page, &mut part, header);
}

fn end_table(page: &mut Page, part: &mut Vec<Row>, header: &Row) {
    if part.len() > 1 {
        page.table(part);
    } else if page.is_empty() {
        page.paragraph(&part.concat().join(" "));
    }
    *part = vec![header.clone()];
}

fn entries(page: &mut Page, rows: &[&Row], header: Option<&Row>, asked: usize, answer: usize, level: usize) {
    for row in rows {
        let (question, text) = (cell(row, asked).trim(), cell(row, answer).trim());
        if question.is_empty() || text.is_empty() {
            for cell in row.iter().filter(|cell| !cell.trim().is_empty()) {
                page.paragraph(cell);
            }
            continue;
        }
        page.ask(level, question);
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            page.paragraph(line);
        }
        let extras: Vec<String> = (0..row.len())
            .filter(|&column| column != asked && column != answer && !cell(row, column).trim().is_empty())
            .map(|column| match header.map(|header| cell(header, column).trim()) {
                Some(name) if !name.is_empty() => format!("{name}: {}", page::one_line(cell(row, column))),
                _ => page::one_line(cell(row, column)),
            })
            .collect();
        page.paragraph(&extras.join(&LINE_BREAK.to_string()));
    }
}

fn named_columns(header: &Row) -> Option<(usize, usize)> {
    let find = |names: &[&str]| {
        header.iter().position(|cell| {
            let name = page::one_line(cell).to_lowercase();
            let bare =
                name.split(['(', '（', '/']).next().unwrap_or_default().trim_end_matches([':', '：', '*']).trim();
            names.contains(&bare)
        })
    };
    Some((find(QUESTION_NAMES)?, find(ANSWER_NAMES)?)).filter(|(asked, answer)| asked != answer)
}

fn is_heading_of_answers(row: &Row) -> bool {
    row.iter().any(|cell| question::is_question(cell))
}

/// Without telling names: most first cells ask, and most second cells are filled and do not.
fn looks_like_questions(rows: &[&Row]) -> bool {
    let asking = rows.iter().filter(|row| question::is_question(cell(row, 0))).count();
    let answered =
        rows.iter().filter(|row| !cell(row, 1).trim().is_empty() && !question::is_question(cell(row, 1))).count();
    asking >= 2 && asking * 10 >= rows.len() * 6 && answered * 10 >= rows.len() * 6
}

fn filled(row: &Row) -> usize {
    row.iter().filter(|cell| !cell.trim().is_empty()).count()
}

fn cell(row: &Row, column: usize) -> &str {
    row.get(column).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(rows: &[&[&str]]) -> (String, usize) {
        let rows: Vec<Row> = rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect();
        let mut page = Page::default();
        write(&mut page, &rows, 3);
        let extracted = page.finish().unwrap();
        (extracted.text, extracted.questions.len())
    }

    #[test]
    fn named_columns_make_entries() {
        let (text, questions) = written(&[
            &["分类", "标准问题", "答案"],
            &["退货", "多久能退款？", "三个工作日。\n节假日顺延。"],
            &["退货", "运费谁出", "买家。"],
        ]);
        assert_eq!(questions, 2);
        assert_eq!(
            text,
            "### 多久能退款？\n\n三个工作日。\n\n节假日顺延。\n\n分类: 退货\n\n### 运费谁出\n\n买家。\n\n分类: 退货"
        );
    }

    #[test]
    fn a_first_column_that_asks_makes_entries() {
        let (text, questions) =
            written(&[&["How long is delivery?", "2 days"], &["Can I return it?", "Yes, for 30 days"]]);
        assert_eq!(questions, 2);
        assert_eq!(text, "### How long is delivery?\n\n2 days\n\n### Can I return it?\n\nYes, for 30 days");
    }

    #[test]
    fn a_named_part_of_a_table_keeps_the_header() {
        let (text, _) = written(&[
            &["Plan", "Fee", "Data"],
            &["S", "5", "1"],
            &["Abroad", "", ""],
            &["Plan", "Fee", "Data"],
            &["M", "9", "3"],
        ]);
        let header = "| Plan | Fee | Data |\n| --- | --- | --- |";
        assert_eq!(text, format!("{header}\n| S | 5 | 1 |\n\nAbroad\n\n{header}\n| M | 9 | 3 |"));
    }

    #[test]
    fn other_rows_are_a_table_under_their_caption() {
        let (text, questions) = written(&[
            &["Shipping fees", "", ""],
            &["Zone", "Fee", "Days"],
            &["EU", "5 €", "3"],
            &["", "", ""],
            &["US", "9 €", "7"],
        ]);
        assert_eq!(questions, 0);
        assert_eq!(
            text,
            "Shipping fees\n\n| Zone | Fee | Days |\n| --- | --- | --- |\n| EU | 5 € | 3 |\n| US | 9 € | 7 |"
        );
    }
}
