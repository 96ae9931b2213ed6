//! What Word's styles and numberings mean: which paragraph is a heading, which list counts.

use std::collections::{HashMap, HashSet};

use super::package::{Package, resolve};
use super::xml::Element;
use crate::knowledge::document::Refusal;

#[derive(Debug, Default)]
pub struct Styles {
    /// Style id → heading level from 1.
    headings: HashMap<String, usize>,
    /// Style id → (numbering, level).
    numberings: HashMap<String, (String, usize)>,
    /// Numberings and levels that count; others are bullets.
    numbered: HashSet<(String, usize)>,
}

impl Styles {
    /// Reads what is there; without a style sheet there are no headings.
    #[must_use]
    pub fn read(package: &mut Package<'_>, main: &str) -> Self {
        let mut styles = Self::default();
        if let Ok(Some(sheet)) = package.xml(&resolve(main, "styles.xml")) {
            styles.learn(&sheet);
        }
        if let Ok(Some(part)) = package.xml(&resolve(main, "numbering.xml")) {
            styles.learn_numbering(&part);
        }
        styles
    }

    /// The level of a heading of that style.
    #[must_use]
    pub fn heading(&self, style: &str) -> Option<usize> {
        self.headings.get(style).copied()
    }

    #[must_use]
    pub fn numbering(&self, style: &str) -> Option<(String, usize)> {
        self.numberings.get(style).cloned()
    }

    #[must_use]
    pub fn is_numbered(&self, list: &str, depth: usize) -> bool {
        self.numbered.contains(&(list.to_owned(), depth))
    }

    fn learn(&mut self, sheet: &Element) {
        let styles: HashMap<&str, &Element> =
            sheet.all("style").into_iter().filter_map(|style| Some((style.attribute("styleId")?, style))).collect();
        for (&id, &style) in &styles {
            // A style says it itself or inherits it; a circle of styles ends after a few steps.
            let mut link = Some(style);
            for _ in 0..10 {
                let Some(style) = link else { break };
                if !self.headings.contains_key(id)
                    && let Some(level) = own_level(style)
                {
                    self.headings.insert(id.to_owned(), level);
                }
                if !self.numberings.contains_key(id)
                    && let Some(numbering) = style.at(&["pPr", "numPr"])
                    && let Some(list) = numbering.child("numId").and_then(|list| list.attribute("val"))
                {
                    let depth = numbering
                        .child("ilvl")
                        .and_then(|level| level.attribute("val"))
                        .and_then(|level| level.parse().ok());
                    self.numberings.insert(id.to_owned(), (list.to_owned(), depth.unwrap_or(0)));
                }
                link = style
                    .child("basedOn")
                    .and_then(|base| base.attribute("val"))
                    .and_then(|base| styles.get(base).copied());
            }
        }
    }

    fn learn_numbering(&mut self, part: &Element) {
        let mut counting: HashSet<(&str, usize)> = HashSet::new();
        for list in part.all("abstractNum") {
            for level in list.all("lvl") {
                let format = level.child("numFmt").and_then(|format| format.attribute("val")).unwrap_or("decimal");
                let depth = level.attribute("ilvl").and_then(|depth| depth.parse().ok());
                if let (Some(id), Some(depth)) = (list.attribute("abstractNumId"), depth)
                    && !matches!(format, "bullet" | "none")
                {
                    counting.insert((id, depth));
                }
            }
        }
        for list in part.all("num") {
            let Some((id, base)) =
                list.attribute("numId").zip(list.child("abstractNumId").and_then(|base| base.attribute("val")))
            else {
                continue;
            };
            self.numbered
                .extend(counting.iter().filter(|(other, _)| *other == base).map(|(_, depth)| (id.to_owned(), *depth)));
        }
    }
}

fn own_level(style: &Element) -> Option<usize> {
    let name = style.child("name")?.attribute("val")?.to_lowercase();
    if name == "title" {
        return Some(1);
    }
    let outline = style
        .at(&["pPr", "outlineLvl"])
        .and_then(|level| level.attribute("val"))
        .and_then(|level| level.parse::<usize>().ok());
    let named = name
        .strip_prefix("heading ")
        .or_else(|| name.strip_prefix("标题 "))
        .and_then(|level| level.trim().parse().ok());
    named.or(outline.filter(|&level| level < 9).map(|level| level + 1)).filter(|level| (1..=9).contains(level))
}

/// The part that holds the text; it is nearly always `word/document.xml`.
///
/// # Errors
/// As the package says.
pub fn main_part(package: &mut Package<'_>) -> Result<String, Refusal> {
    if package.has("word/document.xml") {
        return Ok("word/document.xml".to_owned());
    }
    let relations = package.xml("_rels/.rels")?.unwrap_or_default();
    let target = relations
        .all("Relationship")
        .into_iter()
        .find(|relation| relation.attribute("Type").is_some_and(|kind| kind.ends_with("/officeDocument")));
    Ok(target
        .and_then(|relation| relation.attribute("Target"))
        .map_or_else(|| "word/document.xml".to_owned(), |target| resolve("", target)))
}

/// A switch is on unless it says otherwise.
#[must_use]
pub fn is_on(switch: &Element) -> bool {
    !matches!(switch.attribute("val"), Some("0" | "false" | "none" | "off"))
}
