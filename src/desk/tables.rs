//! Seats with what is on them at the moment: what routing and the queue reckon with. Pure.

use std::collections::HashMap;

use crate::desk::routing::{Order, Seat, World};
use crate::model::id::AgentId;
use crate::model::time::Timestamp;

/// A seat with what is on it at the moment.
pub(super) struct Table<'a> {
    pub(super) seat: &'a Seat,
    pub(super) load: u32,
    pub(super) routed_at: Timestamp,
}

impl Table<'_> {
    /// The smallest is next.
    pub(super) fn turn(&self, order: Order) -> (u64, Timestamp, AgentId) {
        let share = u64::from(self.load) * 1_000_000 / u64::from(self.seat.capacity.max(1));
        match order {
            Order::LeastBusy => (share, self.routed_at, self.seat.agent),
            Order::RoundRobin | Order::ByHand => (0, self.routed_at, self.seat.agent),
        }
    }
}

pub(super) fn tables(world: &World) -> Vec<Table<'_>> {
    let mut loads: HashMap<AgentId, u32> = HashMap::new();
    // What is set aside weighs nothing.
    for held in world.held.iter().filter(|held| held.snoozed_until.is_none()) {
        *loads.entry(held.agent).or_default() += 1;
    }
    let load = |seat: &Seat| loads.get(&seat.agent).copied().unwrap_or_default();
    world.seats.iter().map(|seat| Table { seat, load: load(seat), routed_at: seat.routed_at }).collect()
}
