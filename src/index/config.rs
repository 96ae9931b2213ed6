//! Which index the house uses: the only file that names the adapters.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Error, Index, embedded, qdrant};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub kind: Kind,
    pub embedded: embedded::Config,
    pub qdrant: qdrant::Config,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// In the data folder, searched by the program itself.
    #[default]
    Embedded,
    /// On a server that several machines share.
    Qdrant,
}

impl Config {
    /// Opens the index. `folder` is where an embedded one lives; a process that only reads may stand beside one that writes.
    pub fn build(&self, folder: &Path, access: embedded::Access) -> Result<Arc<dyn Index>, Error> {
        match self.kind {
            Kind::Embedded => Ok(Arc::new(embedded::Embedded::open(&self.embedded, folder, access))),
            Kind::Qdrant => Ok(Arc::new(qdrant::Server::connect(&self.qdrant)?)),
        }
    }

    /// Whether the index takes vectors of this width, which is better asked before the first one is refused.
    pub fn fits(&self, width: usize) -> Result<(), Error> {
        match self.kind {
            Kind::Qdrant if self.qdrant.dimensions != width => {
                Err(Error::Mismatched { expected: self.qdrant.dimensions, got: width })
            }
            Kind::Embedded | Kind::Qdrant => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_keeps_vectors_of_one_width() {
        let read = |text: &str| toml::from_str::<Config>(text).unwrap();
        let server = read("kind = 'qdrant'\n[qdrant]\ndimensions = 1024");
        assert_eq!(server.fits(384), Err(Error::Mismatched { expected: 1024, got: 384 }));
        assert!(server.fits(1024).is_ok() && read("[qdrant]\ndimensions = 1024").fits(384).is_ok());
        assert!(toml::from_str::<Config>("writer_memory_mib = 64").is_err(), "it stands in [index.embedded]");
    }
}
