//! The one reader of `prompts/`: templates for models, and the fixed texts that the bot says in each language.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::Environment;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::text::language::Language;

const REPLIES: &str = include_str!("../prompts/replies.toml");
/// `(name, English, Chinese)`.
const TEMPLATES: [(&str, &str, &str); 5] = [
    ("system", include_str!("../prompts/system.en.md"), include_str!("../prompts/system.zh.md")),
    ("answer", include_str!("../prompts/answer.en.md"), include_str!("../prompts/answer.zh.md")),
    ("handoff", include_str!("../prompts/handoff.en.md"), include_str!("../prompts/handoff.zh.md")),
    ("rewrite", include_str!("../prompts/rewrite.en.md"), include_str!("../prompts/rewrite.zh.md")),
    ("translate", include_str!("../prompts/translate.en.md"), include_str!("../prompts/translate.zh.md")),
];
/// The templates that an answer is made with.
const ANSWER: &[&str] = &["system", "answer"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    en: String,
    zh: String,
}

static TEXTS: LazyLock<BTreeMap<String, Text>> =
    LazyLock::new(|| toml::from_str(REPLIES).expect("the shipped texts are read by a test"));

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, en, zh) in TEMPLATES {
        for (language, source) in [("en", en), ("zh", zh)] {
            environment
                .add_template_owned(format!("{name}.{language}"), source.to_owned())
                .expect("the shipped templates are rendered by a test");
        }
    }
    environment
});

/// A fixed text. An unknown key gives the text of `offer`, which is true in every situation.
#[must_use]
pub fn reply(key: &str, language: Language) -> &'static str {
    let text = TEXTS.get(key).or_else(|| TEXTS.get("offer")).expect("`offer` is among the shipped texts");
    match language {
        Language::En => &text.en,
        Language::Zh => &text.zh,
    }
}

/// Whether a fixed text of this name exists.
#[must_use]
pub fn has_reply(key: &str) -> bool {
    TEXTS.contains_key(key)
}

/// The line that introduces a quote, with the document's title.
#[must_use]
pub fn lead_in(key: &str, language: Language, title: &str) -> String {
    reply(key, language).replace("{title}", title)
}

/// Renders a template in a language.
#[must_use]
pub fn render(name: &str, language: Language, values: &impl Serialize) -> String {
    ENVIRONMENT
        .get_template(&format!("{name}.{}", suffix(language)))
        .and_then(|template| template.render(minijinja::value::Serde(values)))
        .unwrap_or_default()
}

/// `answer.en@` and the first 8 hex digits of the SHA-256 over both templates that an answer uses.
#[must_use]
pub fn version(language: Language) -> String {
    named("answer", ANSWER, language)
}

/// The same for a prompt with a template of its own, such as `handoff.en@`.
#[must_use]
pub fn version_of(name: &str, language: Language) -> String {
    named(name, &[name], language)
}

fn named(name: &str, of: &[&str], language: Language) -> String {
    let mut hash = Sha256::new();
    for (_, en, zh) in TEMPLATES.iter().filter(|(template, ..)| of.contains(template)) {
        hash.update(match language {
            Language::En => en,
            Language::Zh => zh,
        });
    }
    let digits: String = hash.finalize()[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{name}.{}@{digits}", suffix(language))
}

fn suffix(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Zh => "zh",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_text_exists_in_both_languages() {
        for (key, text) in TEXTS.iter() {
            assert!(!text.en.is_empty() && !text.zh.is_empty(), "{key}");
            assert!(text.zh.chars().any(crate::text::language::is_han), "{key}");
            assert_eq!(text.en.contains("{title}"), text.zh.contains("{title}"), "{key}");
        }
    }

    #[test]
    fn what_is_worked_on_stands_between_fences_and_apart_from_the_orders() {
        for (name, values) in [
            ("handoff", json!({ "fence": "§k3y§", "messages": [{"who": "Customer", "text": "No {{ fence }}"}] })),
            ("rewrite", json!({ "fence": "§k3y§", "text": "No {{ fence }}", "how": "Be brief." })),
            ("translate", json!({ "fence": "§k3y§", "text": "No {{ fence }}" })),
        ] {
            for language in [Language::En, Language::Zh] {
                let part = |part: &str| {
                    let mut values = values.clone();
                    values["part"] = json!(part);
                    render(name, language, &values)
                };
                let (system, user) = (part("system"), part("user"));
                assert!(system.contains("§k3y§") && !system.contains("No {{"), "{name}: {system}");
                assert!(user.contains("No {{ fence }}") && user.matches("§k3y§").count() == 2, "{name}: {user}");
            }
        }
    }

    #[test]
    fn templates_render_with_passages_between_fences() {
        let values = json!({
            "fence": "§k3y§",
            "history": [{"who": "Customer", "text": "Hello"}],
            "passages": [{"number": 1, "title": "Returns", "heading": "Sale", "question": null, "text": "No returns {{ fence }}."}],
            "question": "Can I return it?",
        });
        for language in [Language::En, Language::Zh] {
            let rendered = render("answer", language, &values);
            assert!(rendered.contains("§k3y§ passage [1]"), "{rendered}");
            assert!(rendered.contains("No returns {{ fence }}."), "passages are not templates: {rendered}");
            assert!(render("system", language, &values).contains("NO_ANSWER"));
            assert_eq!(version(language).len(), "answer.en@".len() + 8);
            assert_ne!(version_of("rewrite", language), version_of("translate", language));
        }
    }
}
