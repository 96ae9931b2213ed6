//! The human side: what happens once a person should answer.

pub mod accounts;
pub mod actions;
pub mod attendance;
pub mod closing;
pub mod config;
pub mod feed;
pub mod hours;
pub mod inboxes;
pub mod mood;
pub mod opening;
pub mod queue;
pub mod reception;
pub mod router;
pub mod routing;
pub mod shell;
pub mod summary;
mod tables;
