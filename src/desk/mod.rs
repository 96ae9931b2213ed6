//! The human side: what happens once a person should answer.

pub mod accounts;
pub mod config;
pub mod hours;
pub mod inboxes;
pub mod summary;
