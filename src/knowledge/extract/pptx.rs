//! Presentations: each slide under its title, with its lists, tables and speaker's notes.

use super::package::{Package, resolve};
use super::page::{LINE_BREAK, Page, tidy};
use super::xml::{Element, Node};
use crate::knowledge::document::{Extracted, Refusal};

const SLIDES_LIMIT: usize = 2000;

/// # Errors
/// As the package says; [`Refusal::Broken`] when there is no list of slides.
pub fn read(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let mut package = Package::open(bytes)?;
    let mut page = Page::default();
    page.title = package
        .xml("docProps/core.xml")
        .ok()
        .flatten()
        .and_then(|core| core.all("title").first().map(|title| title.text()))
        .filter(|title| is_title(title));
    let slides = slides(&mut package)?;
    for (number, name) in slides.iter().enumerate() {
        if page.is_full() {
            break;
        }
        let Ok(Some(slide)) = package.xml(name) else {
            page.warn("slide_unreadable", format!("slide {} could not be read", number + 1));
            continue;
        };
        if slide.child("sld").is_some_and(|slide| slide.attribute("show") == Some("0")) {
            continue;
        }
        let shapes = slide.all("spTree");
        for tree in &shapes {
            write_titles(&mut page, tree);
        }
        for tree in &shapes {
            write_shapes(&mut page, tree);
        }
        for (kind, target) in relations(&mut package, name) {
            match kind.as_str() {
                "diagramData" => write_part(&mut package, &mut page, &target, |page, part| {
                    for point in part.all("pt") {
                        point.all("p").into_iter().for_each(|paragraph| page.item(0, None, &text(paragraph)));
                    }
                }),
                "notesSlide" => write_part(&mut package, &mut page, &target, |page, part| {
                    for shape in part.all("sp").into_iter().filter(|shape| placeholder(shape) == Some("body")) {
                        shape.all("p").into_iter().for_each(|paragraph| page.paragraph(&text(paragraph)));
                    }
                }),
                _ => {}
            }
        }
    }
    page.finish()
}

fn is_title(title: &str) -> bool {
    let lower = title.trim().to_lowercase();
    !lower.is_empty() && !lower.starts_with("powerpoint") && !lower.starts_with("slide 1")
}

/// Names of the slides' parts in the order in which they are shown.
fn slides(package: &mut Package<'_>) -> Result<Vec<String>, Refusal> {
    const MAIN: &str = "ppt/presentation.xml";
    let main = package.xml(MAIN)?.unwrap_or_default();
    let relations = package.xml("ppt/_rels/presentation.xml.rels")?.unwrap_or_default();
    let target = |id: &str| {
        relations
            .all("Relationship")
            .into_iter()
            .find(|relation| relation.attribute("Id") == Some(id))
            .and_then(|relation| relation.attribute("Target"))
    };
    let listed: Vec<String> = main
        .all("sldId")
        .into_iter()
        // `id` and `r:id` differ in their prefix only; the relationship is the one that is no number.
        .filter_map(|slide| slide.attributes_named("id").into_iter().find_map(target))
        .map(|target| resolve(MAIN, target))
        .take(SLIDES_LIMIT)
        .collect();
    if !listed.is_empty() {
        return Ok(listed);
    }
    // A presentation with a damaged list still has its slides, numbered.
    let mut found: Vec<(usize, String)> = package
        .names()
        .into_iter()
        .filter_map(|name| Some((name.strip_prefix("ppt/slides/slide")?.strip_suffix(".xml")?.parse().ok()?, name)))
        .collect();
    found.sort();
    found.truncate(SLIDES_LIMIT);
    if found.is_empty() {
        Err(Refusal::Broken("it has no slides".to_owned()))
    } else {
        Ok(found.into_iter().map(|(_, name)| name).collect())
    }
}

/// The last word of the kind, and the part, of everything that a part refers to.
fn relations(package: &mut Package<'_>, name: &str) -> Vec<(String, String)> {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let Ok(Some(part)) = package.xml(&format!("{folder}/_rels/{file}.rels")) else { return Vec::new() };
    let one = |relation: &Element| {
        let kind = relation.attribute("Type")?.rsplit('/').next()?.to_owned();
        Some((kind, resolve(name, relation.attribute("Target")?)))
    };
    part.all("Relationship").into_iter().filter_map(one).collect()
}

fn write_part(package: &mut Package<'_>, page: &mut Page, name: &str, write: impl FnOnce(&mut Page, &Element)) {
    if let Ok(Some(part)) = package.xml(name) {
        write(page, &part);
    }
}

fn write_titles(page: &mut Page, tree: &Element) {
    for shape in tree.all("sp").into_iter().filter(|shape| is_title_shape(shape)) {
        let title = tidy(&shape.all("p").into_iter().map(text).collect::<Vec<_>>().join(" "));
        if page.title.is_none() {
            page.title = Some(title.clone());
        }
        page.heading(2, &title);
    }
}

fn is_title_shape(shape: &Element) -> bool {
    matches!(placeholder(shape), Some("title" | "ctrTitle"))
}

fn placeholder(shape: &Element) -> Option<&str> {
    let holder = shape.all("ph").into_iter().next()?;
    Some(holder.attribute("type").unwrap_or("body"))
}

fn write_shapes(page: &mut Page, tree: &Element) {
    for shape in tree.elements() {
        match &*shape.name {
            "grpSp" => write_shapes(page, shape),
            "sp" if is_title_shape(shape) || matches!(placeholder(shape), Some("sldNum" | "dt" | "ftr" | "hdr")) => {}
            "sp" => shape
                .child("txBody")
                .into_iter()
                .for_each(|body| write_body(page, body, placeholder(shape).is_some_and(|kind| kind == "body"))),
            "graphicFrame" => {
                for table in shape.all("tbl") {
                    let row = |row: &Element| {
                        row.all("tc")
                            .into_iter()
                            .map(|cell| cell.all("p").into_iter().map(text).collect::<Vec<_>>().join("\n"))
                            .collect()
                    };
                    page.table(&table.all("tr").into_iter().map(row).collect::<Vec<_>>());
                }
            }
            "AlternateContent" => shape.elements().next().into_iter().for_each(|choice| write_shapes(page, choice)),
            _ => {}
        }
    }
}

/// Paragraphs of a shape. The body of a slide is a list unless it has one paragraph, or says it has no bullets.
fn write_body(page: &mut Page, body: &Element, is_body: bool) {
    let paragraphs: Vec<&Element> = body.elements().filter(|element| &*element.name == "p").collect();
    let filled = paragraphs.iter().filter(|paragraph| !tidy(&text(paragraph)).is_empty()).count();
    for paragraph in paragraphs {
        let properties = paragraph.child("pPr");
        let has = |name: &str| properties.is_some_and(|properties| properties.child(name).is_some());
        let depth = properties
            .and_then(|properties| properties.attribute("lvl"))
            .and_then(|level| level.parse().ok())
            .unwrap_or(0);
        if has("buChar") || has("buAutoNum") || depth > 0 || is_body && filled > 1 && !has("buNone") {
            page.item(depth, None, &text(paragraph));
        } else {
            page.paragraph(&text(paragraph));
        }
    }
}

fn text(paragraph: &Element) -> String {
    let mut out = String::new();
    for run in paragraph.elements() {
        match &*run.name {
            "br" => out.push(LINE_BREAK),
            "r" | "fld" => run.child("t").into_iter().flat_map(|text| &text.children).for_each(|node| {
                if let Node::Text(text) = node {
                    out.push_str(text);
                }
            }),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn shape(kind: &str, paragraphs: &[&str]) -> String {
        let body: String = paragraphs.iter().map(|text| format!("<a:p><a:r><a:t>{text}</a:t></a:r></a:p>")).collect();
        format!("<p:sp><p:nvSpPr><p:nvPr><p:ph type=\"{kind}\"/></p:nvPr></p:nvSpPr><p:txBody>{body}</p:txBody></p:sp>")
    }

    #[test]
    fn slides_come_in_their_order_with_tables_and_notes() {
        let slide = |inner: String| {
            format!("<p:sld xmlns:p=\"p\" xmlns:a=\"a\"><p:cSld><p:spTree>{inner}</p:spTree></p:cSld></p:sld>")
        };
        let table = "<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>Zone</a:t></a:r></a:p></a:txBody></a:tc><a:tc><a:p><a:r><a:t>Fee</a:t></a:r></a:p></a:tc></a:tr><a:tr><a:tc><a:p><a:r><a:t>EU</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>5</a:t></a:r></a:p></a:tc></a:tr></a:tbl></p:graphicFrame>";
        let bytes = samples::zip(&[
            ("ppt/presentation.xml", b"<p:presentation xmlns:p=\"p\" xmlns:r=\"r\"><p:sldIdLst><p:sldId id=\"256\" r:id=\"rId9\"/><p:sldId id=\"257\" r:id=\"rId8\"/></p:sldIdLst></p:presentation>"),
            ("ppt/_rels/presentation.xml.rels", b"<Relationships><Relationship Id=\"rId8\" Target=\"slides/slide1.xml\"/><Relationship Id=\"rId9\" Target=\"slides/slide2.xml\"/></Relationships>"),
            ("ppt/slides/slide1.xml", slide(shape("title", &["Fees"]) + table + &shape("sldNum", &["2"])).as_bytes()),
            ("ppt/slides/slide2.xml", slide(shape("body", &["七天退货", "十五天换货"]) + &shape("title", &["售后政策"])).as_bytes()),
            ("ppt/slides/_rels/slide1.xml.rels", b"<Relationships><Relationship Type=\"x/notesSlide\" Target=\"../notesSlides/n1.xml\"/></Relationships>"),
            ("ppt/notesSlides/n1.xml", format!("<p:notes xmlns:p=\"p\" xmlns:a=\"a\">{}</p:notes>", shape("body", &["Net of tax."])).as_bytes()),
        ]);
        let extracted = read(&bytes).unwrap();
        assert_eq!(extracted.title.as_deref(), Some("售后政策"));
        assert_eq!(
            extracted.text,
            "## 售后政策\n\n- 七天退货\n- 十五天换货\n\n## Fees\n\n| Zone | Fee |\n| --- | --- |\n| EU | 5 |\n\nNet of tax."
        );
    }
}
