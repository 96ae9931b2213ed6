//! Channels: the forms in which customers reach the house. A channel turns what it hears into inbox calls and what the
//! journal says into its own wire form; it never knows who will answer.

use std::fmt;

use utoipa_axum::router::OpenApiRouter;

pub mod follow;
pub mod limit;
pub mod names;
mod reunion;
pub mod sniff;
pub mod token;
pub mod visitor;
pub mod web;
pub mod wire;

/// A way in and out. Channels that carry replies themselves (and not by a stream that the customer holds open) will send
/// from the outbox.
pub trait Channel: fmt::Debug + Send + Sync {
    /// Stable name, as it stands in `opened` events.
    fn name(&self) -> &'static str;

    /// What the channel answers to, with its part of the API reference.
    fn routes(&self) -> OpenApiRouter;
}
