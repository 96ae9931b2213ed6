//! The merged settings for people: every value with the place that it comes from, secrets masked.

use figment::Figment;
use figment::value::{Dict, Value};

use crate::config::layers::is_secret;

const MASK: &str = "********";

/// The settings as TOML. What does not come from the embedded file has its source beside it.
#[must_use]
pub fn as_toml(figment: &Figment) -> String {
    let mut text = String::new();
    table(figment, &mut Vec::new(), &merged(figment), &mut text);
    text
}

/// The settings as JSON.
#[must_use]
pub fn as_json(figment: &Figment) -> serde_json::Value {
    serde_json::to_value(merged(figment)).unwrap_or_default()
}

/// The merged settings, secrets masked.
fn merged(figment: &Figment) -> Dict {
    let mut settings: Dict = figment.extract().unwrap_or_default();
    mask(&mut settings);
    settings
}

fn mask(settings: &mut Dict) {
    for (key, value) in settings.iter_mut() {
        match value {
            Value::Dict(_, inner) => mask(inner),
            Value::Array(_, items) => items.iter_mut().for_each(|item| {
                if let Value::Dict(_, inner) = item {
                    mask(inner);
                }
            }),
            Value::String(..) if is_secret(key) => *value = Value::from(MASK),
            _ => {}
        }
    }
}

fn table(figment: &Figment, path: &mut Vec<String>, settings: &Dict, text: &mut String) {
    // TOML wants plain values before tables.
    for (key, value) in settings.iter().filter(|(_, value)| !matches!(value, Value::Dict(..))) {
        let full = path.iter().chain([key]).cloned().collect::<Vec<_>>().join(".");
        let written = toml::Value::try_from(value).map(|value| value.to_string()).unwrap_or_default();
        let source = figment.find_metadata(&full).map(|metadata| metadata.name.as_ref());
        match source {
            Some(source) if !source.contains("TOML source string") => {
                text.push_str(&format!("{key} = {written}  # {source}\n"));
            }
            _ => text.push_str(&format!("{key} = {written}\n")),
        }
    }
    for (key, value) in settings {
        if let Value::Dict(_, inner) = value {
            path.push(key.clone());
            text.push_str(&format!("\n[{}]\n", path.join(".")));
            table(figment, path, inner, text);
            path.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layers::Layers;

    #[test]
    fn what_is_shown_can_be_read_again_and_tells_no_secret() {
        let environment = vec![
            ("FRONTDESK_SERVER__ADMIN_TOKEN".to_owned(), "a very secret admin token".to_owned()),
            ("FRONTDESK_WEB__KEEP_ALIVE_S".to_owned(), "30".to_owned()),
        ];
        let figment = Layers { environment, ..Layers::default() }.figment().unwrap();
        let shown = as_toml(&figment);
        assert!(!shown.contains("very secret"), "{shown}");
        assert!(shown.contains("keep_alive_s = 30  # environment variable FRONTDESK_WEB__KEEP_ALIVE_S"), "{shown}");
        let table: toml::Table = toml::from_str(&shown).unwrap();
        assert_eq!(table["server"]["admin_token"].as_str(), Some(MASK));
        assert_eq!(as_json(&figment)["server"]["admin_token"], MASK);
    }
}
