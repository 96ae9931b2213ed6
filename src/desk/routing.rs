//! Who gets which conversation, who gives one back, which one wakes up. Pure: the house as it is and the time in, steps out.
//!
//! What it promises (`tests/it/desk/routing.rs` forces it): whatever waits has a next step, a conversation never has two
//! owners, an agent who vanishes keeps nothing, and nobody waits for ever for the first answer of whom routing chose.

use std::cmp::Reverse;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::desk::tables::tables;
use crate::model::conversation::{Conversation, Owner, Status};
use crate::model::event::{Event, Party, Priority};
use crate::model::id::{AgentId, ConversationId, TeamId};
use crate::model::time::Timestamp;

/// A conversation in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub id: ConversationId,
    pub team: Option<TeamId>,
    /// BCP 47.
    pub language: String,
    /// The rule that handed it over, and its labels.
    pub topics: Vec<String>,
    pub priority: Priority,
    pub since: Timestamp,
    /// Who gave it back: somebody else should have it now.
    pub let_go_by: Option<AgentId>,
}

/// A conversation that an agent has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub id: ConversationId,
    pub agent: AgentId,
    pub snoozed_until: Option<Timestamp>,
    /// Since when its customer waits for the first answer of the agent whom routing chose.
    pub unanswered_since: Option<Timestamp>,
}

/// An agent as routing sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub agent: AgentId,
    /// Empty: every language, every topic.
    pub languages: Vec<String>,
    pub topics: Vec<String>,
    pub teams: Vec<TeamId>,
    pub capacity: u32,
    /// Somebody is there and takes new conversations.
    pub ready: bool,
    /// The agent is away from an open console.
    pub away: bool,
    /// When somebody was last there.
    pub live_at: Timestamp,
    /// When routing last gave them something.
    pub routed_at: Timestamp,
}

impl Waiting {
    /// A conversation as it would stand in the queue now.
    #[must_use]
    pub fn of(conversation: &Conversation, now: Timestamp) -> Self {
        let rule = conversation.escalation.as_ref().and_then(|escalation| escalation.reason.rule.clone());
        Self {
            id: conversation.id,
            team: conversation.team,
            language: conversation.language.tag().to_owned(),
            topics: conversation.labels.iter().cloned().chain(rule).collect(),
            priority: conversation.priority(),
            since: conversation.queued_since.unwrap_or(now),
            let_go_by: conversation.let_go_by,
        }
    }

    /// Its place in the order in which the queue is served: the most urgent first, then who waits longest.
    #[must_use]
    pub fn place(&self) -> (Reverse<Priority>, Timestamp, ConversationId) {
        (Reverse(self.priority), self.since, self.id)
    }
}

/// Everything that waits or is held, and everybody who may answer.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub waiting: Vec<Waiting>,
    pub held: Vec<Held>,
    pub seats: Vec<Seat>,
    pub teams: HashSet<TeamId>,
}

/// How conversations are given out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// To whoever has the largest share of their capacity free.
    #[default]
    LeastBusy,
    /// To whoever got nothing for the longest time.
    RoundRobin,
    /// Agents take them by hand.
    ByHand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    pub order: Order,
    /// From this wait on, team and skills are wishes.
    pub widen_after_ms: i64,
    /// An agent who is gone for so long gives back what they have.
    pub vanish_after_ms: i64,
    /// An agent whose first answer takes longer gives back what routing gave them; 0 is never.
    pub answer_within_ms: i64,
}

/// Something that routing wants done. Each is checked again when it is appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Assign { conversation: ConversationId, agent: AgentId },
    GiveBack { conversation: ConversationId, agent: AgentId, why: Why },
    Wake { conversation: ConversationId },
}

impl Step {
    /// The conversation that it is about.
    #[must_use]
    pub fn conversation(&self) -> ConversationId {
        let (Self::Assign { conversation, .. } | Self::GiveBack { conversation, .. } | Self::Wake { conversation }) =
            self;
        *conversation
    }
}

/// Why an agent does not keep a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nobody sits at their console any more.
    Vanished,
    /// Their first answer takes too long, or they went away before it.
    Unanswered,
}

/// What is to be done now. What is given back is given out at the next look.
#[must_use]
pub fn steps(world: &World, rules: &Rules, now: Timestamp) -> Vec<Step> {
    let mut steps = Vec::new();
    for held in &world.held {
        let conversation = held.id;
        match held.snoozed_until {
            Some(until) if until <= now => steps.push(Step::Wake { conversation }),
            // Who set something aside may go home.
            Some(_) => {}
            None => {
                let why = leaves(world, held, rules, now);
                steps.extend(why.map(|why| Step::GiveBack { conversation, agent: held.agent, why }));
            }
        }
    }
    if rules.order == Order::ByHand {
        return steps;
    }
    let mut tables = tables(world);
    let mut queue: Vec<&Waiting> = world.waiting.iter().collect();
    queue.sort_by_key(|waiting| waiting.place());
    for waiting in queue {
        let free = tables.iter_mut().filter(|table| table.load < table.seat.capacity);
        let fitting = free.filter_map(|table| Some((misfit(waiting, table.seat, world, rules, now)?, table)));
        let best = fitting.min_by_key(|(misfit, table)| (*misfit, table.turn(rules.order)));
        if let Some((_, table)) = best {
            table.load += 1;
            table.routed_at = now;
            steps.push(Step::Assign { conversation: waiting.id, agent: table.seat.agent });
        }
    }
    steps
}

/// The event that a step becomes on the conversation as it is at the moment of the append; nothing when it is not wanted any
/// more.
#[must_use]
pub fn event(conversation: &Conversation, step: Step, now: Timestamp) -> Option<Event> {
    if conversation.status != Status::Open {
        return None;
    }
    match step {
        Step::Assign { agent, .. } if conversation.owner == Owner::Queue => {
            Some(Event::Claimed { agent, routed: true })
        }
        Step::GiveBack { agent, why, .. }
            if conversation.owner == Owner::Agent(agent) && conversation.snoozed_until.is_none() =>
        {
            let (vanished, unanswered) = (why == Why::Vanished, why == Why::Unanswered);
            // The answer may have come after the look.
            let still = vanished || conversation.unanswered_since().is_some();
            still.then_some(Event::Released { agent, to_bot: false, vanished, unanswered })
        }
        Step::Wake { .. } if conversation.snoozed_until.is_some_and(|until| until <= now) => {
            Some(Event::Woken { by: Party::System })
        }
        Step::Assign { .. } | Step::GiveBack { .. } | Step::Wake { .. } => None,
    }
}

/// How badly an agent fits: 0 is well, `None` not at all. Whoever has waited long enough takes anybody, the better fit first.
#[must_use]
pub fn misfit(waiting: &Waiting, seat: &Seat, world: &World, rules: &Rules, now: Timestamp) -> Option<u8> {
    if !seat.ready {
        return None;
    }
    // A team that was dissolved binds nobody.
    let elsewhere = waiting.team.is_some_and(|team| world.teams.contains(&team) && !seat.teams.contains(&team));
    let speaks = |known: &String| waiting.language.split('-').next() == known.split('-').next();
    let foreign = !seat.languages.is_empty() && !seat.languages.iter().any(speaks);
    let other_topic = !seat.topics.is_empty()
        && !waiting.topics.is_empty()
        && !waiting.topics.iter().any(|topic| seat.topics.contains(topic));
    let again = waiting.let_go_by == Some(seat.agent);
    let misfit = u8::from(again) * 8 + u8::from(elsewhere) * 4 + u8::from(foreign) * 2 + u8::from(other_topic);
    let wide = now.ms_since(waiting.since) >= rules.widen_after_ms;
    (misfit == 0 || wide).then_some(misfit)
}

/// Why the agent should not keep it, if they should not.
fn leaves(world: &World, held: &Held, rules: &Rules, now: Timestamp) -> Option<Why> {
    if has_vanished(world, held.agent, rules, now) {
        return Some(Why::Vanished);
    }
    let since = held.unanswered_since?;
    let late = rules.answer_within_ms > 0 && now.ms_since(since) >= rules.answer_within_ms;
    let away = world.seats.iter().any(|seat| seat.agent == held.agent && seat.away);
    (late || away).then_some(Why::Unanswered)
}

/// Whether nobody sits at the agent's console any more, for longer than is forgiven.
#[must_use]
pub fn has_vanished(world: &World, agent: AgentId, rules: &Rules, now: Timestamp) -> bool {
    let seat = world.seats.iter().find(|seat| seat.agent == agent);
    seat.is_none_or(|seat| now.ms_since(seat.live_at) >= rules.vanish_after_ms)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const RULES: Rules =
        Rules { order: Order::LeastBusy, widen_after_ms: 60_000, vanish_after_ms: 120_000, answer_within_ms: 600_000 };
    const NOW: Timestamp = Timestamp(10_000_000);

    fn id<T: From<Uuid>>(number: u128) -> T {
        T::from(Uuid::from_u128(number))
    }

    fn waiting(number: u128, priority: Priority, ago_ms: i64) -> Waiting {
        Waiting {
            id: id(number),
            team: None,
            language: "zh-CN".to_owned(),
            topics: Vec::new(),
            priority,
            since: NOW.plus_ms(-ago_ms),
            let_go_by: None,
        }
    }

    fn seat(number: u128, capacity: u32) -> Seat {
        Seat {
            agent: id(number),
            languages: Vec::new(),
            topics: Vec::new(),
            teams: Vec::new(),
            capacity,
            ready: true,
            away: false,
            live_at: NOW,
            routed_at: Timestamp(0),
        }
    }

    fn held(number: u128, agent: u128, snoozed_until: Option<Timestamp>) -> Held {
        Held { id: id(number), agent: id(agent), snoozed_until, unanswered_since: None }
    }

    fn assigned(world: &World, rules: &Rules) -> Vec<(u128, u128)> {
        let pairs = steps(world, rules, NOW).into_iter().filter_map(|step| match step {
            Step::Assign { conversation, agent } => Some((conversation.0.as_u128(), agent.0.as_u128())),
            Step::GiveBack { .. } | Step::Wake { .. } => None,
        });
        pairs.collect()
    }

    #[test]
    fn the_urgent_come_first_then_those_who_wait_longest_until_everybody_is_busy() {
        let queue = [(1, Priority::Normal, 100), (2, Priority::Normal, 900), (3, Priority::Urgent, 1)];
        let world = World {
            waiting: queue.map(|(number, priority, ago)| waiting(number, priority, ago)).into(),
            seats: vec![seat(10, 2)],
            ..World::default()
        };
        assert_eq!(assigned(&world, &RULES), [(3, 10), (2, 10)]);
        assert_eq!(assigned(&world, &Rules { order: Order::ByHand, ..RULES }), []);
    }

    #[test]
    fn work_is_shared_by_load_or_by_turn() {
        let mut world = World {
            waiting: (1..4).map(|number| waiting(number, Priority::Normal, 100 - number as i64)).collect(),
            held: vec![held(9, 10, None)],
            seats: vec![seat(10, 5), seat(11, 5)],
            ..World::default()
        };
        assert_eq!(assigned(&world, &RULES), [(1, 11), (2, 10), (3, 11)]);
        world.seats[1].routed_at = NOW.plus_ms(-5);
        world.seats[0].routed_at = NOW.plus_ms(-9);
        assert_eq!(assigned(&world, &Rules { order: Order::RoundRobin, ..RULES }), [(1, 10), (2, 11), (3, 10)]);
        world.held[0].snoozed_until = Some(NOW.plus_ms(1));
        world.seats[0].capacity = 1;
        assert_eq!(assigned(&world, &RULES)[0], (1, 10), "what is set aside weighs nothing");
    }

    #[test]
    fn team_and_skills_bind_at_first_and_are_wishes_later() {
        let mut world = World { seats: vec![seat(10, 5), seat(11, 5)], teams: [id(7)].into(), ..World::default() };
        world.seats[0].languages = vec!["en".to_owned()];
        world.seats[1].topics = vec!["billing".to_owned()];
        let mut one = waiting(1, Priority::Normal, 0);
        one.topics = vec!["refund".to_owned()];
        world.waiting = vec![one.clone()];
        assert_eq!(assigned(&world, &RULES), [], "one does not speak it, the other does not know it");
        world.waiting[0].since = NOW.plus_ms(-60_000);
        assert_eq!(assigned(&world, &RULES), [(1, 11)], "knowing less weighs less than speaking another language");
        world.waiting[0].team = Some(id(7));
        world.seats[0].teams = vec![id(7)];
        assert_eq!(assigned(&world, &RULES), [(1, 10)], "the team weighs more");
        world.waiting[0] = Waiting { team: Some(id(8)), topics: Vec::new(), ..one };
        assert_eq!(assigned(&world, &RULES), [(1, 11)], "a team that is gone binds nobody");
    }

    #[test]
    fn who_gave_it_back_does_not_get_it_again_while_there_are_others() {
        let mut world = World { seats: vec![seat(10, 5)], ..World::default() };
        world.waiting = vec![Waiting { let_go_by: Some(id(10)), ..waiting(1, Priority::Normal, 0) }];
        assert_eq!(assigned(&world, &RULES), []);
        world.seats.push(Seat { routed_at: NOW, ..seat(11, 1) });
        assert_eq!(assigned(&world, &RULES), [(1, 11)]);
    }

    #[test]
    fn who_vanishes_keeps_nothing_but_what_was_set_aside() {
        let gone = Seat { ready: false, live_at: NOW.plus_ms(-120_000), ..seat(10, 5) };
        let away = Seat { ready: false, live_at: NOW.plus_ms(-119_999), ..seat(11, 5) };
        let all = [(1, 10, None), (2, 11, None), (3, 10, Some(NOW.plus_ms(1))), (4, 10, Some(NOW)), (5, 99, None)];
        let world = World {
            held: all.map(|(number, agent, until)| held(number, agent, until)).into(),
            seats: vec![gone, away],
            ..World::default()
        };
        let expected = [
            Step::GiveBack { conversation: id(1), agent: id(10), why: Why::Vanished },
            Step::Wake { conversation: id(4) },
            Step::GiveBack { conversation: id(5), agent: id(99), why: Why::Vanished },
        ];
        assert_eq!(steps(&world, &RULES, NOW), expected);
    }

    #[test]
    fn who_does_not_answer_passes_on_what_routing_gave_them() {
        let since = |ms_ago: i64| Some(NOW.plus_ms(-ms_ago));
        let unanswered = |number, agent, ms| Held { unanswered_since: since(ms), ..held(number, agent, None) };
        let snoozed = Held { snoozed_until: since(-1), ..unanswered(5, 10, 900_000) };
        let mut world = World {
            held: vec![unanswered(1, 10, 600_000), unanswered(2, 10, 599_999), held(3, 11, None), snoozed],
            seats: vec![seat(10, 9), Seat { ready: false, away: true, ..seat(11, 9) }],
            ..World::default()
        };
        let back = |number, agent| Step::GiveBack { conversation: id(number), agent: id(agent), why: Why::Unanswered };
        assert_eq!(steps(&world, &RULES, NOW), [back(1, 10)]);
        assert_eq!(steps(&world, &Rules { answer_within_ms: 0, ..RULES }, NOW), [], "0 is never");
        world.held = vec![held(3, 11, None), unanswered(4, 11, 1)];
        assert_eq!(steps(&world, &RULES, NOW), [back(4, 11)], "who is away keeps those whom they have answered");
    }
}
