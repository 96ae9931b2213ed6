//! Which index the house uses.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Error, Index, embedded, qdrant};

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Config {
    Embedded(embedded::Config),
    Qdrant(qdrant::Config),
}

impl Default for Config {
    fn default() -> Self {
        Self::Embedded(embedded::Config::default())
    }
}

impl Config {
    /// Opens the index. `folder` is where an embedded one lives; a process that only reads may stand beside one that writes.
    pub fn build(&self, folder: &Path, access: embedded::Access) -> Result<Arc<dyn Index>, Error> {
        match self {
            Self::Embedded(config) => Ok(Arc::new(embedded::Embedded::open(config, folder, access))),
            Self::Qdrant(config) => Ok(Arc::new(qdrant::Server::connect(config)?)),
        }
    }
}
