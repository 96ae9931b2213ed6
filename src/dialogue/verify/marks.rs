//! Citation marks in what a model wrote: `[1]`, `[1, 3]`, `[1][2]`, `【2】`.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::pattern::pattern;

static MARK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\s*(?:\[|【|［)\s*((?:passage\s*|段落\s*)?[0-9]{1,3}(?:\s*[,，、;]\s*[0-9]{1,3})*)\s*(?:\]|】|］)(?:\([^)]*\))?",
    )
});
static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern("[0-9]{1,3}"));

/// A sentence without its marks, and the numbers that they held, in order and once each.
#[must_use]
pub fn strip(sentence: &str) -> (String, Vec<usize>) {
    let mut numbers: Vec<usize> = Vec::new();
    for hit in MARK.captures_iter(sentence) {
        for number in NUMBER.find_iter(&hit[1]) {
            if let Ok(number) = number.as_str().parse()
                && !numbers.contains(&number)
            {
                numbers.push(number);
            }
        }
    }
    let text = MARK.replace_all(sentence, "");
    let text = text.trim().trim_start_matches(['-', '*', '•', '·']).trim().replace("**", "");
    (text, numbers)
}

/// Length in bytes of the marks (and the space before them) with which a text starts; 0 when it starts with words.
#[must_use]
pub fn leading(text: &str) -> usize {
    let mut length = 0;
    while let Some(hit) = MARK.find(&text[length..]) {
        if hit.start() != 0 {
            break;
        }
        length += hit.end();
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_every_writing_are_taken_off() {
        for (sentence, text, numbers) in [
            ("Returns are free [1].", "Returns are free.", vec![1]),
            ("Returns are free. [1][2]", "Returns are free.", vec![1, 2]),
            ("支持七天退货【1】。", "支持七天退货。", vec![1]),
            ("- **Free** returns [1, 3]", "Free returns", vec![1, 3]),
            ("In [brackets] without number", "In [brackets] without number", vec![]),
        ] {
            assert_eq!(strip(sentence), (text.to_owned(), numbers), "{sentence}");
        }
        assert_eq!(leading(" [1] [2] Next"), " [1] [2]".len());
        assert_eq!(leading("Next [1]"), 0);
    }
}
