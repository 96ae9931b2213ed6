//! Who a visitor is: what they say of themselves, and what the shop's own server has signed. Only a signature joins somebody to
//! what is known already; a name without one is kept as what it is, a claim.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::channel::reunion;
use crate::desk::inboxes::Door;
use crate::inbox::Inbox;
use crate::model::id::{CustomerId, WorkspaceId};
use crate::model::time::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::Store;
use crate::store::contacts::ContactRow;

/// Attributes of one customer.
const ATTRIBUTES: usize = 50;
/// Under this attribute stands whom an unproved visitor says to be.
pub(super) const CLAIM: &str = "claimed_id";

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

/// Where somebody comes in.
#[derive(Clone, Copy, Debug)]
pub struct Entrance<'a> {
    pub store: &'a Store,
    pub inbox: &'a Inbox,
    pub workspace: WorkspaceId,
    pub door: Option<&'a Door>,
    pub now: Timestamp,
}

impl Entrance<'_> {
    /// Finds or makes the customer of a conversation that begins, and keeps what is said of them. `previous` is the customer
    /// of an earlier conversation whose token the visitor holds, `fresh` the id of somebody who is new.
    ///
    /// # Errors
    /// Something is too long, or the store cannot be used.
    pub async fn arrive(
        &self,
        contact: Option<&Contact>,
        identity: Option<&Identity>,
        previous: Option<CustomerId>,
        fresh: CustomerId,
        language: &str,
    ) -> Result<Known, Problem> {
        let verified = proved(self.door, identity);
        let named = self.named(identity.filter(|_| verified)).await?;
        let earlier = match previous {
            Some(previous) => Some(self.row(previous).await?).filter(|row| may_be(row, identity, verified)),
            None => None,
        };
        let customer = named.as_ref().or(earlier.as_ref()).map_or(fresh, |row| row.id);
        if contact.is_none() && identity.is_none() {
            return Ok(Known { customer, verified });
        }
        let (mut row, other) = match (named, earlier) {
            (Some(named), earlier) => (named, earlier),
            (None, Some(earlier)) => (earlier, None),
            (None, None) => (ContactRow::unknown(self.workspace, fresh, self.now), None),
        };
        if is_tag(language) {
            language.clone_into(&mut row.language);
        }
        self.keep(row, other, contact, identity, verified).await
    }

    /// Keeps what is said of the customer of a conversation that exists. Whom the shop signs as somebody whom it knows under
    /// another row becomes that one, with all conversations.
    ///
    /// # Errors
    /// Something is too long, or the store cannot be used.
    pub async fn introduce(
        &self,
        customer: CustomerId,
        contact: &Contact,
        identity: Option<&Identity>,
    ) -> Result<Known, Problem> {
        let own = self.row(customer).await?;
        // Somebody else at the same screen does not become the one who was proved before.
        let verified = proved(self.door, identity)
            && own.external_id.as_ref().is_none_or(|id| identity.is_some_and(|identity| identity.id == *id));
        match self.named(identity.filter(|_| verified)).await? {
            Some(named) => self.keep(named, Some(own), Some(contact), identity, verified).await,
            None => self.keep(own, None, Some(contact), identity, verified).await,
        }
    }

    /// What is known of a customer; nothing, of most.
    async fn row(&self, customer: CustomerId) -> Result<ContactRow, Problem> {
        let row = self.store.contact(self.workspace, customer).await.map_err(Problem::internal)?;
        Ok(row.unwrap_or_else(|| ContactRow::unknown(self.workspace, customer, self.now)))
    }

    async fn named(&self, proved: Option<&Identity>) -> Result<Option<ContactRow>, Problem> {
        match proved {
            Some(identity) => self.store.contact_named(self.workspace, &identity.id).await.map_err(Problem::internal),
            None => Ok(None),
        }
    }

    /// Writes down who it is. `other` is the same person under another row.
    async fn keep(
        &self,
        mut row: ContactRow,
        other: Option<ContactRow>,
        contact: Option<&Contact>,
        identity: Option<&Identity>,
        verified: bool,
    ) -> Result<Known, Problem> {
        let other = other.filter(|other| other.id != row.id);
        learn(&mut row, contact, identity, verified)?;
        if let Some(other) = &other {
            reunion::fill(&mut row, other);
        }
        row.updated_at = self.now;
        let customer = row.id;
        if !self.store.save_contact(&row).await.map_err(Problem::internal)? {
            // Another row has the shop's name for this person: who they are is proved all the same.
            row.external_id = None;
            self.store.save_contact(&row).await.map_err(Problem::internal)?;
        }
        if let Some(other) = other {
            reunion::move_to(self.store, self.inbox, &other, customer, self.now).await?;
        }
        Ok(Known { customer, verified })
    }
}

/// Whether somebody who holds the token of an earlier conversation can be its customer. What the shop proved, only a proof
/// opens again; what was only claimed must not be claimed otherwise.
fn may_be(earlier: &ContactRow, identity: Option<&Identity>, verified: bool) -> bool {
    if earlier.verified {
        return verified && identity.is_some_and(|identity| earlier.external_id.as_ref() == Some(&identity.id));
    }
    let attributes: BTreeMap<String, Value> = serde_json::from_str(&earlier.attributes).unwrap_or_default();
    let claimed = attributes.get(CLAIM).and_then(Value::as_str);
    identity.is_none_or(|identity| claimed.is_none_or(|claimed| claimed == identity.id))
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
    // Agents may have written values of other kinds.
    let mut attributes: BTreeMap<String, Value> = serde_json::from_str(&row.attributes).unwrap_or_default();
    if let Some(identity) = identity {
        let id = short(&identity.id, 200, "identity.id")?;
        if verified {
            row.external_id = Some(id);
            row.verified = true;
            attributes.remove(CLAIM);
        } else if !id.is_empty() && !row.verified {
            attributes.insert(CLAIM.to_owned(), id.into());
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
            let given = short(given.as_deref().unwrap_or_default(), most, at)?;
            if !given.is_empty() && (!row.verified || kept.is_empty()) {
                *kept = given;
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
                attributes.insert(key, value.into());
            }
        }
        if attributes.len() > ATTRIBUTES {
            return Err(too_long("contact.attributes"));
        }
    }
    row.attributes = serde_json::to_string(&attributes).map_err(Problem::internal)?;
    Ok(())
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
    fn a_token_leads_back_to_a_stranger_and_never_to_somebody_else() {
        let (mut stranger, mut ann) = (row(), row());
        let (ann_again, mallory) = (identity("user-42", "Ann"), identity("user-43", "Mallory"));
        assert!(may_be(&stranger, None, false) && may_be(&stranger, Some(&ann_again), true));
        learn(&mut stranger, None, Some(&ann_again), false).unwrap();
        assert!(may_be(&stranger, None, false) && may_be(&stranger, Some(&ann_again), false));
        assert!(!may_be(&stranger, Some(&mallory), false) && !may_be(&stranger, Some(&mallory), true));
        learn(&mut ann, None, Some(&ann_again), true).unwrap();
        assert!(may_be(&ann, Some(&ann_again), true));
        for (identity, verified) in [(None, false), (Some(&ann_again), false), (Some(&mallory), true)] {
            assert!(!may_be(&ann, identity, verified), "only a proof leads to whom the shop has proved");
        }
    }

    #[test]
    fn what_agents_wrote_of_other_kinds_stays() {
        let mut row = row();
        row.attributes = r#"{"orders":3}"#.to_owned();
        learn(&mut row, Some(&contact("Ann", &[("plan", "pro")])), None, false).unwrap();
        assert_eq!(row.attributes, r#"{"orders":3,"plan":"pro"}"#);
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
