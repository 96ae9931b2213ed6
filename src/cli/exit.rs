//! How the program ends. One table, for scripts.

use std::process::ExitCode;

use crate::eval::suite::BadSuite;
use crate::{config, embed, llm};

/// | code | meaning |
/// |---|---|
/// | 0 | done |
/// | 1 | it failed |
/// | 2 | the command line is wrong (clap) |
/// | 3 | the settings are wrong |
/// | 4 | the network or the model did not do its part |
/// | 5 | some documents were taken, others refused |
/// | 6 | measured, and below the gate |
/// | 7 | a suite of labelled cases is wrong |
/// | 8 | it could not be measured, or not all of it |
/// | 9 | the money for measuring was spent before its end |
/// | 130 | stopped by Ctrl-C |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    Config = 3,
    Network = 4,
    Partial = 5,
    BelowGate = 6,
    BadSuite = 7,
    CouldNotRun = 8,
    CostLimit = 9,
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// The row for an error: what stands deepest decides.
    #[must_use]
    pub fn of(error: &anyhow::Error) -> Self {
        for cause in error.chain() {
            if cause.is::<config::Error>() {
                return Self::Config;
            }
            if cause.is::<BadSuite>() {
                return Self::BadSuite;
            }
            if cause.is::<llm::Error>() || cause.is::<embed::Error>() || cause.is::<reqwest::Error>() {
                return Self::Network;
            }
        }
        Self::Failed
    }

    /// Whether an error only says that nobody reads our output any more, which is success.
    #[must_use]
    pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
        error
            .chain()
            .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
            .any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn the_cause_decides_however_much_is_said_around_it() {
        let wrapped = Err::<(), _>(config::Error(vec!["x".to_owned()])).context("outer").context("outermost");
        assert_eq!(Exit::of(&wrapped.unwrap_err()), Exit::Config);
        let wrapped = Err::<(), _>(llm::Error::TimedOut).context("outer");
        assert_eq!(Exit::of(&wrapped.unwrap_err()), Exit::Network);
        assert_eq!(Exit::of(&anyhow::anyhow!("something")), Exit::Failed);
    }
}
