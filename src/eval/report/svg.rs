//! Small pictures, drawn as SVG text. They use the page's colours, so they can be printed and seen in the dark.

use std::fmt::Write as _;

use crate::eval::metric::ece::Bin;
use crate::eval::metric::risk::Point;
use crate::eval::stats::Rate;

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 240.0;
/// Room for the axes.
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 34.0;
const TOP: f64 = 10.0;
const RIGHT: f64 = 12.0;

/// Text that is no mark-up.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '"' => plain.push_str("&quot;"),
            '\'' => plain.push_str("&#39;"),
            _ => plain.push(c),
        }
    }
    plain
}

/// What stands at the axes and what the picture is called.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    pub title: &'a str,
    pub across: &'a str,
    pub up: &'a str,
}

/// Accuracy of the answers over the share that is answered, from the surest on.
#[must_use]
pub fn curve(points: &[Point], words: Words<'_>) -> String {
    let lowest = points.iter().map(|point| 1.0 - point.risk).fold(1.0, f64::min);
    let floor = ((lowest * 10.0).floor() / 10.0).clamp(0.0, 0.9);
    let up = |accuracy: f64| (accuracy - floor) / (1.0 - floor);
    let mut drawn = frame(words, floor);
    let mut line = String::new();
    for point in points {
        let _ = write!(line, "{:.1},{:.1} ", x(point.coverage), y(up(1.0 - point.risk)));
    }
    let _ = write!(drawn, r#"<polyline class="line" points="{}"/>"#, line.trim_end());
    drawn + "</svg>"
}

/// Confidence against what came of it; on the diagonal both are equal. Larger dots stand for more cases.
#[must_use]
pub fn reliability(bins: &[Bin], words: Words<'_>) -> String {
    let mut drawn = frame(words, 0.0);
    let _ = write!(
        drawn,
        r#"<line class="rule" x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}"/>"#,
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0)
    );
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(1).max(1) as f64;
    for bin in bins.iter().filter(|bin| bin.count > 0) {
        let radius = 3.0 + 7.0 * (bin.count as f64 / most).sqrt();
        let _ = write!(
            drawn,
            r#"<circle class="dot" cx="{:.1}" cy="{:.1}" r="{radius:.1}"><title>{:.2} → {:.2} (n = {})</title></circle>"#,
            x(bin.confidence),
            y(bin.accuracy),
            bin.confidence,
            bin.accuracy,
            bin.count
        );
    }
    drawn + "</svg>"
}

/// Two histograms over 0 to 1: the first upwards, the second laid over it.
#[must_use]
pub fn histogram(first: &[u64], second: &[u64], names: [&str; 2], words: Words<'_>) -> String {
    let most = first.iter().chain(second).copied().max().unwrap_or(0).max(1) as f64;
    let mut drawn = start(words.title);
    let width = (WIDTH - LEFT - RIGHT) / first.len().max(1) as f64;
    for (class, counts, shift) in [("bar", first, 0.0), ("bar other", second, 0.5)] {
        for (at, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let height = *count as f64 / most;
            let _ = write!(
                drawn,
                r#"<rect class="{class}" x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}"><title>{count}</title></rect>"#,
                LEFT + width * (at as f64 + shift),
                y(height),
                (width * 0.5 - 0.5).max(0.5),
                y(0.0) - y(height)
            );
        }
    }
    axes(&mut drawn, words, [("0", 0.0), ("0.5", 0.5), ("1", 1.0)], [(format!("{most:.0}"), 1.0)]);
    for (at, (class, name)) in [("bar", names[0]), ("bar other", names[1])].into_iter().enumerate() {
        let across = LEFT + 10.0 + 150.0 * at as f64;
        let _ = write!(
            drawn,
            r#"<rect class="{class}" x="{across:.1}" y="{TOP}" width="9" height="9"/><text x="{:.1}" y="{:.1}">{}</text>"#,
            across + 13.0,
            TOP + 9.0,
            escape(name)
        );
    }
    drawn + "</svg>"
}

/// A bar for each group, with the interval of its rate as a whisker.
#[must_use]
pub fn bars<'a>(groups: impl Iterator<Item = (&'a String, &'a Rate)>, title: &str) -> String {
    const ROW: f64 = 20.0;
    const NAME: f64 = 150.0;
    const LONG: f64 = 420.0;
    let groups: Vec<_> = groups.collect();
    let height = ROW * groups.len() as f64 + 6.0;
    let mut drawn = format!(
        r#"<svg class="wide" viewBox="0 0 {:.0} {height:.0}" role="img" aria-label="{}"><title>{}</title>"#,
        NAME + LONG + 90.0,
        escape(title),
        escape(title)
    );
    for (at, (name, rate)) in groups.iter().enumerate() {
        let (share, interval) = (rate.rate.unwrap_or(0.0), rate.interval);
        let top = ROW * at as f64 + 4.0;
        let _ = write!(
            drawn,
            r#"<text class="end" x="{:.1}" y="{:.1}">{}</text><rect class="bar" x="{NAME}" y="{top:.1}" width="{:.1}" height="12"/>"#,
            NAME - 8.0,
            top + 10.0,
            escape(name),
            share * LONG
        );
        if let Some(interval) = interval {
            let _ = write!(
                drawn,
                r#"<line class="whisker" x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}"/>"#,
                NAME + interval.low * LONG,
                top + 6.0,
                NAME + interval.high * LONG,
                top + 6.0
            );
        }
        let _ = write!(
            drawn,
            r#"<text x="{:.1}" y="{:.1}">{:.0} % ({}/{})</text>"#,
            NAME + LONG + 8.0,
            top + 10.0,
            share * 100.0,
            rate.hits,
            rate.of
        );
    }
    drawn + "</svg>"
}

fn x(share: f64) -> f64 {
    LEFT + share.clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT)
}

fn y(share: f64) -> f64 {
    HEIGHT - BOTTOM - share.clamp(0.0, 1.0) * (HEIGHT - BOTTOM - TOP)
}

fn start(title: &str) -> String {
    let title = escape(title);
    format!(r#"<svg viewBox="0 0 {WIDTH:.0} {HEIGHT:.0}" role="img" aria-label="{title}"><title>{title}</title>"#)
}

/// Axes in percent; the one upwards begins at `floor`.
fn frame(words: Words<'_>, floor: f64) -> String {
    let mut drawn = start(words.title);
    let across = [("0 %", 0.0), ("50 %", 0.5), ("100 %", 1.0)];
    let up = [0.0, 0.5, 1.0].map(|place| (format!("{:.0} %", (floor + place * (1.0 - floor)) * 100.0), place));
    axes(&mut drawn, words, across, up);
    drawn
}

fn axes<const A: usize, const U: usize>(
    drawn: &mut String,
    words: Words<'_>,
    across: [(&str, f64); A],
    up: [(String, f64); U],
) {
    let _ = write!(
        drawn,
        r#"<path class="axis" d="M{LEFT} {TOP}V{:.1}H{:.1}"/><text class="end" x="{:.1}" y="{:.1}">{}</text><text transform="translate(10 {:.1}) rotate(-90)" class="end">{}</text>"#,
        y(0.0),
        x(1.0),
        x(1.0),
        HEIGHT - 4.0,
        escape(words.across),
        TOP,
        escape(words.up)
    );
    for (name, place) in across {
        let _ = write!(drawn, r#"<text class="mid" x="{:.1}" y="{:.1}">{name}</text>"#, x(place), y(0.0) + 14.0);
    }
    for (name, place) in up {
        let _ = write!(drawn, r#"<text class="end" x="{:.1}" y="{:.1}">{name}</text>"#, LEFT - 5.0, y(place) + 4.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_well_formed_and_hold_no_foreign_markup() {
        let words = Words { title: "<b>", across: "a & b", up: "\"up\"" };
        let points =
            [Point { threshold: 0.9, coverage: 0.4, risk: 0.0 }, Point { threshold: 0.2, coverage: 1.0, risk: 0.25 }];
        let bins = [Bin { count: 4, confidence: 0.5, accuracy: 0.75 }];
        let groups = [("<script>".to_owned(), Rate::new(3, 4))];
        for svg in [
            curve(&points, words),
            reliability(&bins, words),
            histogram(&[1, 2], &[0, 3], ["a<", "b"], words),
            bars(groups.iter().map(|(name, rate)| (name, rate)), "<i>"),
            curve(&[], words),
        ] {
            let mut reader = quick_xml::Reader::from_str(&svg);
            let mut depth = 0_i32;
            loop {
                match reader.read_event().unwrap() {
                    quick_xml::events::Event::Start(_) => depth += 1,
                    quick_xml::events::Event::End(_) => depth -= 1,
                    quick_xml::events::Event::Eof => break,
                    _ => {}
                }
            }
            assert_eq!(depth, 0, "{svg}");
            assert!(!svg.contains("<b>") && !svg.contains("<script>") && !svg.contains("<i>") && !svg.contains("NaN"));
        }
    }
}
