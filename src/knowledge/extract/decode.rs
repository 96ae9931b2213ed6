//! Bytes to characters: byte-order marks, strict UTF-8, UTF-16 without a mark, and for everything older a detector.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

/// A text, and what was guessed on the way to it.
#[derive(Debug, PartialEq)]
pub struct Decoded {
    pub text: String,
    /// The name of the encoding when it was guessed, for a warning.
    pub guessed: Option<&'static str>,
    /// Characters that the encoding could not explain.
    pub lost: usize,
}

/// Decodes a text; `declared` is the label that the document itself gives (a `charset`), believed when it fits.
#[must_use]
pub fn decode(bytes: &[u8], declared: Option<&str>) -> Decoded {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return with(encoding, &bytes[mark..], None);
    }
    // A file may end in the middle of a character when it was cut: only an error before the end speaks against UTF-8.
    match std::str::from_utf8(bytes) {
        Ok(text) if !looks_like_utf16(bytes) => return Decoded { text: text.to_owned(), guessed: None, lost: 0 },
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 && !bytes.contains(&0) => {
            return with(UTF_8, bytes, None);
        }
        _ => {}
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return with(encoding, bytes, Some(encoding.name()));
    }
    if let Some(encoding) = declared.and_then(|label| Encoding::for_label(label.trim().as_bytes())).map(wider) {
        let decoded = with(encoding, bytes, None);
        if decoded.lost == 0 {
            return decoded;
        }
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = wider(detector.guess(None, Utf8Detection::Allow));
    let decoded = with(guess, bytes, Some(guess.name()));
    if decoded.lost == 0 {
        return decoded;
    }
    // The detector can be led astray by a few damaged bytes; the reading that loses least is the best one left.
    [UTF_8, GB18030, BIG5]
        .into_iter()
        .map(|encoding| with(encoding, bytes, Some(encoding.name())))
        .chain([decoded])
        .min_by_key(|decoded| decoded.lost)
        .expect("the list is not empty")
}

/// The encoding that a stretch of text of a known Windows code page has.
#[must_use]
pub fn code_page(number: u32) -> &'static Encoding {
    let label = match number {
        936 => "gb18030",
        950 => "big5",
        932 => "shift_jis",
        949 => "euc-kr",
        65001 => "utf-8",
        874 => "windows-874",
        10000 => "macintosh",
        1250..=1258 => {
            return Encoding::for_label(format!("windows-{number}").as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252);
        }
        _ => "windows-1252",
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252)
}

fn with(encoding: &'static Encoding, bytes: &[u8], guessed: Option<&'static str>) -> Decoded {
    let (text, _, damaged) = encoding.decode(bytes);
    let lost = if damaged { text.matches('\u{FFFD}').count() } else { 0 };
    Decoded { text: text.into_owned(), guessed, lost }
}

/// GB18030 reads everything that GBK reads, and more.
fn wider(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == GBK { GB18030 } else { encoding }
}

fn looks_like_utf16(bytes: &[u8]) -> bool {
    bytes.contains(&0) && utf16_without_mark(bytes).is_some()
}

/// UTF-16 shows itself by zero bytes in one half only (Latin letters), or, in Chinese, by line ends and spaces whose
/// other byte is zero while nearly all units are characters that texts are written in.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(8192) & !1];
    if sample.len() < 4 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let zeros = |half: usize| sample.iter().skip(half).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if even == 0 && odd == 0 {
        return None;
    }
    // Line ends and Latin letters put zeros into the high half; a few Chinese characters have one in the low half.
    [(UTF_16LE, odd, even), (UTF_16BE, even, odd)].into_iter().find_map(|(encoding, high, low)| {
        let text = encoding.decode_without_bom_handling(sample).0;
        let usual = text.chars().filter(|&c| is_usual(c)).count();
        (high > low && usual * 100 >= text.chars().count() * 95).then_some(encoding)
    })
}

fn is_usual(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{A0}'..='\u{24F}' | '\u{2010}'..='\u{2030}' | '\u{3000}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZH: &str = "退货政策\r\n自签收之日起七天内可以无理由退货，运费由买家承担。客服电话：400-123-4567。\r\n";
    const TW: &str = "退貨政策\r\n自簽收之日起七天內可以無理由退貨，運費由買家承擔。請聯絡客服。\r\n";
    const EN: &str = "Café prices – “all-in” £5, naïve customers welcome. Déjà vu?\r\n";

    #[test]
    fn texts_of_every_encoding_come_back() {
        let utf16 = |text: &str, big: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
        for (name, bytes, expected) in [
            ("utf-8", ZH.as_bytes().to_vec(), ZH),
            ("utf-8 with a mark", marked(&[0xEF, 0xBB, 0xBF], ZH.as_bytes().to_vec()), ZH),
            ("utf-16le with a mark", marked(&[0xFF, 0xFE], utf16(ZH, false)), ZH),
            ("utf-16be with a mark", marked(&[0xFE, 0xFF], utf16(EN, true)), EN),
            ("utf-16le", utf16(ZH, false), ZH),
            ("utf-16be", utf16(ZH, true), ZH),
            ("utf-16le en", utf16("Plain words.", false), "Plain words."),
            ("gbk", GBK.encode(ZH).0.into_owned(), ZH),
            (
                "gb18030",
                GB18030.encode("㐀𠀀这是四字节的汉字，客户服务，退货与退款说明。").0.into_owned(),
                "㐀𠀀这是四字节的汉字，客户服务，退货与退款说明。",
            ),
            ("big5", BIG5.encode(TW).0.into_owned(), TW),
            ("cp1252", encoding_rs::WINDOWS_1252.encode(EN).0.into_owned(), EN),
        ] {
            let decoded = decode(&bytes, None);
            assert_eq!((decoded.text.as_str(), decoded.lost), (expected, 0), "{name}");
        }
    }

    #[test]
    fn a_declared_encoding_is_believed_only_when_it_fits() {
        let gbk = GBK.encode(ZH).0;
        assert_eq!(decode(&gbk, Some("gb2312")).text, ZH);
        assert_eq!(decode(ZH.as_bytes(), Some("gbk")).text, ZH);
        assert_eq!(decode(&gbk, Some("utf-8")).text, ZH);
    }

    #[test]
    fn a_text_cut_inside_a_character_is_still_utf8() {
        let bytes = &ZH.as_bytes()[..ZH.find('货').unwrap() + 1];
        assert!(decode(bytes, None).text.starts_with('退'));
    }
}
