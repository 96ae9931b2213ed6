//! Kinds of files whose mark is a word that a text may begin with as well, "BMW accessories" for example: what follows the
//! mark decides.

/// A picture (BMP): four zero bytes where the header keeps room, and the length of the next header.
#[must_use]
pub fn is_bitmap(head: &[u8]) -> bool {
    head.starts_with(b"BM") && head.get(6..10) == Some(&[0; 4]) && head.get(15..18) == Some(&[0; 3])
}

/// Music with a description in front (ID3): a version, flags, and a length in bytes below 128.
#[must_use]
pub fn is_id3(head: &[u8]) -> bool {
    let length = head.get(6..10).is_some_and(|length| length.iter().all(|byte| *byte < 0x80));
    head.starts_with(b"ID3")
        && matches!(head.get(3), Some(2..=4))
        && matches!(head.get(5), Some(flags) if flags & 0x0F == 0)
        && length
}

/// The kind of a RIFF container: a word of four letters after its length.
#[must_use]
pub fn riff(head: &[u8]) -> Option<&[u8]> {
    let kind = head.get(8..12).filter(|_| head.starts_with(b"RIFF"))?;
    [&b"WAVE"[..], b"AVI ", b"WEBP", b"RMID", b"ACON"].contains(&kind).then_some(kind)
}

/// An archive (bzip2): a block size, then the digits of pi, or of its root where it is empty.
#[must_use]
pub fn is_bzip2(head: &[u8]) -> bool {
    let block = head.get(4..10).is_some_and(|block| {
        block == [0x31, 0x41, 0x59, 0x26, 0x53, 0x59] || block == [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]
    });
    head.starts_with(b"BZh") && matches!(head.get(3), Some(b'1'..=b'9')) && block
}

/// A program for DOS or Windows: its header, of 64 bytes, has zeros, which no text has.
#[must_use]
pub fn is_windows_program(head: &[u8]) -> bool {
    head.starts_with(b"MZ\x90") || head.starts_with(b"MZ") && head.iter().take(64).any(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_believed_with_what_follows_them() {
        let bitmap = b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00";
        assert!(is_bitmap(bitmap) && !is_bitmap(b"BMW accessories are sold here") && !is_bitmap(b"BM"));
        assert!(is_id3(b"ID3\x03\x00\x00\x00\x00\x0f\x76TIT2") && !is_id3(b"ID3 tags of our podcast"));
        assert_eq!(riff(b"RIFF\x24\x08\x00\x00WAVEfmt "), Some(&b"WAVE"[..]));
        assert_eq!((riff(b"RIFF is what we announce."), riff(b"RIFF")), (None, None));
        assert!(is_bzip2(b"BZh91AY&SY\x00") && !is_bzip2(b"BZh90 is a part number"));
        assert!(
            is_windows_program(b"MZ\x90\x00\x03")
                && !is_windows_program("MZ区服务".as_bytes())
                && !is_windows_program(b"MZ Street 5, open daily")
        );
    }
}
