//! The conversation as a file to keep: plain text or a page without anything that runs.

use std::collections::HashMap;
use std::fmt::Write;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::channel::web::state::Web;
use crate::desk::opening::on_the_clock;
use crate::model::conversation::{Conversation, Message};
use crate::model::event::Party;
use crate::model::id::AgentId;
use crate::model::inbox::InboxSettings;
use crate::model::time::Timestamp;
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
    let settings = web.settings(&conversation).await?;
    let told = Told { conversation: &conversation, names: &names, settings: &settings, language };
    let (kind, ending, text) = match asked.format {
        Format::Txt => ("text/plain; charset=utf-8", "txt", told.text()),
        Format::Html => ("text/html; charset=utf-8", "html", told.page()),
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

/// What is told, to whom.
struct Told<'a> {
    conversation: &'a Conversation,
    names: &'a HashMap<AgentId, String>,
    settings: &'a InboxSettings,
    language: Language,
}

impl Told<'_> {
    /// Under which name the customer saw the shop.
    fn shop(&self) -> &str {
        self.settings.title.pick(self.language)
    }

    fn title(&self) -> &'static str {
        if self.language == Language::Zh { "聊天记录" } else { "Conversation" }
    }

    /// When it was, on the clocks of the shop.
    fn time(&self, at: Timestamp) -> String {
        on_the_clock(at, &self.settings.hours.zone).unwrap_or_else(|| at.rfc3339())
    }

    fn zone(&self) -> String {
        let zone = &self.settings.hours.zone;
        match self.language {
            Language::Zh => format!("时间均为 {zone} 时区。"),
            Language::En => format!("Times are those of {zone}."),
        }
    }

    fn text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n\n", self.shop(), self.title(), self.zone());
        for message in &self.conversation.messages {
            let who = author(message, self.names, self.language);
            let _ = writeln!(text, "[{}] {who}\n{}", self.time(message.at), message.text);
            for line in belongings(message, self.language) {
                let _ = writeln!(text, "  {line}");
            }
            text.push('\n');
        }
        text
    }

    fn page(&self) -> String {
        let (shop, title, tag) = (escaped(self.shop()), self.title(), self.language.tag());
        let mut page = format!(
            "<!doctype html>\n<html lang=\"{tag}\">\n<meta charset=\"utf-8\">\n<title>{title} · {shop}</title>\n\
             <h1>{shop}</h1>\n<p>{}</p>\n",
            escaped(&self.zone())
        );
        for message in &self.conversation.messages {
            let who = escaped(&author(message, self.names, self.language));
            let _ = writeln!(page, "<h2>{who} <small>{}</small></h2>", self.time(message.at));
            for line in message.text.lines() {
                let _ = writeln!(page, "<p dir=\"auto\">{}</p>", escaped(line));
            }
            for line in belongings(message, self.language) {
                let _ = writeln!(page, "<p><small>{}</small></p>", escaped(&line));
            }
        }
        page
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock;
    use crate::model::attachment::Attachment;
    use crate::model::wording::Wording;

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
        let messages = [with_file, message(3, Party::Bot, "Hello"), message(4, Party::Agent(clock::id()), "Hi")];
        conversation.messages = messages.map(Arc::new).to_vec();
        conversation
    }

    fn told(language: Language, tell: fn(&Told<'_>) -> String) -> String {
        let (conversation, names) = (conversation(), HashMap::new());
        let title = Wording::of("<Shop>", "小店");
        let settings = InboxSettings { title, ..InboxSettings::default() };
        tell(&Told { conversation: &conversation, names: &names, settings: &settings, language })
    }

    #[test]
    fn a_text_names_the_shop_its_clocks_and_everybody() {
        let text = told(Language::En, |told| told.text());
        assert!(text.starts_with("<Shop>\nConversation\nTimes are those of Asia/Shanghai.\n\n"), "{text}");
        for wanted in ["[1970-01-01 08:00] You\n", "Assistant (AI)\nHello", "Service team\nHi", "  File: <b>.png"] {
            assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
        }
        assert!(told(Language::Zh, |told| told.text()).starts_with("小店\n聊天记录\n时间均为 Asia/Shanghai 时区。"));
    }

    #[test]
    fn a_page_runs_nothing() {
        let page = told(Language::Zh, |told| told.page());
        assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
        assert!(page.contains("<p dir=\"auto\">&lt;script&gt;alert(1)&lt;/script&gt;</p>"), "{page}");
        assert!(page.contains("智能助手（AI）") && page.contains("<h1>小店</h1>"), "{page}");
        assert!(told(Language::En, |told| told.page()).contains("<h1>&lt;Shop&gt;</h1>"));
    }
}
