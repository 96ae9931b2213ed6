//! Where somebody stands in the queue, and how long it will take. Pure.

use crate::desk::routing::{Waiting, World};
use crate::desk::tables::{Table, tables};

/// Where somebody stands in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// From 1.
    pub position: u32,
    /// Roughly how long it will take, in seconds; `None` while nobody is there to answer.
    pub wait_s: Option<u32>,
}

/// Where a conversation stands, or would stand if it came now. `handle_s` is how long a conversation takes an agent.
///
/// Agents work on several conversations at once, so the queue moves by one each time that any of them is done.
#[must_use]
pub fn standing(world: &World, one: &Waiting, handle_s: u32) -> Standing {
    let same_queue = |other: &&Waiting| other.team == one.team || one.team.is_none();
    let ahead = world.waiting.iter().filter(same_queue).filter(|other| other.place() < one.place()).count();
    let position = u32::try_from(ahead + 1).unwrap_or(u32::MAX);
    let serves = |seat: &&Table<'_>| {
        let team = one.team.filter(|team| world.teams.contains(team));
        seat.seat.ready && team.is_none_or(|team| seat.seat.teams.contains(&team))
    };
    let tables = tables(world);
    let (mut capacity, mut free) = (0_u32, 0_u32);
    for table in tables.iter().filter(serves) {
        capacity = capacity.saturating_add(table.seat.capacity);
        free = free.saturating_add(table.seat.capacity.saturating_sub(table.load));
    }
    let wait_s = match (capacity, position.saturating_sub(free)) {
        (0, _) => None,
        (_, 0) => Some(0),
        (capacity, turns) => Some(turns.saturating_mul(handle_s).div_ceil(capacity)),
    };
    Standing { position, wait_s }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::desk::routing::{Held, Seat};
    use crate::model::event::Priority;
    use crate::model::time::Timestamp;

    const NOW: Timestamp = Timestamp(10_000_000);

    fn id<T: From<Uuid>>(number: u128) -> T {
        T::from(Uuid::from_u128(number))
    }

    fn waiting(number: u128, priority: Priority, ago_ms: i64) -> Waiting {
        Waiting {
            id: id(number),
            team: None,
            language: "en".to_owned(),
            topics: Vec::new(),
            priority,
            since: NOW.plus_ms(-ago_ms),
            let_go_by: None,
        }
    }

    #[test]
    fn the_queue_tells_how_long_it_takes() {
        let held = |number| Held { id: id(number), agent: id(10), snoozed_until: None, unanswered_since: None };
        let seat = Seat {
            agent: id(10),
            languages: Vec::new(),
            topics: Vec::new(),
            teams: Vec::new(),
            capacity: 2,
            ready: true,
            away: false,
            live_at: NOW,
            routed_at: Timestamp(0),
        };
        let mut world = World {
            waiting: (1..4).map(|number| waiting(number, Priority::Normal, 1000)).collect(),
            seats: vec![seat],
            held: (20..22).map(held).collect(),
            ..World::default()
        };
        let new = waiting(4, Priority::Normal, 0);
        assert_eq!(standing(&world, &new, 300), Standing { position: 4, wait_s: Some(600) });
        let urgent = waiting(5, Priority::Urgent, 0);
        assert_eq!(standing(&world, &urgent, 300), Standing { position: 1, wait_s: Some(150) });
        world.held.clear();
        assert_eq!(standing(&world, &urgent, 300), Standing { position: 1, wait_s: Some(0) });
        world.seats[0].ready = false;
        assert_eq!(standing(&world, &new, 300), Standing { position: 4, wait_s: None });
    }
}
