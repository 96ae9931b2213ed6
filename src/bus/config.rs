//! Which bus the house uses: today there is one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Bus, local};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Config {
    #[default]
    Local,
}

impl Config {
    #[must_use]
    pub fn build(&self) -> Arc<dyn Bus> {
        match self {
            Self::Local => Arc::new(local::Local::default()),
        }
    }
}
