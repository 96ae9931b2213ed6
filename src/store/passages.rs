//! Chunks with their place in what can be seen in a version: the one query behind each search.

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Error, Store};
use crate::model::id::{ChunkName, DocumentId, WorkspaceId};

/// A visible chunk in one of its places. A chunk that stands in several visible documents is given in the newest revision.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PassageRow {
    pub chunk: String,
    #[sqlx(try_from = "Uuid")]
    pub document: DocumentId,
    /// The document's name.
    pub name: String,
    /// The title of its document, or nothing.
    pub title: String,
    /// JSON list.
    pub heading: String,
    pub question: Option<String>,
    pub text: String,
    #[sqlx(try_from = "i64")]
    pub start_byte: u64,
    #[sqlx(try_from = "i64")]
    pub end_byte: u64,
    pub language: String,
}

impl Store {
    /// Those of the chunks that can be seen in a version, in no order.
    pub async fn passages(
        &self,
        workspace: WorkspaceId,
        version: u64,
        chunks: &[&ChunkName],
    ) -> Result<Vec<PassageRow>, Error> {
        if chunks.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = QueryBuilder::new(
            "select chunk, document, name, title, heading, question, text, start_byte, end_byte, language from (
               select p.chunk, v.document, d.name, c.title, c.heading, c.question, c.text, p.start_byte, p.end_byte, c.language,
                      row_number() over (partition by p.chunk order by p.revision desc, p.ordinal) as place
               from placements p
               join visibility v on v.revision = p.revision and v.from_version <= ",
        );
        query.push_bind(version.cast_signed()).push(" and v.to_version > ").push_bind(version.cast_signed());
        query.push(
            " join documents d on d.id = v.document
               join chunks c on c.workspace = p.workspace and c.name = p.chunk
               where p.workspace = ",
        );
        query.push_bind(workspace.0).push(" and p.chunk in (");
        let mut names = query.separated(", ");
        for chunk in chunks {
            names.push_bind(&chunk.0);
        }
        query.push(")) as placed where place = 1");
        Ok(query.build_query_as().fetch_all(self.reading()).await?)
    }
}
