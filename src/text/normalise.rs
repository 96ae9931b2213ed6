//! One written form for what people mean as the same: full and half width, capitals, traditional and simplified.
//!
//! The index and every comparison of words stand on this; what is shown to people is never folded.

use unicode_normalization::UnicodeNormalization;

use super::language::is_han;

/// Folds a text: NFKC (so `１５％` becomes `15%`), lower case, traditional Chinese to simplified.
///
/// Offsets into the result are not offsets into the text.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let composed = match plain(text) {
        Some(composed) => composed,
        None => text.nfkc().flat_map(char::to_lowercase).collect(),
    };
    if composed.chars().any(is_han) { fast2s::convert(&composed) } else { composed }
}

/// The folded form of a text whose characters each fold alone, or `None` when full normalisation is needed. Nearly all
/// Chinese and English text is of this kind, and full NFKC costs ten times as much.
fn plain(text: &str) -> Option<String> {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0'..='\x7f' => folded.push(c.to_ascii_lowercase()),
            // Full-width ASCII lies at a fixed distance.
            '\u{FF01}'..='\u{FF5E}' => folded.push(char::from_u32(c as u32 - 0xFEE0)?.to_ascii_lowercase()),
            '\u{3000}' | '\u{A0}' => folded.push(' '),
            '\u{4E00}'..='\u{9FFF}'
            | '\u{3001}'..='\u{3029}'
            | '\u{2013}'..='\u{2016}'
            | '\u{2018}'..='\u{2022}'
            | '\u{20A0}'..='\u{20A7}'
            | '\u{20A9}'..='\u{20BF}' => folded.push(c),
            '\u{2026}' => folded.push_str("..."),
            '\u{FFE5}' => folded.push('¥'),
            _ => return None,
        }
    }
    Some(folded)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_form_for_one_meaning() {
        for (text, folded) in [
            ("Return POLICY", "return policy"),
            ("ＡＢ－１２３４", "ab-1234"),
            ("退貨後１５％的手續費", "退货后15%的手续费"),
            ("退货运费￥１２．５０", "退货运费¥12.50"),
            ("ﬁle Ⅳ ㎏ ½", "file iv kg 1⁄2"),
            ("Cafe\u{301} É", "caf\u{e9} é"),
            ("等等…", "等等..."),
            ("乾隆 乾淨", "乾隆 干净"),
            ("", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_short_way_agrees_with_full_normalisation(text in "[ -~　-〩一-龥！-～ –—‘’“”•…₠-₧€￥]{0,40}") {
            if let Some(short) = plain(&text) {
                let full: String = text.nfkc().flat_map(char::to_lowercase).collect();
                prop_assert_eq!(short, full);
            }
        }

        #[test]
        fn folding_twice_changes_nothing_more(text in "[a-zA-Z0-9 é退貨後計畫，。１Ａ]{0,30}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
