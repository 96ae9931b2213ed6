//! Measuring: the product's own code on labelled cases. Nothing here decides anything that the product decides elsewhere.

pub mod metric;
pub mod retrieval;
