//! The index on a Qdrant server, for more than one machine: dense vectors beside sparse ones, fused on the server.
//!
//! What differs from the embedded index: words are scored by plain idf and against a fixed mean length (a sparse vector
//! is made once, when the chunk comes), neighbouring words gain nothing, and the order is by reciprocal rank. Scores of
//! words are on the same scale, so the same gate reads them; a hit that is not among the best hundred of a leg has no
//! score there.
//!
//! Each workspace has a collection of its own, so that the words of one business never weigh in the scores of another.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use qdrant_client::qdrant::{
    Condition, CountPointsBuilder, CreateCollectionBuilder, DeletePointsBuilder, Distance, Filter, GetPointsBuilder,
    Modifier, NamedVectors, PointId, PointStruct, SparseVectorParamsBuilder, SparseVectorsConfigBuilder,
    UpsertPointsBuilder, Value, Vector, VectorParamsBuilder, VectorsConfigBuilder,
};
use qdrant_client::{Payload, Qdrant, QdrantError};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

use super::{Change, Entry, Error, Found, Held, Index, Query};
use crate::model::id::{ChunkName, WorkspaceId};

mod search;
mod sparse;

/// Names of the two vectors of a point.
const WORDS: &str = "words";
const DENSE: &str = "dense";
/// Points of one request.
const BATCH: usize = 200;
/// The point that holds no chunk but the version of the collection.
const VERSION: Uuid = Uuid::nil();

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// gRPC address.
    pub url: String,
    #[serde(serialize_with = "masked", skip_serializing_if = "Option::is_none")]
    pub api_key: Option<SecretString>,
    /// Collections are named by this and the workspace.
    pub prefix: String,
    /// Numbers of a vector; it must be the embedding model's and cannot change in a collection.
    pub dimensions: usize,
    /// A request that takes longer has failed.
    pub timeout_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: "http://localhost:6334".into(),
            api_key: None,
            prefix: "frontdesk-".into(),
            dimensions: 384,
            timeout_ms: 5_000,
        }
    }
}

fn masked<S: Serializer>(key: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    key.as_ref().map(|_| "***").serialize(serializer)
}

pub struct Server {
    client: Qdrant,
    prefix: String,
    dimensions: usize,
}

impl Server {
    /// A client of the server. Nothing is asked yet, so that a server that is down does not keep the house from opening.
    pub fn connect(config: &Config) -> Result<Self, Error> {
        let mut settings = Qdrant::from_url(&config.url)
            .timeout(Duration::from_millis(config.timeout_ms))
            .connect_timeout(Duration::from_millis(config.timeout_ms))
            // The check blocks, and prints to stdout where the server is down.
            .skip_compatibility_check();
        if let Some(key) = &config.api_key {
            settings = settings.api_key(key.expose_secret());
        }
        Ok(Self { client: settings.build()?, prefix: config.prefix.clone(), dimensions: config.dimensions })
    }

    fn collection(&self, workspace: WorkspaceId) -> String {
        format!("{}{workspace}", self.prefix)
    }

    async fn exists(&self, collection: &str) -> Result<bool, Error> {
        Ok(self.client.collection_exists(collection).await?)
    }

    async fn create(&self, collection: &str) -> Result<(), Error> {
        let mut vectors = VectorsConfigBuilder::default();
        vectors.add_named_vector_params(DENSE, VectorParamsBuilder::new(self.dimensions as u64, Distance::Cosine));
        let mut words = SparseVectorsConfigBuilder::default();
        words.add_named_vector_params(WORDS, SparseVectorParamsBuilder::default().modifier(Modifier::Idf));
        let create = CreateCollectionBuilder::new(collection).vectors_config(vectors).sparse_vectors_config(words);
        self.client.create_collection(create).await?;
        Ok(())
    }

    async fn count(&self, collection: &str, filter: Filter) -> Result<u64, Error> {
        let counted = self.client.count(CountPointsBuilder::new(collection).filter(filter).exact(true)).await?;
        Ok(counted.result.map_or(0, |result| result.count))
    }

    async fn version(&self, collection: &str) -> Result<u64, Error> {
        let found = self
            .client
            .get_points(GetPointsBuilder::new(collection, vec![point_id(VERSION)]).with_payload(true))
            .await?;
        let version = found.result.first().and_then(|point| point.payload.get("version")).and_then(Value::as_integer);
        Ok(version.and_then(|version| u64::try_from(version).ok()).unwrap_or_default())
    }

    fn point(&self, entry: &Entry) -> Result<PointStruct, Error> {
        let (indices, values): (Vec<u32>, Vec<f32>) = sparse::chunk(&entry.terms).into_iter().unzip();
        let mut vectors = NamedVectors::default().add_vector(WORDS, Vector::new_sparse(indices, values));
        if let Some(vector) = &entry.vector {
            if vector.len() != self.dimensions {
                return Err(Error::Mismatched { expected: self.dimensions, got: vector.len() });
            }
            vectors = vectors.add_vector(DENSE, Vector::new_dense(vector.clone()));
        }
        let payload: HashMap<String, Value> = [("chunk".to_owned(), Value::from(entry.chunk.0.clone()))].into();
        Ok(PointStruct::new(id(&entry.chunk), vectors, Payload::from(payload)))
    }
}

/// Chunks, which are all points but one.
fn chunks() -> Filter {
    Filter::must_not([Condition::has_id([point_id(VERSION)])])
}

/// A chunk's name is 128 bits in hex, which is a UUID to Qdrant.
fn id(chunk: &ChunkName) -> PointId {
    point_id(Uuid::parse_str(&chunk.0).unwrap_or_else(|_| Uuid::from_u128(sparse::hash(&chunk.0).into())))
}

fn point_id(uuid: Uuid) -> PointId {
    PointId::from(uuid.to_string())
}

#[async_trait]
impl Index for Server {
    async fn held(&self, workspace: WorkspaceId) -> Result<Held, Error> {
        let collection = self.collection(workspace);
        if !self.exists(&collection).await? {
            return Ok(Held::default());
        }
        Ok(Held {
            version: self.version(&collection).await?,
            chunks: self.count(&collection, chunks()).await?,
            vectors: self.count(&collection, Filter::must([Condition::has_vector(DENSE)])).await?,
        })
    }

    /// The version is written last: a change that was cut off shows the old number, and is made again.
    async fn apply(&self, change: &Change) -> Result<(), Error> {
        let collection = self.collection(change.workspace);
        let points: Vec<PointStruct> = change.add.iter().map(|entry| self.point(entry)).collect::<Result<_, _>>()?;
        if change.reset && self.exists(&collection).await? {
            self.client.delete_collection(&collection).await?;
        }
        if !self.exists(&collection).await? {
            self.create(&collection).await?;
        }
        if !change.remove.is_empty() {
            let ids: Vec<PointId> = change.remove.iter().map(id).collect();
            self.client.delete_points(DeletePointsBuilder::new(&collection).points(ids).wait(true)).await?;
        }
        for batch in points.chunks(BATCH) {
            self.client.upsert_points(UpsertPointsBuilder::new(&collection, batch.to_vec()).wait(true)).await?;
        }
        if let Some(version) = change.version {
            let number = Value::from(i64::try_from(version).unwrap_or(i64::MAX));
            let payload: HashMap<String, Value> = [("version".to_owned(), number)].into();
            let point = PointStruct::new(point_id(VERSION), NamedVectors::default(), Payload::from(payload));
            self.client.upsert_points(UpsertPointsBuilder::new(&collection, vec![point]).wait(true)).await?;
        }
        Ok(())
    }

    async fn search(&self, query: &Query) -> Result<Found, Error> {
        // Only what was published is searched, so a collection that is not there was lost: an error, and not "nothing found".
        search::search(self, &self.collection(query.workspace), query).await
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("prefix", &self.prefix)
            .field("dimensions", &self.dimensions)
            .finish_non_exhaustive()
    }
}

impl From<QdrantError> for Error {
    fn from(error: QdrantError) -> Self {
        // A server that is down answers `Internal`; nothing here tells faults of the net from faults of the server.
        Self::Unavailable(error.to_string())
    }
}
