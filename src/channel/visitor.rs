//! Who a visitor is: what they say of themselves, and what the shop's own server has signed. Only a signature joins somebody to
//! what is known already; a name without one is kept as what it is, a claim.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::desk::inboxes::Door;
use crate::model::id::{CustomerId, WorkspaceId};
use crate::model::time::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::Store;
use crate::store::contacts::ContactRow;

/// Attributes of one customer.
const ATTRIBUTES: usize = 50;
/// Under this attribute stands whom an unproved visitor says to be.
const CLAIM: &str = "claimed_id";

/// What a visitor says of themselves.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Contact {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub attributes: BTreeMap<String, String>,
}

/// Whom the shop says the visitor to be.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The shop's own name for the person.
    pub id: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
    /// Hex HMAC-SHA256 of `id` under the inbox's secret, made on the shop's server.
    #[serde(default)]
    pub proof: Option<String>,
}

/// Who came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    pub customer: CustomerId,
    /// By a signature.
    pub verified: bool,
}

/// Finds or makes the customer of a conversation that begins, and keeps what is said of them. `fresh` is the id of somebody
/// who is new.
///
/// # Errors
/// Something is too long, or the store cannot be used.
#[expect(clippy::too_many_arguments, reason = "each is a fact about the arrival, and none belongs to another")]
pub async fn arrive(
    store: &Store,
    workspace: WorkspaceId,
    door: Option<&Door>,
    fresh: CustomerId,
    contact: Option<&Contact>,
    identity: Option<&Identity>,
    language: &str,
    now: Timestamp,
) -> Result<Known, Problem> {
    let verified = proved(door, identity);
    let before = match identity {
        Some(identity) if verified => store.contact_named(workspace, &identity.id).await.map_err(Problem::internal)?,
        _ => None,
    };
    let customer = before.as_ref().map_or(fresh, |row| row.id);
    if contact.is_none() && identity.is_none() {
        return Ok(Known { customer, verified });
    }
    let mut row = before.unwrap_or_else(|| ContactRow::unknown(workspace, customer, now));
    if is_tag(language) {
        language.clone_into(&mut row.language);
    }
    learn(&mut row, contact, identity, verified)?;
    keep(store, row, now).await?;
    Ok(Known { customer, verified })
}

/// Keeps what is said of the customer of a conversation that exists. Its customer stays who it is: somebody whom the shop
/// knows under another row is verified here, but not joined to it.
///
/// # Errors
/// Something is too long, or the store cannot be used.
pub async fn introduce(
    store: &Store,
    workspace: WorkspaceId,
    door: Option<&Door>,
    customer: CustomerId,
    contact: &Contact,
    identity: Option<&Identity>,
    now: Timestamp,
) -> Result<Known, Problem> {
    let verified = proved(door, identity);
    let before = store.contact(workspace, customer).await.map_err(Problem::internal)?;
    let mut row = before.unwrap_or_else(|| ContactRow::unknown(workspace, customer, now));
    learn(&mut row, Some(contact), identity, verified)?;
    keep(store, row, now).await?;
    Ok(Known { customer, verified })
}

fn proved(door: Option<&Door>, identity: Option<&Identity>) -> bool {
    let proof = identity.and_then(|identity| identity.proof.as_deref().map(|proof| (identity, proof)));
    match (door, proof) {
        (Some(door), Some((identity, proof))) => {
            let proved = door.proves(&identity.id, proof);
            if !proved {
                tracing::warn!(inbox = %door.inbox.key, "a visitor's identity came with a proof that is not this inbox's");
            }
            proved
        }
        _ => false,
    }
}

/// Writes what was said into the row. What is empty says nothing; an unproved claim never changes what was proved.
fn learn(
    row: &mut ContactRow,
    contact: Option<&Contact>,
    identity: Option<&Identity>,
    verified: bool,
) -> Result<(), Problem> {
    let mut attributes: BTreeMap<String, String> = serde_json::from_str(&row.attributes).unwrap_or_default();
    if let Some(identity) = identity {
        let id = short(&identity.id, 200, "identity.id")?;
        if verified {
            row.external_id = Some(id);
            row.verified = true;
            attributes.remove(CLAIM);
        } else if !id.is_empty() && !row.verified {
            attributes.insert(CLAIM.to_owned(), id);
        }
        if verified || !row.verified {
            said(&mut row.name, identity.name.as_deref(), 200, "identity.name")?;
            said(&mut row.email, identity.email.as_deref(), 254, "identity.email")?;
            said(&mut row.phone, identity.phone.as_deref(), 40, "identity.phone")?;
        }
    }
    if let Some(contact) = contact {
        // What the shop signed stands; a form only fills what is missing.
        for (kept, given, most, at) in [
            (&mut row.name, &contact.name, 200, "contact.name"),
            (&mut row.email, &contact.email, 254, "contact.email"),
            (&mut row.phone, &contact.phone, 40, "contact.phone"),
        ] {
            if !row.verified || kept.is_empty() {
                said(kept, given.as_deref(), most, at)?;
            }
        }
        for (key, value) in &contact.attributes {
            let key = short(key, 64, "contact.attributes")?;
            let value = short(value, 500, "contact.attributes")?;
            if key.is_empty() || key == CLAIM {
                continue;
            }
            if value.is_empty() {
                attributes.remove(&key);
            } else {
                attributes.insert(key, value);
            }
        }
        if attributes.len() > ATTRIBUTES {
            return Err(too_long("contact.attributes"));
        }
    }
    row.attributes = serde_json::to_string(&attributes).map_err(Problem::internal)?;
    Ok(())
}

async fn keep(store: &Store, mut row: ContactRow, now: Timestamp) -> Result<(), Problem> {
    row.updated_at = now;
    if store.save_contact(&row).await.map_err(Problem::internal)? {
        return Ok(());
    }
    // Another row has the shop's name for this person: who they are is proved all the same.
    row.external_id = None;
    store.save_contact(&row).await.map(|_| ()).map_err(Problem::internal)
}

fn said(kept: &mut String, given: Option<&str>, most: usize, at: &str) -> Result<(), Problem> {
    let given = short(given.unwrap_or_default(), most, at)?;
    if !given.is_empty() {
        *kept = given;
    }
    Ok(())
}

/// One line without characters that cannot be seen.
fn short(text: &str, most: usize, at: &str) -> Result<String, Problem> {
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let kept: String = text.chars().filter(|&c| !c.is_control() && !turns(c)).collect();
    let kept = kept.trim();
    if kept.chars().count() > most { Err(too_long(at)) } else { Ok(kept.to_owned()) }
}

fn too_long(at: &str) -> Problem {
    Problem::saying(Code::Unacceptable, format!("{at} is too long."), format!("{at} 过长。"))
}

/// `en`, `zh-CN` and the like.
fn is_tag(language: &str) -> bool {
    (2..=16).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn row() -> ContactRow {
        ContactRow::unknown(WorkspaceId::DEFAULT, clock::id(), Timestamp(0))
    }

    fn identity(id: &str, name: &str) -> Identity {
        Identity { id: id.to_owned(), name: Some(name.to_owned()), email: None, phone: None, proof: None }
    }

    fn contact(name: &str, attributes: &[(&str, &str)]) -> Contact {
        let attributes = attributes.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        Contact { name: Some(name.to_owned()), attributes, ..Contact::default() }
    }

    #[test]
    fn a_claim_is_kept_as_a_claim() {
        let mut row = row();
        learn(&mut row, None, Some(&identity("user-42", "Ann")), false).unwrap();
        assert_eq!((row.external_id.as_deref(), row.verified, row.name.as_str()), (None, false, "Ann"));
        assert!(row.attributes.contains(r#""claimed_id":"user-42""#), "{}", row.attributes);
    }

    #[test]
    fn what_was_proved_is_not_changed_by_what_is_only_said() {
        let mut row = row();
        learn(&mut row, None, Some(&identity("user-42", "Ann")), true).unwrap();
        learn(&mut row, Some(&contact("Mallory", &[("plan", "pro")])), Some(&identity("user-43", "Mallory")), false)
            .unwrap();
        assert_eq!((row.external_id.as_deref(), row.verified, row.name.as_str()), (Some("user-42"), true, "Ann"));
        assert_eq!(row.attributes, r#"{"plan":"pro"}"#);
    }

    #[test]
    fn what_is_too_long_is_refused_and_what_cannot_be_seen_is_left_out() {
        let mut row = row();
        assert!(learn(&mut row, Some(&contact(&"x".repeat(201), &[])), None, false).is_err());
        assert!(learn(&mut row, Some(&contact("", &[("k", &"x".repeat(501))])), None, false).is_err());
        learn(&mut row, Some(&contact("A\u{202E}n\nn\u{0} ", &[("claimed_id", "x")])), None, false).unwrap();
        assert_eq!((row.name.as_str(), row.attributes.as_str()), ("Ann", "{}"));
    }
}
