//! Cuts a document into chunks: by structure first, then by sentences, within a budget of tokens.
//!
//! A chunk keeps the headings above it, a part of a table keeps the header rows, and an entry of a question-and-answer
//! list keeps its question. In-page tables of contents and lists of links are left out: they name everything, say
//! nothing, and took the first place of half of all questions when they were left in (`docs/benchmarks.md`).

use std::collections::HashSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::knowledge::document::{Chunk, Extracted};
use crate::model::id::ChunkName;
use crate::text::language;

mod contents;
mod outline;
mod pack;
mod size;

/// How large a chunk may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Most cl100k tokens of a chunk, from 32. Headings and question come on top.
    pub tokens: usize,
    /// Tokens of the chunk before that are repeated where one section had to be cut; at most half of `tokens`.
    pub overlap: usize,
}

impl Default for Limits {
    /// 256 tokens fill the window of small embedding models; a cut stands at the end of a sentence, so nothing is repeated.
    fn default() -> Self {
        Self { tokens: 256, overlap: 0 }
    }
}

/// Length of a text in the tokens that chunks are measured in.
#[must_use]
pub fn tokens(text: &str) -> usize {
    size::exact(text)
}

/// The chunks of a document, in the order of its text.
///
/// `&extracted.text[chunk.place]` is the chunk's text, but for a table header that was put before it. A chunk that says
/// exactly the same as an earlier one of the document is left out.
#[must_use]
pub fn chunk(extracted: &Extracted, limits: &Limits) -> Vec<Chunk> {
    let limits = Limits { tokens: limits.tokens.max(32), overlap: limits.overlap.min(limits.tokens.max(32) / 2) };
    let mut sections = outline::sections(&extracted.text, extracted.title.as_deref(), &extracted.questions);
    let all = sections.clone();
    contents::drop_lists_of_links(&extracted.text, &mut sections);
    let chunks = cut(extracted, &sections, &limits);
    // A page that is nothing but links is still the page that was uploaded.
    if chunks.is_empty() { cut(extracted, &all, &limits) } else { chunks }
}

fn cut(extracted: &Extracted, sections: &[outline::Section], limits: &Limits) -> Vec<Chunk> {
    let mut seen = HashSet::new();
    let mut chunks = Vec::new();
    for section in sections {
        for part in pack::parts(&extracted.text, section, limits) {
            let chunk = named(extracted, section, part, chunks.len());
            if seen.insert(chunk.name.clone()) {
                chunks.push(chunk);
            }
        }
    }
    chunks
}

/// A chunk's name covers all that is indexed of it, so that equal names mean equal entries.
fn named(extracted: &Extracted, section: &outline::Section, part: pack::Part, ordinal: usize) -> Chunk {
    let body = &extracted.text[part.place.clone()];
    let text = match part.header {
        Some(Range { start, end }) => format!("{}\n{body}", extracted.text[start..end].trim_end()),
        None => body.to_owned(),
    };
    let title = extracted.title.as_deref().unwrap_or_default();
    // A heading with nothing under it is the text of its chunk, and so not above it.
    let alone = section.place.as_ref().is_some_and(|place| place.contains(&part.place.start));
    let question = section.question.clone().filter(|_| !alone);
    let mut heading = section.heading.clone();
    if alone && section.question.is_none() {
        heading.pop();
    }
    Chunk {
        name: ChunkName::of(&[title, &heading.join("\u{1f}"), question.as_deref().unwrap_or_default(), &text]),
        ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
        heading,
        question,
        language: language::detect(&text),
        tokens: u32::try_from(part.tokens).unwrap_or(u32::MAX),
        place: part.place,
        text,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn document(text: &str) -> Extracted {
        Extracted { title: Some("Shop".into()), text: text.into(), ..Extracted::default() }
    }

    /// One line for each chunk: headings, question, text.
    #[track_caller]
    fn check(extracted: &Extracted, tokens: usize, expected: &str) {
        let mut shown = String::new();
        for chunk in chunk(extracted, &Limits { tokens, overlap: 0 }) {
            let question = chunk.question.map(|question| format!("{question} => ")).unwrap_or_default();
            writeln!(shown, "[{}] {question}{}", chunk.heading.join(" > "), chunk.text.replace('\n', "⏎")).unwrap();
        }
        assert_eq!(shown.trim(), expected.trim());
    }

    #[test]
    fn structure_comes_first() {
        check(
            &document(
                "# Shop\n\nHello.\n\n## Returns\n\nWithin 30 days.\n\n### Shoes\n\nUnworn.\n\n## Empty\n\n## Gifts\n\nYes.\n",
            ),
            64,
            "[] Hello.\n[Returns] Within 30 days.\n[Returns > Shoes] Unworn.\n[] ## Empty\n[Gifts] Yes.",
        );
    }

    #[test]
    fn a_long_section_is_cut_between_sentences_into_even_parts() {
        let sentences: String = (2..8).map(|day| format!("请在签收后第{day}天内申请退货，并保持商品完好。")).collect();
        let text = format!("## 说明\n\n{sentences}");
        let chunks = chunk(&document(&text), &Limits { tokens: 100, overlap: 0 });
        assert_eq!(chunks.len(), 2);
        assert!(chunks.iter().all(|chunk| chunk.text.ends_with('。') && chunk.tokens <= 100));
        let again = chunk(&document(&text), &Limits { tokens: 100, overlap: 40 });
        assert!(again[1].place.start < again[0].place.end, "overlap");
        assert!(again[1].text.starts_with("请在") && again.iter().all(|chunk| chunk.tokens <= 100));
    }

    #[test]
    fn parts_of_a_table_repeat_its_header() {
        let mut text = String::from("| Country | Days |\n|---|---|\n");
        for n in 0..12 {
            writeln!(text, "| Country number {n} | {n} |").unwrap();
        }
        let chunks = chunk(&document(&text), &Limits { tokens: 64, overlap: 0 });
        assert!(chunks.len() > 2);
        for chunk in &chunks {
            assert!(chunk.text.starts_with("| Country | Days |\n|---|---|\n| Country number"), "{}", chunk.text);
            assert!(chunk.text.ends_with(&text[chunk.place.clone()]));
        }
    }

    #[test]
    fn an_entry_of_questions_and_answers_is_one_chunk() {
        let text = "# FAQ\n\n## Can I return shoes?\n\nYes.\n\n### Worn ones\n\nNo.\n\n## 多久到账？\n\n三天。\n";
        let questions = vec![text.find("## Can").unwrap(), text.find("## 多久").unwrap()];
        check(
            &Extracted { questions, ..document(text) },
            64,
            "[FAQ] Can I return shoes? => Yes.⏎⏎### Worn ones⏎⏎No.\n[FAQ] 多久到账？ => 三天。",
        );
    }

    #[test]
    fn lists_of_links_are_dropped_and_text_with_links_is_not() {
        let text = "# Shop\n\n- [Returns](#returns)\n- [Refunds](#refunds)\n\n## Returns\n\nSee [refunds](#refunds) and pay later.\n\n\
            ## Refunds\n\n- [Form](form.html): print it and sign it\n- [Mail](mailto:a@b.example)\n\n\
            ## Related topics\n\n- [A](https://a.example/1)\n- [B](https://a.example/2)\n";
        check(
            &document(text),
            64,
            "[Returns] See [refunds](#refunds) and pay later.\n\
             [Refunds] - [Form](form.html): print it and sign it⏎- [Mail](mailto:a@b.example)",
        );
        check(&document("- [A](#a)\n- [B](#b)\n"), 64, "[] - [A](#a)⏎- [B](#b)");
        let printed = "# Guide\n\n## Contents\n\n1. Returns\n2. Refunds\n3. Gifts\n\n## Returns\n\nR.\n\n## Refunds\n\nF.\n\n## Gifts\n\nG.\n";
        check(&document(printed), 64, "[Guide > Returns] R.\n[Guide > Refunds] F.\n[Guide > Gifts] G.");
        check(
            &document("目录\n\n退货......1\n退款......2\n发票……………3\n\n# 退货\n\n七天。"),
            64,
            "[] 目录\n[退货] 七天。",
        );
    }

    #[test]
    fn a_line_of_a_megabyte_is_cut_within_the_budget() {
        for unit in ["a", "退", "word ", "🎁", "|-", "9"] {
            let text = unit.repeat(200_000 / unit.len());
            let chunks = chunk(&document(&text), &Limits::default());
            assert!(chunks.iter().all(|chunk| chunk.tokens <= 256 && chunk.tokens > 0), "{unit}");
        }
    }

    #[test]
    fn names_follow_the_content() {
        let name = |text: &str| chunk(&document(text), &Limits::default())[0].name.clone();
        assert_eq!(name("## A\n\nx"), name("\n\n## A\n\nx"));
        assert_ne!(name("## A\n\nx"), name("## B\n\nx"));
        assert_eq!(chunk(&document("## A\n\nx\n\n## A\n\nx\n"), &Limits::default()).len(), 1);
    }

    fn block() -> impl Strategy<Value = String> {
        prop_oneof![
            "(#|##|###) [a-z]{1,8}".prop_map(|heading| format!("{heading}\n\n")),
            "([A-Z][a-z ,]{0,60}[.!?] ?){1,8}".prop_map(|text| format!("{text}\n\n")),
            "([退货运费发票天元，]{1,30}[。！？]){1,6}".prop_map(|text| format!("{text}\n\n")),
            "(- [a-z ]{1,30}x\n){1,6}".prop_map(|list| format!("{list}\n")),
            "(\\| [a-z]{1,9} \\| [0-9]{1,9} \\|\n){1,9}".prop_map(|rows| format!("| k | v |\n|---|---|\n{rows}\n")),
            "[a-z\n]{1,40}".prop_map(|code| format!("```\n{code}\n```\n\n")),
            "\\PC{0,40}".prop_map(|noise| format!("{noise}\n\n")),
        ]
    }

    proptest! {
        #[test]
        fn places_are_exact_ordered_and_within_the_budget(blocks in prop::collection::vec(block(), 0..12), tokens in 32_usize..80) {
            let text = blocks.concat();
            let chunks = chunk(&document(&text), &Limits { tokens, overlap: 0 });
            let mut end = 0;
            for (ordinal, chunk) in chunks.iter().enumerate() {
                let body = &text[chunk.place.clone()];
                prop_assert!(chunk.text == body || chunk.text.starts_with('|') && chunk.text.ends_with(body));
                prop_assert!(!body.trim().is_empty() && body.trim() == body);
                prop_assert!(chunk.tokens as usize <= tokens && chunk.tokens > 0);
                prop_assert_eq!(chunk.ordinal as usize, ordinal);
                prop_assert!(chunk.place.start >= end);
                end = chunk.place.end;
            }
        }
    }
}
