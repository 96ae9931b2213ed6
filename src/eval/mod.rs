//! Measuring: the product's own code on labelled cases. Nothing here decides anything that the product decides elsewhere.
//!
//! `suite` reads cases, `run` puts them to the product and writes a `record` of each end, `score` says what of it is right, `stats`
//! what may be concluded from that.

pub mod ask;
pub mod by_model;
pub mod calibrate;
pub mod case;
pub mod compare;
pub mod draft;
pub mod harvest;
pub mod import;
pub mod judge;
pub mod metric;
pub mod plan;
pub mod poc;
pub mod record;
pub mod replay;
pub mod report;
pub mod retrieval;
pub mod run;
pub mod score;
pub mod stats;
pub mod suite;
pub mod tally;
pub mod watch;
pub mod words;
