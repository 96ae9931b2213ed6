//! Numbers of a sheet as its author sees them: 0.15 in a cell of percents is 15%, and a price keeps its currency.
//!
//! Number formats are a small language (ECMA-376, part 1, 18.8.31). What is understood here is what decides how an amount
//! reads: sections, conditions, digits, grouping, percent, scale, currency, and words beside the number. Fractions, powers
//! of ten and dates are left to the caller.

/// Longer codes are nobody's: spreadsheets take 255 characters.
const CODE_LIMIT: usize = 255;
/// Digits that a spreadsheet keeps of a number.
const DIGITS: usize = 15;

#[derive(Debug, Default)]
struct Section {
    condition: Option<(Comparison, f64)>,
    tokens: Vec<Token>,
}

#[derive(Clone, Copy, Debug)]
enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    GreaterOrEqual,
    Greater,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// `0`, `#` or `?`: always shown, shown when it counts, or a space in its stead.
    Digit(char),
    Point,
    Comma,
    Percent,
    Text(String),
    /// The number as it is.
    General,
}

/// The number under a format code, or `None` where the code says nothing that is understood here.
#[must_use]
pub fn shown(code: &str, number: f64) -> Option<String> {
    if code.eq_ignore_ascii_case("general") || code.len() > CODE_LIMIT || number.abs() >= 1e15 || !number.is_finite() {
        return None;
    }
    let mut sections = sections(code)?;
    // A section for text says nothing about numbers.
    while sections.len() > 1 && sections.last().is_some_and(|last| last.tokens.contains(&Token::Text("@".to_owned()))) {
        sections.pop();
    }
    let chosen = choose(&sections, number)?;
    let Section { condition, mut tokens } = sections.swap_remove(chosen);
    // A colour or brackets say "negative" on a screen; a text needs the sign.
    let own = number < 0.0 && (chosen > 0 || condition.is_some());
    if own {
        tokens.retain(|token| !matches!(token, Token::Text(text) if text == "(" || text == ")"));
    }
    let text = write(&tokens, number.abs())?;
    let text = text.trim();
    let signed = own && text.split(|c: char| c.is_ascii_digit()).next().is_some_and(|head| head.contains(['-', '−']));
    let counts = text.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    Some(if number < 0.0 && counts && !signed { format!("-{text}") } else { text.to_owned() })
}

/// As a person would write it: 0.1 + 0.2 is 0.3 (a spreadsheet shows at most 15 digits).
#[must_use]
pub fn plain(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    if rounded.abs() >= 1e16 { format!("{rounded:e}") } else { rounded.to_string() }
}

fn choose(sections: &[Section], number: f64) -> Option<usize> {
    if sections.iter().any(|section| section.condition.is_some()) {
        return sections
            .iter()
            .position(|section| section.condition.is_none_or(|(sign, than)| holds(sign, number, than)));
    }
    Some(match sections.len() {
        0 => return None,
        1 => 0,
        _ if number < 0.0 => 1,
        2 => 0,
        _ if number > 0.0 => 0,
        _ => 2,
    })
}

#[expect(clippy::float_cmp, reason = "a condition names the very number")]
fn holds(sign: Comparison, number: f64, than: f64) -> bool {
    match sign {
        Comparison::Less => number < than,
        Comparison::LessOrEqual => number <= than,
        Comparison::Equal => number == than,
        Comparison::NotEqual => number != than,
        Comparison::GreaterOrEqual => number >= than,
        Comparison::Greater => number > than,
    }
}

/// The code's sections, or `None` where it asks for something else than an amount.
fn sections(code: &str) -> Option<Vec<Section>> {
    let mut sections = vec![Section::default()];
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let section = sections.last_mut()?;
        let tokens = &mut section.tokens;
        rest = after;
        match c {
            ';' => sections.push(Section::default()),
            '"' => {
                let (text, behind) = after.split_once('"').unwrap_or((after, ""));
                tokens.push(Token::Text(text.to_owned()));
                rest = behind;
            }
            // The next character as it is; some programs write `!` for it.
            '\\' | '!' => rest = literal(after, |text| tokens.push(Token::Text(text))),
            // A space as wide as the next character, or that character until the cell is full: neither is text.
            '_' | '*' => rest = literal(after, |_| ()),
            '[' => {
                let (inner, behind) = after.split_once(']')?;
                rest = behind;
                if let Some(symbol) = inner.strip_prefix('$') {
                    let symbol = symbol.split_once('-').map_or(symbol, |(symbol, _)| symbol);
                    tokens.push(Token::Text(symbol.to_owned()));
                } else if let Some(condition) = condition(inner) {
                    section.condition = Some(condition);
                } else if inner.chars().all(|c| "hHmMsS".contains(c)) {
                    return None;
                }
            }
            '0' | '#' | '?' => tokens.push(Token::Digit(c)),
            '.' if !tokens.contains(&Token::Point) => tokens.push(Token::Point),
            ',' => tokens.push(Token::Comma),
            '%' => tokens.push(Token::Percent),
            'E' | 'e' if after.starts_with(['+', '-']) => return None,
            '/' if after.starts_with(['?', '#']) || after.starts_with(|c: char| c.is_ascii_digit()) => return None,
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => return None,
            'G' | 'g' => match general(after) {
                Some(behind) => {
                    tokens.push(Token::General);
                    rest = behind;
                }
                None => return None,
            },
            other => tokens.push(Token::Text(other.to_string())),
        }
    }
    Some(sections)
}

fn literal(after: &str, mut take: impl FnMut(String)) -> &str {
    let Some(c) = after.chars().next() else { return after };
    take(c.to_string());
    &after[c.len_utf8()..]
}

/// What follows the word for "as it is", of which the first letter was read; Chinese programs write their own.
fn general(after: &str) -> Option<&str> {
    match after.get(..6) {
        Some(word) if word.eq_ignore_ascii_case("eneral") => Some(&after[6..]),
        _ => after.strip_prefix("/通用格式"),
    }
}

fn condition(inner: &str) -> Option<(Comparison, f64)> {
    let signs = [
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<>", Comparison::NotEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
        ("=", Comparison::Equal),
    ];
    signs.iter().find_map(|(sign, comparison)| Some((*comparison, inner.strip_prefix(sign)?.trim().parse().ok()?)))
}

fn write(tokens: &[Token], number: f64) -> Option<String> {
    let point = tokens.iter().position(|token| *token == Token::Point).unwrap_or(tokens.len());
    let is_digit = |token: &Token| matches!(token, Token::Digit(_));
    let last = tokens[..point].iter().rposition(is_digit);
    // A comma between digits groups them; each one behind the last digit leaves out three.
    let first = tokens.iter().position(is_digit);
    let grouped = matches!((first, last), (Some(first), Some(last)) if tokens[first..last].contains(&Token::Comma));
    let commas = |at: usize| tokens[at + 1..].iter().take_while(|token| **token == Token::Comma).count();
    let end = tokens.iter().rposition(is_digit).filter(|end| Some(*end) != last);
    let thousands = last.map_or(0, commas) + end.map_or(0, commas);
    let percents = tokens.iter().filter(|token| **token == Token::Percent).count();
    let places = tokens[point..].iter().filter(|token| is_digit(token)).count();
    let shift = i32::try_from(2 * percents).ok()? - i32::try_from(3 * thousands).ok()?;
    let (whole, fraction) = decimal(number, places, shift)?;

    let mut left = tokens[..point].iter().filter(|token| is_digit(token)).count();
    let (mut at, mut out) = (0, String::new());
    let counting = fraction.trim_end_matches('0').len();
    let always = tokens[point..].iter().filter(|token| is_digit(token)).collect::<Vec<_>>();
    let always = always.iter().rposition(|token| **token == Token::Digit('0')).map_or(0, |last| last + 1);
    let mut decimals = fraction.chars().take(counting.max(always));
    for (place, token) in tokens.iter().enumerate() {
        match token {
            Token::Digit(kind) if place < point => {
                left -= 1;
                // The first place takes all digits that have no place of their own.
                while whole.len() > at && whole.len() - at > left {
                    out.push_str(&whole[at..=at]);
                    at += 1;
                    let following = whole.len() - at;
                    if grouped && following > 0 && following % 3 == 0 {
                        out.push(',');
                    }
                }
                if whole.len() <= left && *kind == '0' {
                    out.push('0');
                    if grouped && left > 0 && left % 3 == 0 {
                        out.push(',');
                    }
                }
            }
            Token::Digit(_) => out.extend(decimals.next()),
            Token::Point => {
                out.push_str(&whole[at..]);
                if counting.max(always) > 0 {
                    out.push('.');
                }
            }
            Token::Percent => out.push('%'),
            Token::Text(text) => out.push_str(text),
            Token::General => out.push_str(&plain(number)),
            Token::Comma => {}
        }
    }
    Some(out)
}

/// The number's digits before and after the point, moved by `shift` and rounded to `places` as people round: half goes up.
fn decimal(number: f64, places: usize, shift: i32) -> Option<(String, String)> {
    let text = format!("{number:.*e}", DIGITS - 1);
    let (mantissa, exponent) = text.split_once('e')?;
    // Zeros in front, so that there is always a digit before the point and room for a carry.
    let before = exponent.parse::<i32>().ok()? + 1 + shift;
    let zeros = 1 + usize::try_from(-before).unwrap_or(0);
    let mut digits = vec![0_u8; zeros];
    digits.extend(mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0'));
    let point = usize::try_from(i32::try_from(zeros).ok()? + before).ok()?;
    let keep = point + places;
    let up = digits.get(keep).is_some_and(|next| *next >= 5);
    digits.resize(keep, 0);
    let mut at = keep;
    while up && at > 0 {
        at -= 1;
        digits[at] = (digits[at] + 1) % 10;
        if digits[at] > 0 {
            break;
        }
    }
    let text: String = digits.iter().map(|digit| char::from(digit + b'0')).collect();
    let (whole, fraction) = text.split_at(point);
    Some((whole.trim_start_matches('0').to_owned(), fraction.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_their_author_sees_them() {
        for (code, number, expected) in [
            ("0%", 0.15, "15%"),
            ("0.00%", 0.0725, "7.25%"),
            ("0\\ %", 1.5, "150 %"),
            ("0", 2.5, "3"),
            ("0.00", 1.005, "1.01"),
            ("0.00", 9.999, "10.00"),
            ("0.0##", 1.5, "1.5"),
            ("0.##", 12.0, "12"),
            (".00", 0.5, ".50"),
            ("#,##0", 1_234_567.0, "1,234,567"),
            ("#,##0.00", 999.996, "1,000.00"),
            ("\"$\"#,##0.00", 1234.5, "$1,234.50"),
            ("$#,##0", -5.0, "-$5"),
            ("[$€-407]\\ #,##0.00", 1234.5, "€ 1,234.50"),
            ("#,##0.00\\ [$€-407];[Red]\\-#,##0.00\\ [$€-407]", -19.9, "-19.90 €"),
            ("[$¥-804]#,##0.00;[$¥-804]\\-#,##0.00", 88.0, "¥88.00"),
            ("0.00\"元/件\"", 3.0, "3.00元/件"),
            ("0!.0,\"万\"", 12_345.0, "1.2万"),
            ("0.0,,\"M\"", 2_500_000.0, "2.5M"),
            ("_(\"$\"* #,##0.00_);_(\"$\"* \\(#,##0.00\\);_(\"$\"* \"-\"??_);_(@_)", -7.0, "-$7.00"),
            ("_(\"$\"* #,##0.00_);_(\"$\"* \\(#,##0.00\\);_(\"$\"* \"-\"??_);_(@_)", 0.0, "$-"),
            ("0.00;[Red]0.00", -3.0, "-3.00"),
            ("0;-0;\"free\"", 0.0, "free"),
            ("[>=1000]0,\"k\";0", 4200.0, "4k"),
            ("[>=1000]0,\"k\";0", 420.0, "420"),
            ("General\" pcs\"", 12.0, "12 pcs"),
            ("G/通用格式\"件\"", 12.0, "12件"),
            ("000-0000", 5_551_234.0, "555-1234"),
            ("00000", 42.0, "00042"),
            ("0;@", -2.0, "-2"),
            (";;;", 5.0, ""),
        ] {
            assert_eq!(shown(code, number).as_deref(), Some(expected), "{code} of {number}");
        }
    }

    #[test]
    fn what_is_no_amount_is_left_to_the_caller() {
        for (code, number) in [
            ("General", 0.15),
            ("# ?/?", 0.5),
            ("0.00E+00", 1.0),
            ("yyyy-mm-dd", 46_025.0),
            ("[h]:mm", 1.0),
            ("0%", f64::NAN),
            ("0", 1e300),
            ("[>5]0", 1.0),
            ("[broken", 1.0),
        ] {
            assert_eq!(shown(code, number), None, "{code} of {number}");
        }
        assert_eq!(shown(&"0".repeat(256), 1.0), None);
    }

    proptest::proptest! {
        #[test]
        fn no_code_and_no_number_breaks_it(code in "[0#?.,%;$\"\\\\_*\\[\\]()<>=E+/@G元 -]{0,24}", number in proptest::num::f64::ANY) {
            drop(shown(&code, number));
        }
    }
}
