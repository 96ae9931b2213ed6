//! A run for machines that build: JUnit's XML, one test for each attempt.

use std::io::Write;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::eval::record::{End, Log, Record};

/// Copies a log into JUnit's form, record by record. Attempts that are `missing` are an error of their own.
///
/// # Errors
/// The log cannot be read or the file not be written.
pub fn write(log: Log, missing: u64, into: impl Write) -> anyhow::Result<()> {
    let mut writer = Writer::new_with_indent(into, b' ', 1);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let name = log.run.suites.iter().map(|suite| suite.name.as_str()).collect::<Vec<_>>().join(" ");
    let mut root = BytesStart::new("testsuites");
    root.push_attribute(("name", "frontdesk eval"));
    writer.write_event(Event::Start(root))?;
    let mut suite = BytesStart::new("testsuite");
    suite.push_attribute(("name", clean(&name).as_str()));
    writer.write_event(Event::Start(suite))?;
    for record in log {
        case(&mut writer, &record?)?;
    }
    if missing > 0 {
        let mut start = BytesStart::new("testcase");
        start.push_attribute(("name", "the run is whole"));
        start.push_attribute(("classname", "run"));
        failed(&mut writer, start, "error", &format!("{missing} attempts were not made"), "")?;
    }
    writer.write_event(Event::End(BytesEnd::new("testsuite")))?;
    writer.write_event(Event::End(BytesEnd::new("testsuites")))?;
    Ok(())
}

fn case(writer: &mut Writer<impl Write>, record: &Record) -> anyhow::Result<()> {
    let id = clean(&record.case.id);
    let name = if record.attempt > 1 { format!("{id} ({})", record.attempt) } else { id };
    let class = clean(record.case.tags.first().map_or("case", String::as_str));
    let seconds = record.outcome().map_or(0.0, |outcome| outcome.latency_ms / 1_000.0);
    let mut start = BytesStart::new("testcase");
    start.push_attribute(("name", name.as_str()));
    start.push_attribute(("classname", class.as_str()));
    start.push_attribute(("time", format!("{seconds:.4}").as_str()));
    let (element, message, body) = match &record.end {
        End::Broke(why) => ("error", why.clone(), String::new()),
        End::Answered(_) if record.verdict.pass => {
            writer.write_event(Event::Empty(start))?;
            return Ok(());
        }
        End::Answered(outcome) => {
            let failures = record.verdict.failures.iter();
            let why: Vec<String> = failures.map(|failure| format!("{}: {}", failure.check, failure.detail)).collect();
            let body = format!("{}\n→ {}", record.case.said().collect::<Vec<_>>().join("\n"), outcome.reply.text);
            ("failure", why.join("; "), body)
        }
    };
    failed(writer, start, element, &message, &body)
}

fn failed(
    writer: &mut Writer<impl Write>,
    start: BytesStart<'_>,
    element: &str,
    message: &str,
    body: &str,
) -> anyhow::Result<()> {
    writer.write_event(Event::Start(start))?;
    let mut inner = BytesStart::new(element);
    inner.push_attribute(("message", clean(message).as_str()));
    writer.write_event(Event::Start(inner))?;
    writer.write_event(Event::Text(BytesText::new(&clean(body))))?;
    writer.write_event(Event::End(BytesEnd::new(element)))?;
    writer.write_event(Event::End(BytesEnd::new("testcase")))?;
    Ok(())
}

/// Without the control characters that XML cannot hold.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
