//! What another house would have done with a turn, in one word. Pure.

use serde::{Deserialize, Serialize};

use crate::model::decision::Action;
use crate::model::passage::Citation;

/// What a turn came to, as far as two of them are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Came<'a> {
    pub action: Action,
    pub text: &'a str,
    pub citations: &'a [Citation],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Same,
    TextDiffers,
    CitesOther,
    NowAnswers,
    NowOffers,
    NowEscalates,
    NowReplies,
    /// The prompt is another, and no model was asked: nobody knows.
    NotRecomputed,
}

impl Class {
    pub const ALL: [Self; 8] = [
        Self::Same,
        Self::TextDiffers,
        Self::CitesOther,
        Self::NowAnswers,
        Self::NowOffers,
        Self::NowEscalates,
        Self::NowReplies,
        Self::NotRecomputed,
    ];

    /// In English and Chinese.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Same => ("same", "相同"),
            Self::TextDiffers => ("text differs", "措辞不同"),
            Self::CitesOther => ("cites other text", "引用了不同内容"),
            Self::NowAnswers => ("now answers", "改为作答"),
            Self::NowOffers => ("now offers a person", "改为提议转人工"),
            Self::NowEscalates => ("now escalates", "改为转人工"),
            Self::NowReplies => ("now gives a fixed reply", "改为固定回复"),
            Self::NotRecomputed => ("not recomputed", "未能重算"),
        }
    }
}

/// Compares what came with what would come.
#[must_use]
pub fn differ(before: Came<'_>, after: Came<'_>) -> Class {
    if before.action != after.action {
        return match after.action {
            Action::Answer => Class::NowAnswers,
            Action::Offer => Class::NowOffers,
            Action::Escalate => Class::NowEscalates,
            Action::Reply => Class::NowReplies,
        };
    }
    // A document keeps its name through its revisions, a quote its words; numbers and ids do not matter to a reader.
    let places = |came: Came<'_>| -> Vec<(String, String)> {
        let mut places: Vec<_> =
            came.citations.iter().map(|citation| (citation.source.clone(), citation.quote.clone())).collect();
        places.sort();
        places.dedup();
        places
    };
    if places(before) != places(after) {
        return Class::CitesOther;
    }
    if before.text.trim() == after.text.trim() { Class::Same } else { Class::TextDiffers }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::{ChunkName, DocumentId};
    use uuid::Uuid;

    fn citation(source: &str, quote: &str) -> Citation {
        Citation {
            number: 1,
            document: DocumentId(Uuid::nil()),
            chunk: ChunkName::of(&[quote]),
            title: String::new(),
            source: source.to_owned(),
            heading: Vec::new(),
            quote: quote.to_owned(),
            start: 0,
            end: quote.len(),
        }
    }

    #[test]
    fn the_first_difference_that_matters_is_named() {
        let (a, b) = ([citation("a.md", "30 days")], [citation("a.md", "45 days")]);
        let came = |action, text, citations| Came { action, text, citations };
        for (before, after, class) in [
            (came(Action::Answer, "x", &a[..]), came(Action::Answer, "x ", &a[..]), Class::Same),
            (came(Action::Answer, "x", &a[..]), came(Action::Answer, "y", &a[..]), Class::TextDiffers),
            (came(Action::Answer, "x", &a[..]), came(Action::Answer, "x", &b[..]), Class::CitesOther),
            (came(Action::Offer, "x", &[][..]), came(Action::Answer, "y", &b[..]), Class::NowAnswers),
            (came(Action::Answer, "x", &a[..]), came(Action::Offer, "y", &[][..]), Class::NowOffers),
            (came(Action::Answer, "x", &a[..]), came(Action::Escalate, "y", &[][..]), Class::NowEscalates),
            (came(Action::Offer, "x", &[][..]), came(Action::Reply, "y", &[][..]), Class::NowReplies),
            (came(Action::Escalate, "x", &[][..]), came(Action::Escalate, "x", &[][..]), Class::Same),
        ] {
            assert_eq!(differ(before, after), class);
        }
    }
}
