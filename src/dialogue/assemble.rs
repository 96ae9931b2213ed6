//! Tokens in, whole sentences out.
//!
//! A sentence is given away when the next one has begun, with the citation marks that
//! follow its full stop; what is not finished stays here and is lost when the stream breaks. Pure.

use crate::dialogue::verify::marks;
use crate::text::sentences::sentences;

/// A text that is still being written.
#[derive(Clone, Debug, Default)]
pub struct Assembler {
    open: String,
}

impl Assembler {
    /// Takes the next piece of text and gives the sentences that it finished.
    pub fn push(&mut self, piece: &str) -> Vec<String> {
        self.open.push_str(piece);
        let mut finished = Vec::new();
        while let Some(end) = self.first_end() {
            let rest = self.open.split_off(end);
            finished.push(std::mem::replace(&mut self.open, rest).trim().to_owned());
        }
        finished
    }

    /// The end of the text was reached as it should be: what is left is a sentence too.
    #[must_use]
    pub fn finish(self) -> Option<String> {
        let rest = self.open.trim();
        (!rest.is_empty()).then(|| rest.to_owned())
    }

    /// Whether what is left looks like a whole sentence, though the model ran out of room.
    #[must_use]
    pub fn ends_well(&self) -> bool {
        let (text, _) = marks::strip(&self.open);
        text.ends_with(['.', '!', '?', '。', '！', '？'])
    }

    fn first_end(&self) -> Option<usize> {
        if !self.open.contains(['.', '!', '?', '。', '！', '？', '；', ';', '…', '\n']) {
            return None;
        }
        let found = sentences(&self.open);
        let (first, next) = (found.first()?, found.get(1)?);
        let end = first.end + marks::leading(&self.open[first.end..]);
        let after = self.open[end..].trim_start();
        // A mark may be on its way: "days. [" waits for "1]".
        let marked = after.starts_with(['[', '【', '［']) && !after.contains([']', '】', '］']);
        (next.end > end && !after.is_empty() && !marked).then_some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&str], finished: &[&str], left: Option<&str>) {
        let mut assembler = Assembler::default();
        let found: Vec<String> = pieces.iter().flat_map(|piece| assembler.push(piece)).collect();
        assert_eq!(found, finished, "{pieces:?}");
        assert_eq!(assembler.finish().as_deref(), left, "{pieces:?}");
    }

    #[test]
    fn marks_stay_with_their_sentence() {
        check(
            &["Returns are free [1]", ". Refunds take", " 5 days. [", "2] Call us"],
            &["Returns are free [1].", "Refunds take 5 days. [2]"],
            Some("Call us"),
        );
        check(&["支持七天退货[1]。运费", "由我们承担。[2]"], &["支持七天退货[1]。"], Some("运费由我们承担。[2]"));
        check(&["- Open the app [1]\n", "- Tap Profile [1]\n"], &["- Open the app [1]"], Some("- Tap Profile [1]"));
        check(&["It costs $4.", "90 [1]."], &[], Some("It costs $4.90 [1]."));
        check(&["NO_", "ANSWER"], &[], Some("NO_ANSWER"));
    }

    #[test]
    fn one_character_at_a_time_gives_the_same() {
        let text = "Returns are free. [1] Refunds take 5 days [2]. 支持退货。[3]";
        let mut whole = Assembler::default();
        let mut single = Assembler::default();
        let at_once = whole.push(text);
        let one_by_one: Vec<String> = text.chars().flat_map(|c| single.push(&c.to_string())).collect();
        assert_eq!(at_once, one_by_one);
        assert_eq!(whole.finish(), single.finish());
    }
}
