//! Metrics, one file each: plain functions with formula and source in their docstrings. None of them knows another.
//!
//! Those of ranked lists take the grades of what was found, best first; grade 0 is irrelevant. Those of confidences take pairs
//! (confidence, right).

pub mod auroc;
pub mod brier;
pub mod citation;
pub mod confusion;
pub mod contradiction;
pub mod conversation;
pub mod ece;
pub mod exact;
pub mod f1;
pub mod facts;
pub mod grounded;
pub mod judge;
pub mod latency;
pub mod map;
pub mod mrr;
pub mod ndcg;
pub mod recall;
pub mod risk;
pub mod rouge;
