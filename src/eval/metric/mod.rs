//! Metrics of ranked lists, each a plain function with its source. A list is the grades of what was found, best first;
//! grade 0 is irrelevant.

pub mod mrr;
pub mod ndcg;
pub mod recall;
