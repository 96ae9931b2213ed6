//! Customers, as far as the business knows them.

use uuid::Uuid;

use super::{Error, Store};
use crate::model::id::{CustomerId, WorkspaceId};
use crate::model::time::Timestamp;

/// What is known of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactRow {
    pub id: CustomerId,
    pub workspace: WorkspaceId,
    pub name: String,
    pub email: String,
    pub phone: String,
    /// The business's own name for the person.
    pub external_id: Option<String>,
    /// The business proved who it is.
    pub verified: bool,
    /// JSON object.
    pub attributes: String,
    pub notes: String,
    /// Tag of the language that they write in; empty when unknown.
    pub language: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ContactRow {
    /// A customer of whom nothing is known yet.
    #[must_use]
    pub fn unknown(workspace: WorkspaceId, id: CustomerId, now: Timestamp) -> Self {
        Self {
            id,
            workspace,
            name: String::new(),
            email: String::new(),
            phone: String::new(),
            external_id: None,
            verified: false,
            attributes: "{}".to_owned(),
            notes: String::new(),
            language: String::new(),
            created_at: now,
            updated_at: now,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Raw {
    id: Uuid,
    workspace: Uuid,
    name: String,
    email: String,
    phone: String,
    external_id: Option<String>,
    verified: bool,
    attributes: String,
    notes: String,
    language: String,
    created_at: i64,
    updated_at: i64,
}

impl From<Raw> for ContactRow {
    fn from(raw: Raw) -> Self {
        Self {
            id: CustomerId(raw.id),
            workspace: WorkspaceId(raw.workspace),
            name: raw.name,
            email: raw.email,
            phone: raw.phone,
            external_id: raw.external_id,
            verified: raw.verified,
            attributes: raw.attributes,
            notes: raw.notes,
            language: raw.language,
            created_at: Timestamp(raw.created_at),
            updated_at: Timestamp(raw.updated_at),
        }
    }
}

impl Store {
    /// One customer of a workspace, when something is known of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn contact(&self, workspace: WorkspaceId, id: CustomerId) -> Result<Option<ContactRow>, Error> {
        let row: Option<Raw> = sqlx::query_as("select * from contacts where workspace = $1 and id = $2")
            .bind(workspace.0)
            .bind(id.0)
            .fetch_optional(self.reading())
            .await?;
        Ok(row.map(ContactRow::from))
    }

    /// The customer with this name of the business's own.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn contact_named(&self, workspace: WorkspaceId, external: &str) -> Result<Option<ContactRow>, Error> {
        let row: Option<Raw> = sqlx::query_as("select * from contacts where workspace = $1 and external_id = $2")
            .bind(workspace.0)
            .bind(external)
            .fetch_optional(self.reading())
            .await?;
        Ok(row.map(ContactRow::from))
    }

    /// Writes what is known of a customer, new or not. False when another customer has the external id.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_contact(&self, contact: &ContactRow) -> Result<bool, Error> {
        let done = sqlx::query(
            "insert into contacts (id, workspace, name, email, phone, external_id, verified, attributes, notes, language,
                created_at, updated_at)
             select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
             where not exists (select 1 from contacts o where o.workspace = $2 and o.external_id = $6 and o.id <> $1)
             on conflict (id) do update set name = excluded.name, email = excluded.email, phone = excluded.phone,
                external_id = excluded.external_id, verified = excluded.verified, attributes = excluded.attributes,
                notes = excluded.notes, language = excluded.language, updated_at = excluded.updated_at
             where contacts.workspace = excluded.workspace",
        )
        .bind(contact.id.0)
        .bind(contact.workspace.0)
        .bind(&contact.name)
        .bind(&contact.email)
        .bind(&contact.phone)
        .bind(&contact.external_id)
        .bind(contact.verified)
        .bind(&contact.attributes)
        .bind(&contact.notes)
        .bind(&contact.language)
        .bind(contact.created_at.0)
        .bind(contact.updated_at.0)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Forgets what is known of a customer.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_contact(&self, workspace: WorkspaceId, id: CustomerId) -> Result<(), Error> {
        sqlx::query("delete from contacts where workspace = $1 and id = $2")
            .bind(workspace.0)
            .bind(id.0)
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// Customers whose name, address, phone or external id holds `words` (in any case), the last changed first, changed
    /// before `before`; at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn contacts(
        &self,
        workspace: WorkspaceId,
        words: &str,
        before: Option<(Timestamp, CustomerId)>,
        limit: usize,
    ) -> Result<Vec<ContactRow>, Error> {
        let (at, id) = before.map_or((i64::MAX, Uuid::max()), |(at, id)| (at.0, id.0));
        let rows: Vec<Raw> = sqlx::query_as(
            "select * from contacts where workspace = $1 and (updated_at < $2 or (updated_at = $2 and id < $3))
                and (lower(name) like $4 escape '\\' or lower(email) like $4 escape '\\' or phone like $4 escape '\\'
                     or lower(coalesce(external_id, '')) like $4 escape '\\')
             order by updated_at desc, id desc limit $5",
        )
        .bind(workspace.0)
        .bind(at)
        .bind(id)
        .bind(super::containing(&words.to_lowercase()))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading())
        .await?;
        Ok(rows.into_iter().map(ContactRow::from).collect())
    }
}
