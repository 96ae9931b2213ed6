//! Inboxes as the house uses them: what their settings may say, and the last read of each, kept at hand.
//!
//! Every message asks for its inbox. A change made in this process holds at once; one made by another process on the same data
//! folder holds when the copy is old.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use tokio::time::Instant;

use super::hours::{Complaint, Schedule, Standing};
use crate::clock;
use crate::model::id::{InboxId, WorkspaceId};
use crate::model::inbox::{DEFAULT_KEY, Field, FieldKind, Inbox, InboxSettings};
use crate::model::time::Timestamp;
use crate::model::wording::Wording;
use crate::store::{Error, Store};

/// Age at which a copy is read again.
const OLD: Duration = Duration::from_secs(2);
/// Copies that are kept. Keys come from outside: unknown ones must not fill the memory.
const COPIES: usize = 1000;

/// An inbox, ready to be asked.
#[derive(Debug)]
pub struct Door {
    pub inbox: Inbox,
    schedule: Option<Schedule>,
    secret: Option<SecretString>,
}

impl Door {
    /// Whether people are there, and when that changes.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        let always = Standing { open_now: true, opens_at: None, closes_at: None };
        self.schedule.as_ref().map_or(always, |schedule| schedule.at(now))
    }

    /// Whether the shop's own server signed this customer's id. Without a secret nothing proves anything.
    #[must_use]
    pub fn proves(&self, customer: &str, proof: &str) -> bool {
        self.secret.as_ref().is_some_and(|secret| proves(secret.expose_secret(), customer, proof))
    }
}

/// All inboxes of a business.
#[derive(Clone, Debug)]
pub struct Inboxes(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    store: Store,
    workspace: WorkspaceId,
    copies: RwLock<Copies>,
}

#[derive(Debug, Default)]
struct Copies {
    /// Counts changes: what was read before one is not kept after it.
    changes: u64,
    by_key: HashMap<String, (Instant, Option<Arc<Door>>)>,
}

impl Inboxes {
    #[must_use]
    pub fn new(store: Store, workspace: WorkspaceId) -> Self {
        Self(Arc::new(Parts { store, workspace, copies: RwLock::default() }))
    }

    /// The inbox of this key, if there is one.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn by_key(&self, key: &str) -> Result<Option<Arc<Door>>, Error> {
        let now = Instant::now();
        let changes = {
            let copies = self.0.copies.read().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, door)) = copies.by_key.get(key).filter(|(read, _)| now.duration_since(*read) < OLD) {
                return Ok(door.clone());
            }
            copies.changes
        };
        let door = match self.0.store.inbox_by_key(self.0.workspace, key).await? {
            Some(inbox) => {
                let secret = self.0.store.inbox_secret(inbox.id).await?.map(SecretString::from);
                Some(Arc::new(Door { schedule: Schedule::read(&inbox.settings.hours).ok(), inbox, secret }))
            }
            None => None,
        };
        let mut copies = self.0.copies.write().unwrap_or_else(PoisonError::into_inner);
        if copies.changes == changes {
            if copies.by_key.len() >= COPIES {
                copies.by_key.clear();
            }
            copies.by_key.insert(key.to_owned(), (now, door.clone()));
        }
        Ok(door)
    }

    /// All of them, oldest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn all(&self) -> Result<Vec<Inbox>, Error> {
        self.0.store.inboxes(self.0.workspace).await
    }

    /// One by its id.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn by_id(&self, id: InboxId) -> Result<Option<Inbox>, Error> {
        self.0.store.inbox(self.0.workspace, id).await
    }

    /// Adds one whose settings were checked; false when its key is taken.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn add(&self, inbox: &Inbox) -> Result<bool, Error> {
        let added = self.0.store.add_inbox(self.0.workspace, inbox).await;
        self.forget();
        added
    }

    /// Changes name and settings, which were checked; false when there is no such inbox.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn change(&self, inbox: &Inbox) -> Result<bool, Error> {
        let changed = self.0.store.change_inbox(self.0.workspace, inbox).await;
        self.forget();
        changed
    }

    /// Gives an inbox another secret; what was signed with the old one proves nothing from now on.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn set_secret(&self, id: InboxId, secret: &str) -> Result<bool, Error> {
        let changed = self.0.store.set_inbox_secret(self.0.workspace, id, secret).await;
        self.forget();
        changed
    }

    /// Removes one; its conversations stay.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn remove(&self, id: InboxId) -> Result<bool, Error> {
        let removed = self.0.store.remove_inbox(self.0.workspace, id).await;
        self.forget();
        removed
    }

    /// Makes the first inbox of a fresh house.
    ///
    /// # Errors
    /// The store cannot be used.
    pub async fn begin(&self, name: &str, settings: InboxSettings, now: Timestamp) -> Result<(), Error> {
        if !self.all().await?.is_empty() {
            return Ok(());
        }
        let inbox = Inbox {
            id: clock::id(),
            key: DEFAULT_KEY.to_owned(),
            name: name.to_owned(),
            channel: "web".to_owned(),
            settings,
            created_at: now,
            changed_at: now,
        };
        // Another process may have been faster; its inbox is as good.
        self.add(&inbox).await.map(|_| ())
    }

    fn forget(&self) {
        let mut copies = self.0.copies.write().unwrap_or_else(PoisonError::into_inner);
        copies.changes += 1;
        copies.by_key.clear();
    }
}

/// Whether `proof` is the hex HMAC-SHA256 of a customer's id under a secret. Takes the same time for every wrong proof.
#[must_use]
pub fn proves(secret: &str, customer: &str, proof: &str) -> bool {
    let mut code = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    code.update(customer.as_bytes());
    let mut bytes = [0; 32];
    if proof.len() != 64 || !proof.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return false;
    }
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&proof[at..at + 2], 16).unwrap_or_default();
    }
    code.verify_slice(&bytes).is_ok()
}

/// Everything that an inbox's settings may not say, with what is expected.
#[must_use]
pub fn check(name: &str, settings: &InboxSettings) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut expect = |holds: bool, at: &str, en: &str, zh: &str| {
        if !holds {
            complaints.push(Complaint::new(at, en, zh));
        }
    };
    expect(fits(name, 1, 80), "name", "Give a name of 1 to 80 characters.", "请填写 1 到 80 个字符的名称。");
    let colour = settings
        .colour
        .strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    expect(colour, "colour", "Give a colour as #rrggbb, such as #1f6feb.", "请填写 #rrggbb 形式的颜色，例如 #1f6feb。");
    let both = |wording: &Wording, most| fits(&wording.en, 0, most) && fits(&wording.zh, 0, most);
    expect(both(&settings.title, 60), "title", "At most 60 characters.", "最多 60 个字符。");
    expect(both(&settings.greeting, 500), "greeting", "At most 500 characters.", "最多 500 个字符。");
    for (language, list) in [("en", &settings.suggestions.en), ("zh", &settings.suggestions.zh)] {
        let fit = list.len() <= 6 && list.iter().all(|text| fits(text, 1, 120));
        let at = format!("suggestions.{language}");
        expect(fit, &at, "At most 6 questions of 1 to 120 characters.", "最多 6 个问题，每个 1 到 120 个字符。");
    }
    expect(settings.origins.len() <= 50, "origins", "At most 50 websites.", "最多 50 个网站。");
    for (number, origin) in settings.origins.iter().enumerate() {
        let at = format!("origins[{number}]");
        let en = "Give scheme and host without a path, such as https://shop.example.";
        expect(is_origin(origin), &at, en, "请填写协议和域名，不带路径，例如 https://shop.example。");
    }
    let uploads = &settings.uploads;
    expect((1..=64).contains(&uploads.max_mib), "uploads.max_mib", "1 to 64 MiB.", "1 到 64 MiB。");
    let types = uploads.types.len() <= 40 && uploads.types.iter().all(|media| is_media_type(media));
    expect(
        types,
        "uploads.types",
        "Media types such as image/* or application/pdf.",
        "请填写媒体类型，例如 image/* 或 application/pdf。",
    );
    let minutes = settings.reply_minutes.is_none_or(|minutes| (1..=10_080).contains(&minutes));
    expect(minutes, "reply_minutes", "1 to 10080 minutes (a week).", "1 到 10080 分钟（一周）。");
    let hours = settings.resolve_idle_hours <= 8760;
    expect(hours, "resolve_idle_hours", "0 to 8760 hours (a year).", "0 到 8760 小时（一年）。");
    complaints.extend(form(&settings.prechat.fields));
    complaints.extend(Schedule::read(&settings.hours).err().unwrap_or_default());
    complaints
}

fn form(fields: &[Field]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if fields.len() > 12 {
        complaints.push(Complaint::new("prechat.fields", "At most 12 fields.", "最多 12 个字段。"));
    }
    for (number, field) in fields.iter().enumerate() {
        let at = |part: &str| format!("prechat.fields[{number}].{part}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !fits(&field.key, 1, 40) || !field.key.chars().all(plain) {
            let en = "Give a name of lower-case letters, digits and underscores.";
            complaints.push(Complaint::new(at("key"), en, "名称只能使用小写字母、数字和下划线。"));
        }
        if fields[..number].iter().any(|other| other.key == field.key) {
            let en = "Another field has this name.";
            complaints.push(Complaint::new(at("key"), en, "已有同名字段。"));
        }
        let label = &field.label;
        if (label.en.is_empty() && label.zh.is_empty()) || !fits(&label.en, 0, 80) || !fits(&label.zh, 0, 80) {
            let en = "Give a label of at most 80 characters.";
            complaints.push(Complaint::new(at("label"), en, "请填写标签，最多 80 个字符。"));
        }
        let own_kind = match field.key.as_str() {
            "name" => field.kind == FieldKind::Text,
            "email" => field.kind == FieldKind::Email,
            "phone" => field.kind == FieldKind::Phone,
            _ => true,
        };
        if !own_kind {
            let en = "name is a text, email an email and phone a phone.";
            complaints.push(Complaint::new(at("kind"), en, "name 应为 text，email 应为 email，phone 应为 phone。"));
        }
        let options = &field.options;
        let right = if field.kind == FieldKind::Select {
            (1..=50).contains(&options.len()) && options.iter().all(|option| fits(option, 1, 80))
        } else {
            options.is_empty()
        };
        if !right {
            let en = "A select needs 1 to 50 options of at most 80 characters; other kinds have none.";
            complaints.push(Complaint::new(
                at("options"),
                en,
                "select 需要 1 到 50 个选项，每个最多 80 个字符；其他类型没有选项。",
            ));
        }
    }
    complaints
}

/// Between so many characters, none of them a control character but line ends.
fn fits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.trim().chars().count()) && !text.chars().any(|c| c.is_control() && c != '\n')
}

fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty()
            && host.len() <= 255
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
    })
}

fn is_media_type(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.len() <= 100 && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-+.".contains(&b))
    };
    text.split_once('/').is_some_and(|(kind, of)| part(kind) && (of == "*" || part(of)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_proved_by_the_shops_signature() {
        let proof = "e8f84e2e69b7c6c74b3f0562be0f523be1ee952ed78d6447bf8051ab3df055fd";
        assert!(proves("widget_hmac_secret", "user-42", proof));
        assert!(proves("widget_hmac_secret", "user-42", &proof.to_uppercase()));
        for (secret, customer, proof) in [
            ("another secret", "user-42", proof),
            ("widget_hmac_secret", "user-43", proof),
            ("widget_hmac_secret", "user-42", ""),
            ("widget_hmac_secret", "user-42", &proof[2..]),
            ("widget_hmac_secret", "user-42", &"é".repeat(32)),
        ] {
            assert!(!proves(secret, customer, proof), "{secret} {customer} {proof}");
        }
    }

    #[test]
    fn the_settings_that_a_house_begins_with_hold() {
        assert_eq!(check("Website", &InboxSettings::default()), []);
    }

    #[test]
    fn every_wrong_setting_is_named() {
        let field = |key: &str, kind, options: &[&str]| Field {
            key: key.to_owned(),
            label: Wording::of("Label", "标签"),
            kind,
            required: false,
            options: options.iter().map(|option| (*option).to_owned()).collect(),
        };
        let mut settings = InboxSettings {
            colour: "red".to_owned(),
            origins: vec!["https://shop.example/".to_owned(), "https://shop.example:8443".to_owned()],
            reply_minutes: Some(0),
            resolve_idle_hours: 8761,
            ..InboxSettings::default()
        };
        settings.uploads.types = vec!["image/*".to_owned(), "*/*".to_owned()];
        settings.suggestions.zh = vec![String::new()];
        settings.prechat.fields = vec![
            field("email", FieldKind::Text, &[]),
            field("size", FieldKind::Select, &[]),
            field("size", FieldKind::Text, &["L"]),
            field("Größe", FieldKind::Text, &[]),
        ];
        let complaints = check(" ", &settings);
        let places: Vec<&str> = complaints.iter().map(|complaint| complaint.at.as_str()).collect();
        assert_eq!(
            places,
            [
                "name",
                "colour",
                "suggestions.zh",
                "origins[0]",
                "uploads.types",
                "reply_minutes",
                "resolve_idle_hours",
                "prechat.fields[0].kind",
                "prechat.fields[1].options",
                "prechat.fields[2].key",
                "prechat.fields[2].options",
                "prechat.fields[3].key",
            ]
        );
    }
}
