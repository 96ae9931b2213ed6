//! Plain text in any encoding.

use super::page::Page;
use super::{decode, prose};
use crate::knowledge::document::{Extracted, Refusal};

/// # Errors
/// [`Refusal::Empty`] when there are no words.
pub fn read(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let decoded = decode::decode(bytes, None);
    let mut page = Page::default();
    if let Some(encoding) = decoded.guessed {
        page.warn("encoding_guessed", format!("the encoding was guessed to be {encoding}"));
    }
    if decoded.lost > 0 {
        page.warn("characters_lost", format!("{} characters could not be read", decoded.lost));
    }
    prose::write(&mut page, &decoded.text);
    page.title = decoded
        .text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .filter(|line| is_title(line))
        .map(str::to_owned);
    page.finish()
}

/// A first line that is short and no sentence names the text.
fn is_title(line: &str) -> bool {
    line.chars().count() <= 60 && !line.ends_with(['。', '.', '，', ',', '；', ';', ':', '：'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_short_line_is_the_title() {
        let extracted = read("\u{FEFF}退货政策\r\n\r\n七天之内可以退货。\r\n".as_bytes()).unwrap();
        assert_eq!(
            (extracted.title.as_deref(), extracted.text.as_str()),
            (Some("退货政策"), "退货政策\n\n七天之内可以退货。")
        );
        assert!(extracted.warnings.is_empty());
        assert_eq!(read("It is a sentence.".as_bytes()).unwrap().title, None);
    }

    #[test]
    fn a_guess_is_told() {
        let bytes = encoding_rs::GBK.encode("保修期为两年，自签收之日起计算。").0;
        let extracted = read(&bytes).unwrap();
        assert_eq!(extracted.text, "保修期为两年，自签收之日起计算。");
        assert_eq!(extracted.warnings[0].code, "encoding_guessed");
    }
}
