//! A house of conversations and agents in which everything happens in any order: nothing waits without a next step, nothing
//! has two owners, whoever vanishes keeps nothing, and nobody waits for ever for the agent whom routing chose.
//!
//! The model drives the product's own decisions: `routing::steps`, `routing::event`, `actions::decide` and the fold. What is
//! random is who does what when, also between a look of routing and its appends.

use std::collections::HashMap;

use frontdesk::desk::actions::{self, Action, Actor, Saying};
use frontdesk::desk::routing::{self, Held, Order, Rules, Seat, Step, Waiting, Why, World};
use frontdesk::model::conversation::{Conversation, Owner, Status};
use frontdesk::model::event::{Event, Party, Priority, Reason, ReasonKind, Recorded, Summary, Target};
use frontdesk::model::id::{AgentId, ConversationId, TeamId, WorkspaceId};
use frontdesk::model::time::Timestamp;
use frontdesk::text::language::Language;
use uuid::Uuid;

/// Transitions of one run of the suite; `FRONTDESK_TEST_TRANSITIONS` asks for more.
const TRANSITIONS: u64 = 60_000;
const CONVERSATIONS: usize = 14;
const AGENTS: u128 = 5;
const TEAMS: u128 = 2;
/// Routing looks as often as the product's loop does.
const LOOK_MS: i64 = 1_000;
/// Nothing may wait longer for a next step that could be taken.
const LIMBO_MS: i64 = 5_000;

/// xorshift64*: the same run for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % sides
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        let at = self.roll(all.len() as u64);
        all[usize::try_from(at).unwrap()].clone()
    }
}

fn id<T: From<Uuid>>(number: u128) -> T {
    T::from(Uuid::from_u128(number))
}

struct Agent {
    seat: Seat,
    /// A console is open, and takes new conversations.
    here: bool,
    online: bool,
}

struct House {
    dice: Dice,
    now: Timestamp,
    looked_at: Timestamp,
    /// Routing looked, found nothing to do, and nothing has happened since.
    settled: bool,
    rules: Rules,
    conversations: Vec<Conversation>,
    agents: Vec<Agent>,
    teams: Vec<TeamId>,
    /// Since when something could be done for a conversation and was not.
    limbo: HashMap<ConversationId, Timestamp>,
    longest_limbo_ms: i64,
    born: u128,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    assigned: u64,
    given_back: u64,
    passed_on: u64,
    woken: u64,
    overtaken: u64,
    refused: u64,
}

impl House {
    fn new(seed: u64, order: Order) -> Self {
        let agents = (1..=AGENTS).map(|number| Agent {
            seat: Seat {
                agent: id(number),
                languages: if number == 2 { vec!["en".into()] } else { Vec::new() },
                topics: if number == 3 { vec!["billing".into()] } else { Vec::new() },
                teams: vec![id(1000 + number % TEAMS)],
                capacity: u32::try_from(number % 3).unwrap() + 1,
                ready: false,
                away: false,
                live_at: Timestamp(0),
                routed_at: Timestamp(0),
            },
            here: false,
            online: true,
        });
        let mut house = Self {
            dice: Dice(seed | 1),
            now: Timestamp(1_000_000),
            looked_at: Timestamp(0),
            settled: false,
            rules: Rules { order, widen_after_ms: 20_000, vanish_after_ms: 30_000, answer_within_ms: 25_000 },
            conversations: Vec::new(),
            agents: agents.collect(),
            teams: (0..TEAMS).map(|number| id(1000 + number)).collect(),
            limbo: HashMap::new(),
            longest_limbo_ms: 0,
            born: 0,
            counts: Counts::default(),
        };
        for _ in 0..CONVERSATIONS {
            let conversation = house.fresh();
            house.conversations.push(conversation);
        }
        house
    }

    fn fresh(&mut self) -> Conversation {
        self.born += 1;
        let mut conversation = Conversation::unborn(id(1_000_000 + self.born));
        let opened = Event::Opened {
            workspace: WorkspaceId::DEFAULT,
            inbox: "shop".into(),
            channel: "web".into(),
            customer: id(self.born),
        };
        let first = Recorded { seq: 1, at: self.now, event: opened };
        conversation.apply(&first).unwrap();
        conversation
    }

    /// Appends as the journal does: the fold may refuse. Nobody is ever robbed of a conversation.
    fn append(&mut self, at: usize, event: Event) -> bool {
        let conversation = &mut self.conversations[at];
        let before = conversation.owner;
        let recorded = Recorded { seq: conversation.seq + 1, at: self.now, event };
        if conversation.apply(&recorded).is_err() {
            self.counts.refused += 1;
            return false;
        }
        if let Event::Claimed { agent, .. } = recorded.event {
            assert!(!matches!(before, Owner::Agent(_)), "a second owner: {before:?}, then {agent}");
        }
        if matches!(recorded.event, Event::BotSaid { .. }) {
            assert_eq!(before, Owner::Bot, "the bot spoke in a conversation of others");
        }
        true
    }

    fn act(&mut self, at: usize, agent: AgentId, action: &Action) {
        let actor = Actor { agent, supervises: agent == id(1) };
        match actions::decide(&self.conversations[at], actor, action) {
            Ok(events) => {
                for event in events {
                    assert!(self.append(at, event.clone()), "{action:?} decided what cannot be: {event:?}");
                }
            }
            Err(_) => self.counts.refused += 1,
        }
    }

    /// Something happens, somewhere.
    fn transition(&mut self) {
        self.settled = false;
        let at = usize::try_from(self.dice.roll(CONVERSATIONS as u64)).unwrap();
        let agent: AgentId = id(1 + u128::from(self.dice.roll(AGENTS as u64)));
        let index = usize::try_from(agent.0.as_u128() - 1).unwrap();
        let soon = self.now.plus_ms(1 + i64::try_from(self.dice.roll(60_000)).unwrap());
        let number = self.dice.roll(1_000_000).to_string();
        match self.dice.roll(24) {
            0..=3 => {
                let client_id = format!("{}-{number}", self.conversations[at].seq);
                if self.conversations[at].status == Status::Resolved {
                    self.append(at, Event::Reopened { by: Party::Customer });
                }
                let language = if self.dice.roll(2) == 0 { Language::En } else { Language::Zh };
                self.append(at, Event::CustomerSaid { client_id, text: "?".into(), language, attachments: Vec::new() });
            }
            4..=6 => {
                let rule = (self.dice.roll(3) == 0).then(|| "billing".to_owned());
                let team = (self.dice.roll(3) == 0).then(|| self.dice.pick(&[id(1000), id(1001), id(1999)]));
                let priority = self.dice.pick(&[Priority::Low, Priority::Normal, Priority::Urgent]);
                let reason = Reason { kind: ReasonKind::Asked, rule, priority };
                self.append(at, Event::Escalated { reason, summary: Summary::default(), team, notice: String::new() });
            }
            7 => self.act(at, agent, &Action::Claim),
            8 => {
                let to_bot = self.dice.roll(2) == 0;
                self.act(at, agent, &Action::Release { to_bot });
            }
            9 => {
                let to = match self.dice.roll(3) {
                    0 => Target::Team(self.dice.pick(&[id(1000), id(1001), id(1999)])),
                    _ => Target::Agent(id(1 + u128::from(self.dice.roll(AGENTS as u64)))),
                };
                self.act(at, agent, &Action::Transfer { to, note: String::new() });
            }
            10 => self.act(at, agent, &Action::Snooze { until: soon }),
            11 => self.act(at, agent, &Action::Wake),
            12 | 13 => self.act(at, agent, &Action::Resolve),
            14 => self.act(at, agent, &Action::Reopen),
            15 => {
                let saying = Saying {
                    client_id: number,
                    text: "Yes.".into(),
                    attachments: Vec::new(),
                    citations: Vec::new(),
                    expected: None,
                };
                self.act(at, agent, &Action::Say(saying));
            }
            16 => self.act(at, agent, &Action::Prioritise(Priority::High)),
            17 | 18 => {
                self.touch(index);
                self.agents[index].here = true;
            }
            19 => {
                self.touch(index);
                self.agents[index].here = false;
            }
            20 => self.agents[index].online ^= true,
            21 if self.dice.roll(50) == 0 => {
                // A team is dissolved, or founded again.
                let team = self.dice.pick(&[id(1000), id(1001)]);
                match self.teams.iter().position(|known| *known == team) {
                    Some(place) => drop(self.teams.remove(place)),
                    None => self.teams.push(team),
                }
            }
            _ => {}
        }
        if self.conversations[at].messages.len() > 30 {
            self.conversations[at] = self.fresh();
        }
    }

    fn touch(&mut self, index: usize) {
        if self.agents[index].here {
            self.agents[index].seat.live_at = self.now;
        }
    }

    fn world(&self) -> World {
        let seats = self.agents.iter().map(|agent| Seat {
            ready: agent.here && agent.online,
            away: agent.here && !agent.online,
            live_at: if agent.here { self.now } else { agent.seat.live_at },
            ..agent.seat.clone()
        });
        let mut world =
            World { seats: seats.collect(), teams: self.teams.iter().copied().collect(), ..World::default() };
        for conversation in self.conversations.iter().filter(|conversation| conversation.status == Status::Open) {
            match conversation.owner {
                Owner::Bot => {}
                Owner::Queue => world.waiting.push(Waiting::of(conversation, self.now)),
                Owner::Agent(agent) => world.held.push(Held {
                    id: conversation.id,
                    agent,
                    snoozed_until: conversation.snoozed_until,
                    unanswered_since: conversation.unanswered_since(),
                }),
            }
        }
        world
    }

    /// What the product's loop does: look, then append one step after the other, while the world goes on.
    fn look(&mut self) {
        self.looked_at = self.now;
        loop {
            let world = self.world();
            let steps = routing::steps(&world, &self.rules, self.now);
            self.settled = steps.is_empty();
            let mut done = false;
            for step in &steps {
                if self.dice.roll(4) == 0 {
                    self.transition();
                }
                done |= self.take(*step);
            }
            if !done {
                return;
            }
        }
    }

    fn take(&mut self, step: Step) -> bool {
        let place = self.conversations.iter().position(|one| one.id == step.conversation());
        let event = place.and_then(|at| routing::event(&self.conversations[at], step, self.now));
        let (Some(at), Some(event)) = (place, event) else {
            self.counts.overtaken += 1;
            return false;
        };
        if !self.append(at, event) {
            return false;
        }
        match step {
            Step::Assign { agent, .. } => {
                self.counts.assigned += 1;
                let index = usize::try_from(agent.0.as_u128() - 1).unwrap();
                self.agents[index].seat.routed_at = self.now;
            }
            Step::GiveBack { why: Why::Vanished, .. } => self.counts.given_back += 1,
            Step::GiveBack { why: Why::Unanswered, .. } => self.counts.passed_on += 1,
            Step::Wake { .. } => self.counts.woken += 1,
        }
        true
    }

    /// Notes for what something could be done, and since when.
    fn check(&mut self) {
        let world = self.world();
        // Whatever the loop would do now is a next step that has not been taken.
        let steps = routing::steps(&world, &self.rules, self.now);
        let open: Vec<ConversationId> = steps.iter().map(Step::conversation).collect();
        self.limbo.retain(|conversation, _| open.contains(conversation));
        for conversation in open {
            let since = *self.limbo.entry(conversation).or_insert(self.now);
            let waited_ms = self.now.ms_since(since);
            self.longest_limbo_ms = self.longest_limbo_ms.max(waited_ms);
            assert!(waited_ms <= LIMBO_MS, "{conversation} waits for {waited_ms} ms: {world:?}");
        }
        for conversation in &self.conversations {
            self.check_state(conversation, &world);
        }
    }

    /// Independent of `routing::steps`: what a person would call forgotten.
    fn check_state(&self, conversation: &Conversation, world: &World) {
        if conversation.status != Status::Open {
            return;
        }
        let late = |since: Timestamp| self.now.ms_since(since) > LIMBO_MS;
        if let Some(until) = conversation.snoozed_until {
            assert!(!late(until), "overslept: {}", conversation.id);
            return;
        }
        match conversation.owner {
            Owner::Bot => {}
            Owner::Agent(agent) => {
                let seat = world.seats.iter().find(|seat| seat.agent == agent).unwrap();
                let gone = self.now.ms_since(seat.live_at) > self.rules.vanish_after_ms + LIMBO_MS;
                // Who was given something after they had gone has not had it for long.
                let just_now = self.now.ms_since(conversation.last_at) <= LIMBO_MS;
                assert!(!gone || just_now, "{agent} is gone and holds {}", conversation.id);
                let waits_ms = conversation.unanswered_since().map_or(0, |since| self.now.ms_since(since));
                let long = waits_ms > self.rules.answer_within_ms + LIMBO_MS;
                assert!(!long, "{agent} does not answer {}", conversation.id);
            }
            Owner::Queue => {
                let since = conversation.queued_since.expect("the queue knows since when");
                // Long waits take anybody: whoever is idle now has been so only for a moment.
                let waited_long = self.now.ms_since(since) > self.rules.widen_after_ms + LIMBO_MS;
                let idle = world.seats.iter().any(|seat| {
                    let load = world.held.iter().filter(|held| held.agent == seat.agent).count();
                    self.settled && seat.ready && load == 0 && self.rules.order != Order::ByHand
                });
                assert!(!(waited_long && idle), "{} waits while somebody is idle", conversation.id);
            }
        }
    }

    fn run(&mut self, transitions: u64) {
        for _ in 0..transitions {
            self.transition();
            self.now = self.now.plus_ms(i64::try_from(self.dice.roll(400)).unwrap());
            if self.now.ms_since(self.looked_at) >= LOOK_MS {
                self.look();
            }
            self.check();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the orders of whoever runs the tests, not a setting")]
fn wanted(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

#[test]
fn nothing_is_forgotten_and_nothing_has_two_owners() {
    let transitions = wanted("FRONTDESK_TEST_TRANSITIONS", TRANSITIONS);
    let runs = [(7, Order::LeastBusy), (11, Order::RoundRobin), (13, Order::ByHand)];
    for (seed, order) in runs {
        let mut house = House::new(seed, order);
        house.run(transitions / runs.len() as u64);
        println!("{order:?}: {:?}, longest without a next step {} ms", house.counts, house.longest_limbo_ms);
        let counts = &house.counts;
        assert!(counts.given_back > 10 && counts.woken > 10 && counts.refused > 10, "the model sleeps: {counts:?}");
        assert_eq!((counts.assigned > 10, counts.passed_on > 10), (order != Order::ByHand, order != Order::ByHand));
    }
}
