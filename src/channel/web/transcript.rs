//! The conversation as a file to keep: plain text or a page without anything that runs.

use std::collections::HashMap;
use std::fmt::Write;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::channel::web::state::Web;
use crate::model::conversation::{Conversation, Message};
use crate::model::event::Party;
use crate::model::id::AgentId;
use crate::problem::{self, Document, Problem};
use crate::text::language::Language;

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Format {
    #[default]
    Txt,
    Html,
}

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct Asked {
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// Download what was said.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/transcript", tag = "conversations",
    params(("id" = String, Path), Asked), security(("conversation" = [])),
    responses((status = 200, content_type = "text/plain"), (status = 401, body = Document))
)]
pub(super) async fn read(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let id = web.authorised(&id, &headers)?;
    let conversation = web.load(id).await?;
    let language = problem::preferred(headers.get(header::ACCEPT_LANGUAGE).and_then(|tag| tag.to_str().ok()));
    let mut names = HashMap::new();
    for message in &conversation.messages {
        if let Party::Agent(agent) = message.from
            && !names.contains_key(&agent)
        {
            names.insert(agent, web.0.names.of(conversation.workspace, agent).await);
        }
    }
    let (kind, ending, text) = match asked.format {
        Format::Txt => ("text/plain; charset=utf-8", "txt", text(&conversation, &names, language)),
        Format::Html => ("text/html; charset=utf-8", "html", page(&conversation, &names, language)),
    };
    let disposition = format!("attachment; filename=\"conversation-{id}.{ending}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    Ok((headers, text))
}

fn author(message: &Message, names: &HashMap<AgentId, String>, language: Language) -> String {
    let zh = language == Language::Zh;
    let standing = match message.from {
        Party::Customer if zh => "您",
        Party::Customer => "You",
        Party::Bot if zh => "智能助手（AI）",
        Party::Bot => "Assistant (AI)",
        Party::Agent(agent) => match names.get(&agent).filter(|name| !name.is_empty()) {
            Some(name) => return name.clone(),
            None if zh => "人工客服",
            None => "Service team",
        },
        Party::System => "Frontdesk",
    };
    standing.to_owned()
}

/// What belongs to a message, one thing a line: files, then where the words come from.
fn belongings(message: &Message, language: Language) -> Vec<String> {
    let (file, source) = if language == Language::Zh { ("附件", "出处") } else { ("File", "Source") };
    let files = message.attachments.iter().map(|one| format!("{file}: {}", one.name));
    let sources =
        message.citations.iter().map(|one| format!("{source} [{}]: {} ({})", one.number, one.title, one.source));
    files.chain(sources).collect()
}

fn text(conversation: &Conversation, names: &HashMap<AgentId, String>, language: Language) -> String {
    let mut text = String::new();
    for message in &conversation.messages {
        let who = author(message, names, language);
        let _ = writeln!(text, "[{}] {who}\n{}", message.at.rfc3339(), message.text);
        for line in belongings(message, language) {
            let _ = writeln!(text, "  {line}");
        }
        text.push('\n');
    }
    text
}

fn page(conversation: &Conversation, names: &HashMap<AgentId, String>, language: Language) -> String {
    let title = if language == Language::Zh { "聊天记录" } else { "Conversation" };
    let tag = language.tag();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<h1>{title}</h1>\n"
    );
    for message in &conversation.messages {
        let who = escaped(&author(message, names, language));
        let _ = writeln!(page, "<h2>{who} <small>{}</small></h2>", message.at.rfc3339());
        for line in message.text.lines() {
            let _ = writeln!(page, "<p dir=\"auto\">{}</p>", escaped(line));
        }
        for line in belongings(message, language) {
            let _ = writeln!(page, "<p><small>{}</small></p>", escaped(&line));
        }
    }
    page
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::model::attachment::Attachment;
    use crate::model::time::Timestamp;

    fn conversation() -> Conversation {
        let mut conversation = Conversation::unborn(clock::id());
        let message = |seq, from, text: &str| Message {
            seq,
            at: Timestamp(0),
            from,
            text: text.to_owned(),
            client_id: None,
            citations: Vec::new(),
            attachments: Vec::new(),
            offers_human: false,
            delivered: false,
        };
        let mut with_file = message(2, Party::Customer, "<script>alert(1)</script>\n& more");
        with_file.attachments.push(Attachment {
            hash: String::new(),
            name: "<b>.png".to_owned(),
            media_type: "image/png".to_owned(),
            bytes: 1,
        });
        conversation.messages =
            vec![with_file, message(3, Party::Bot, "Hello"), message(4, Party::Agent(clock::id()), "Hi")];
        conversation
    }

    #[test]
    fn a_text_names_everybody() {
        let text = text(&conversation(), &HashMap::new(), Language::En);
        for wanted in ["[1970-01-01T00:00:00Z] You\n", "Assistant (AI)\nHello", "Service team\nHi", "  File: <b>.png"] {
            assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
        }
    }

    #[test]
    fn a_page_runs_nothing() {
        let page = page(&conversation(), &HashMap::new(), Language::Zh);
        assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
        assert!(page.contains("<p dir=\"auto\">&lt;script&gt;alert(1)&lt;/script&gt;</p>"), "{page}");
        assert!(page.contains("智能助手（AI）"), "{page}");
    }
}
