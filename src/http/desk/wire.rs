//! The console's wire forms. Unlike a customer, an agent sees everything of a conversation: decisions, notes, summaries.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::model::event::{Priority, Recorded};
use crate::model::id::AgentId;
use crate::model::time::Timestamp;
use crate::store::contacts::ContactRow;
use crate::store::listing::{Listed, Tally};

/// Names of agents.
pub(super) type Names = HashMap<AgentId, String>;

/// A conversation in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Row {
    id: String,
    /// Place of the last event.
    seq: i64,
    inbox: String,
    channel: String,
    /// BCP 47.
    language: String,
    /// `open`, `snoozed` or `resolved`.
    status: &'static str,
    owner: Owner,
    team: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    priority: &'static str,
    labels: Vec<String>,
    contact: Short,
    /// The last message; `null` when nothing was said yet.
    last: Option<Last>,
    opened_at: String,
    /// When something was last said.
    last_at: String,
    /// Since when the customer waits for a person, while they do.
    waiting_since: Option<String>,
    /// Messages of the customer that no agent has read.
    unread: i64,
    snoozed_until: Option<String>,
    escalation: Option<Escalation>,
    /// 1 to 5.
    rating: Option<i64>,
    /// In the list of mentions: how many of the caller's have not been seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    mentions: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Owner {
    /// `bot`, `queue` or `agent`.
    kind: String,
    agent: Option<String>,
    name: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Short {
    id: Option<String>,
    name: String,
    email: Option<String>,
    verified: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct Last {
    seq: i64,
    at: String,
    /// `customer`, `bot` or `agent`.
    from: String,
    /// Its beginning.
    text: String,
    attachments: i64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Escalation {
    /// `asked`, `rule`, `no_evidence` or `fault`.
    kind: String,
    rule: Option<String>,
    at: String,
}

/// How many conversations each view holds.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct Counts {
    mine: u64,
    /// Those with a mention of the caller that they have not seen.
    mentions: u64,
    unassigned: u64,
    waiting: u64,
    all: u64,
    snoozed: u64,
    resolved: u64,
    bot: u64,
}

/// A customer, as far as the business knows them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeskContact)]
pub(super) struct Contact {
    id: String,
    name: String,
    email: String,
    phone: String,
    external_id: Option<String>,
    verified: bool,
    attributes: BTreeMap<String, Value>,
    notes: String,
    created_at: String,
    language: String,
}

/// An event in its place, with the fields of its type. Agents are `{id, name}`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeskFrame)]
pub(super) struct Frame {
    pub(super) seq: u64,
    /// RFC 3339, UTC.
    pub(super) at: String,
    pub(super) r#type: &'static str,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

pub(super) fn time(milliseconds: i64) -> String {
    Timestamp(milliseconds).rfc3339()
}

impl From<Listed> for Row {
    fn from(row: Listed) -> Self {
        let status = match (row.status.as_str(), row.snoozed_until) {
            ("resolved", _) => "resolved",
            (_, Some(_)) => "snoozed",
            _ => "open",
        };
        let last = match (row.said_seq, row.said_at, row.said_by, row.said) {
            (Some(seq), Some(at), Some(from), Some(text)) => {
                Some(Last { seq, at: time(at), from, text, attachments: row.said_files })
            }
            _ => None,
        };
        let escalation = match (row.escalated_at, row.escalated_kind) {
            (Some(at), Some(kind)) => Some(Escalation { kind, rule: row.escalated_rule, at: time(at) }),
            _ => None,
        };
        Self {
            id: row.id.to_string(),
            seq: row.seq,
            inbox: row.inbox,
            channel: row.channel,
            language: row.language,
            status,
            owner: Owner { kind: row.owner, agent: row.agent.as_ref().map(Uuid::to_string), name: row.agent_name },
            team: row.team.as_ref().map(Uuid::to_string),
            priority: priority(row.priority),
            labels: row.labels.split('|').filter(|label| !label.is_empty()).map(str::to_owned).collect(),
            contact: Short {
                id: row.customer.as_ref().map(Uuid::to_string),
                name: row.contact_name.unwrap_or_default(),
                email: row.contact_email.filter(|email| !email.is_empty()),
                verified: row.contact_verified.unwrap_or_default(),
            },
            last,
            opened_at: time(row.opened_at),
            last_at: time(row.said_at.unwrap_or(row.opened_at)),
            waiting_since: row.waiting_since.map(time),
            unread: row.unread,
            snoozed_until: row.snoozed_until.map(time),
            escalation,
            rating: row.rating,
            mentions: row.mentioned_at.map(|_| row.mentions_unseen),
        }
    }
}

fn priority(number: i64) -> &'static str {
    match number {
        0 => "low",
        2 => "high",
        3 => "urgent",
        _ => "normal",
    }
}

/// The number under which the store knows a priority.
pub(super) fn rank(priority: Priority) -> i64 {
    match priority {
        Priority::Low => 0,
        Priority::Normal => 1,
        Priority::High => 2,
        Priority::Urgent => 3,
    }
}

/// Conversations that an agent has now.
pub(super) fn load(tally: &Tally, agent: AgentId) -> u64 {
    tally.mine.get(&agent).copied().unwrap_or_default()
}

impl Counts {
    pub(super) fn of(tally: &Tally, agent: AgentId) -> Self {
        Self {
            mine: load(tally, agent),
            mentions: tally.mentions.get(&agent).copied().unwrap_or_default(),
            unassigned: tally.unassigned,
            waiting: tally.waiting,
            all: tally.all,
            snoozed: tally.snoozed,
            resolved: tally.resolved,
            bot: tally.bot,
        }
    }
}

impl From<ContactRow> for Contact {
    fn from(row: ContactRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            email: row.email,
            phone: row.phone,
            external_id: row.external_id,
            verified: row.verified,
            attributes: serde_json::from_str(&row.attributes).unwrap_or_default(),
            notes: row.notes,
            created_at: row.created_at.rfc3339(),
            language: row.language,
        }
    }
}

/// An event as an agent sees it, and whether all names in it were known.
pub(super) fn frame(recorded: &Recorded, names: &Names) -> (Frame, bool) {
    let mut known = true;
    let mut fields = match serde_json::to_value(&recorded.event) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    fields.remove("type");
    let mut agent = |value: &Value| {
        let id = value.as_str().and_then(|id| id.parse::<AgentId>().ok());
        let name = id.and_then(|id| names.get(&id));
        known &= name.is_some();
        json!({ "id": value, "name": name.map_or("", String::as_str) })
    };
    for key in ["agent", "by"] {
        let Some(value) = fields.get(key) else { continue };
        let named = match value {
            // A party that is an agent.
            Value::Object(party) if party.contains_key("agent") => agent(&party["agent"]),
            Value::String(word) if ["customer", "bot", "system"].contains(&word.as_str()) => continue,
            id => agent(id),
        };
        fields.insert(key.to_owned(), named);
    }
    if let Some(to) = fields.get("to").and_then(|to| to.get("agent")) {
        let named = json!({ "agent": agent(to) });
        fields.insert("to".to_owned(), named);
    }
    if let Some(Value::Array(mentions)) = fields.get("mentions") {
        let named = mentions.iter().map(agent).collect();
        fields.insert("mentions".to_owned(), Value::Array(named));
    }
    if let Some(until) = fields.get("until").and_then(Value::as_i64) {
        fields.insert("until".to_owned(), Value::from(time(until)));
    }
    if let Some(Value::Array(attachments)) = fields.get_mut("attachments") {
        for attachment in attachments {
            let url = attachment["hash"].as_str().map(|hash| format!("/api/v1/desk/attachments/{hash}"));
            attachment["url"] = Value::from(url);
        }
    }
    let frame = Frame { seq: recorded.seq, at: recorded.at.rfc3339(), r#type: recorded.event.name(), fields };
    (frame, known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::model::attachment::Attachment;
    use crate::model::event::{Event, Party, Target};

    fn shown(event: Event, names: &Names) -> (Value, bool) {
        let (frame, known) = frame(&Recorded { seq: 3, at: Timestamp(0), event }, names);
        (serde_json::to_value(frame).unwrap(), known)
    }

    #[test]
    fn agents_have_names_and_times_can_be_read() {
        let (li, anna): (AgentId, AgentId) = (clock::id(), clock::id());
        let names = Names::from([(li, "Li".to_owned())]);
        let (snoozed, known) = shown(Event::Snoozed { by: li, until: Timestamp(0) }, &names);
        let expected = json!({ "seq": 3, "at": "1970-01-01T00:00:00Z", "type": "snoozed",
            "by": { "id": li, "name": "Li" }, "until": "1970-01-01T00:00:00Z" });
        assert_eq!((snoozed, known), (expected, true));
        let passed = Event::Transferred { by: li, to: Target::Agent(anna), note: String::new() };
        let (passed, known) = shown(passed, &names);
        assert_eq!((&passed["to"], known), (&json!({ "agent": { "id": anna, "name": "" } }), false));
        let by = |by| shown(Event::Resolved { by }, &names).0["by"].clone();
        assert_eq!(by(Party::Customer), "customer");
        assert_eq!(by(Party::Agent(li)), json!({ "id": li, "name": "Li" }));
        let noted = Event::Noted { agent: li, text: "n".to_owned(), mentions: vec![li] };
        assert_eq!(shown(noted, &names).0["mentions"][0]["name"], "Li");
    }

    #[test]
    fn files_say_where_they_are() {
        let attachment = Attachment {
            hash: "ab".to_owned(),
            name: "a.png".to_owned(),
            media_type: "image/png".to_owned(),
            bytes: 3,
        };
        let said = Event::AgentSaid {
            agent: clock::id(),
            client_id: "1".to_owned(),
            text: String::new(),
            attachments: vec![attachment],
            citations: Vec::new(),
        };
        assert_eq!(shown(said, &Names::new()).0["attachments"][0]["url"], "/api/v1/desk/attachments/ab");
    }
}
