//! How long a text is in tokens: a cheap guess for packing, the exact count once for each chunk.

use tiktoken_rs::cl100k_base_singleton;

/// Exact length in cl100k tokens. The first call loads the vocabulary (80 ms, 23 MiB).
pub(super) fn exact(text: &str) -> usize {
    cl100k_base_singleton().encode_ordinary(text).len()
}

/// A guess of the length in tokens from the kinds of characters, from above for ordinary text; 30 times as fast.
pub(super) fn guess(text: &str) -> usize {
    text.chars().map(sixteenths).sum::<usize>().div_ceil(16)
}

/// What one character weighs, in sixteenths of a token, averaged over English and Chinese help pages.
pub(super) fn sixteenths(c: char) -> usize {
    match c {
        'a'..='z' | 'A'..='Z' | ' ' => 4,
        '0'..='9' => 7,
        '\n' | '\t' => 8,
        '\0'..='\x7f' => 12,
        '\u{4E00}'..='\u{9FFF}' => 18,
        '\0'..='\u{FFFF}' => 16,
        _ => 48,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guess_is_near_and_rather_above() {
        for text in [
            "You may return unused items within thirty days of delivery, and we pay the postage for members.",
            "自签收之日起七天内，商品完好的，可以申请无理由退货，运费由会员权益承担。",
            "| Country | Days | Price |\n|---|---|---|\n| Norway | 7 | 12.50 |",
        ] {
            let (guess, exact) = (guess(text), exact(text));
            assert!(guess >= exact && guess * 2 <= exact * 3 + 24, "{guess} {exact} {text}");
        }
    }
}
