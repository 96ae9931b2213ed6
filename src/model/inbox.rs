//! An inbox: one door through which customers come in, with everything that a business chooses about it.
//!
//! These are the settings as people write them. `desk::inboxes` says what of them holds and `desk::hours` reads the times.

use serde::{Deserialize, Serialize};

use crate::model::id::{InboxId, TeamId};
use crate::model::time::Timestamp;
use crate::model::wording::{Suggestions, Wording};

/// The inbox that every house begins with. Its key is its name, so that a first page needs no look-up.
pub const DEFAULT_KEY: &str = "default";

/// One door of a business.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbox {
    pub id: InboxId,
    /// What a website's snippet names; also what `Opened` says.
    pub key: String,
    pub name: String,
    pub channel: String,
    pub settings: InboxSettings,
    pub created_at: Timestamp,
    /// Equal to `created_at` until somebody changes it.
    pub changed_at: Timestamp,
}

/// What a business chooses about an inbox.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InboxSettings {
    /// `#rrggbb`.
    pub colour: String,
    pub position: Position,
    pub title: Wording,
    pub greeting: Wording,
    pub suggestions: Suggestions,
    /// Websites that may show the widget, as `https://shop.example`; none means any.
    pub origins: Vec<String>,
    pub prechat: Prechat,
    pub hours: Hours,
    pub out_of_hours: OutOfHours,
    pub uploads: Uploads,
    /// Ask for a score after the conversation was resolved.
    pub csat: bool,
    /// The team whose queue gets what the bot gives up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub team: Option<TeamId>,
    /// What customers are told about how soon a person answers, in minutes; nothing until somebody promises it.
    pub reply_minutes: Option<u32>,
    /// Hours after which a conversation of the bot is resolved when the customer says nothing more; 0 is never.
    pub resolve_idle_hours: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    #[default]
    Right,
    Left,
}

/// The form before the first message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Prechat {
    pub enabled: bool,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// `name`, `email`, `phone`, or a name of the business's own for an attribute.
    pub key: String,
    pub label: Wording,
    pub kind: FieldKind,
    #[serde(default)]
    pub required: bool,
    /// What a `select` offers.
    #[serde(default)]
    pub options: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Email,
    Phone,
    Select,
    Checkbox,
}

/// When people answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Hours {
    /// IANA name, such as `Asia/Shanghai`.
    pub zone: String,
    /// Round the clock; the rest is kept and not looked at.
    pub always: bool,
    /// Seven days, Monday first; a day without spans is closed.
    pub week: Vec<Vec<Span>>,
    /// Days that are not as the week says: closed, or open at other times (a working Saturday).
    pub holidays: Vec<Holiday>,
}

/// A part of a day, `09:00` to `18:00`; the day ends at `24:00`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub from: String,
    pub to: String,
}

/// One day that is not as the week says. A day may stand several times with different times.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// `2026-10-01`.
    pub date: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What happens to a wish for a person while nobody is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutOfHours {
    /// The bot goes on alone and says when people are back.
    BotOnly,
    /// The customer leaves a message, and how to be reached.
    #[default]
    TakeMessage,
    /// The conversation waits in the queue all the same.
    Queue,
}

/// Files that customers may send.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Uploads {
    pub enabled: bool,
    /// Size of one file.
    pub max_mib: u32,
    /// Media types, also `image/*`.
    pub types: Vec<String>,
}

impl Default for InboxSettings {
    fn default() -> Self {
        Self {
            colour: "#1f6feb".to_owned(),
            position: Position::default(),
            title: Wording::of("Chat with us", "在线客服"),
            greeting: Wording::of("Hello! How can we help?", "您好！请问有什么可以帮您？"),
            suggestions: Suggestions::default(),
            origins: Vec::new(),
            prechat: Prechat::default(),
            hours: Hours::default(),
            out_of_hours: OutOfHours::default(),
            uploads: Uploads::default(),
            csat: true,
            team: None,
            reply_minutes: None,
            resolve_idle_hours: 72,
        }
    }
}

impl Default for Hours {
    /// Always open. The week is what most shops begin with when they switch that off.
    fn default() -> Self {
        let day = vec![Span { from: "09:00".to_owned(), to: "18:00".to_owned() }];
        let week = (0..7).map(|number| if number < 5 { day.clone() } else { Vec::new() }).collect();
        Self { zone: "Asia/Shanghai".to_owned(), always: true, week, holidays: Vec::new() }
    }
}

impl Default for Uploads {
    fn default() -> Self {
        let types = ["image/*", "application/pdf", "text/plain"];
        Self { enabled: true, max_mib: 10, types: types.map(str::to_owned).to_vec() }
    }
}
