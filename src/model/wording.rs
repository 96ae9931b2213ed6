//! Texts that a business writes for its customers, in each language that we speak.

use serde::{Deserialize, Serialize};

use crate::text::language::Language;

/// A text in both languages; an empty one means that the reader's side has its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wording {
    pub en: String,
    pub zh: String,
}

impl Wording {
    #[must_use]
    pub fn of(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }

    /// The text in a language; the other one where this is empty.
    #[must_use]
    pub fn pick(&self, language: Language) -> &str {
        let (first, second) = match language {
            Language::En => (&self.en, &self.zh),
            Language::Zh => (&self.zh, &self.en),
        };
        if first.is_empty() { second } else { first }
    }
}

/// Questions that are suggested to somebody who has not written yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Suggestions {
    pub en: Vec<String>,
    pub zh: Vec<String>,
}
