//! Random histories: whatever is thrown at the fold, it keeps its promises.

use frontdesk::model::conversation::{Conversation, Owner, Status};
use frontdesk::model::decision::Mode;
use frontdesk::model::event::{Event, Party, Priority, Reason, ReasonKind, Recorded, Summary, Target};
use frontdesk::model::id::{AgentId, ConversationId, CustomerId, TeamId, TurnId, WorkspaceId};
use frontdesk::model::time::Timestamp;
use frontdesk::text::language::Language;
use proptest::prelude::*;
use uuid::Uuid;

fn id<T: From<Uuid>>(number: u128) -> T {
    T::from(Uuid::from_u128(number))
}

fn any_party() -> impl Strategy<Value = Party> {
    prop_oneof![
        Just(Party::Customer),
        Just(Party::Bot),
        (0..3_u128).prop_map(|agent| Party::Agent(id(agent))),
        Just(Party::System),
    ]
}

/// Few agents, turns and client ids, so that they meet often.
fn any_event() -> impl Strategy<Value = Event> {
    let agent = || (0..3_u128).prop_map(id::<AgentId>);
    let turn = || (0..4_u128).prop_map(id::<TurnId>);
    let client_id = || (0..30_u32).prop_map(|number| number.to_string());
    prop_oneof![
        1 => Just(Event::Opened {
            workspace: WorkspaceId::DEFAULT,
            inbox: "shop".into(),
            channel: "web".into(),
            customer: id::<CustomerId>(1),
        }),
        8 => client_id().prop_map(|client_id| Event::CustomerSaid { client_id, text: "?".into(), language: Language::En, attachments: Vec::new() }),
        6 => (turn(), 0..40_u64).prop_map(|(turn, through)| Event::TurnStarted { turn, through }),
        6 => turn().prop_map(super::decided),
        6 => turn().prop_map(|turn| Event::BotSaid {
            turn,
            text: "!".into(),
            mode: Mode::Quote,
            citations: Vec::new(),
            offers_human: false,
        }),
        2 => Just(Event::Escalated {
            reason: Reason { kind: ReasonKind::Asked, rule: None, priority: Priority::Normal },
            summary: Summary::default(),
            team: None,
            notice: String::new(),
        }),
        3 => (agent(), any::<bool>()).prop_map(|(agent, routed)| Event::Claimed { agent, routed }),
        1 => Just(Event::Addressed { language: Language::Zh }),
        1 => (1..4_u128).prop_map(|customer| Event::Recognised { customer: id(customer) }),
        3 => (agent(), any::<bool>()).prop_map(|(agent, to_bot)| Event::Released { agent, to_bot, vanished: false, unanswered: false }),
        4 => (agent(), client_id())
            .prop_map(|(agent, client_id)| Event::AgentSaid { agent, client_id, text: "…".into(), attachments: Vec::new(), citations: Vec::new() }),
        2 => (agent(), agent(), any::<bool>()).prop_map(|(by, other, team)| Event::Transferred {
            by,
            to: if team { Target::Team(TeamId(Uuid::from_u128(9))) } else { Target::Agent(other) },
            note: String::new(),
        }),
        1 => agent().prop_map(|by| Event::Snoozed { by, until: Timestamp(1) }),
        1 => Just(Event::Woken { by: Party::System }),
        1 => (0..20_u64).prop_map(|through| Event::Seen { by: Party::Customer, through }),
        1 => agent().prop_map(|agent| Event::Noted { agent, text: "n".into(), mentions: Vec::new() }),
        1 => any::<bool>().prop_map(|removed| Event::Tagged { label: "vip".into(), removed }),
        2 => any_party().prop_map(|by| Event::Resolved { by }),
        2 => any_party().prop_map(|by| Event::Reopened { by }),
        1 => (0..8_u8).prop_map(|score| Event::Rated { score, comment: String::new() }),
        1 => (0..40_u64).prop_map(|message| Event::Delivered { message }),
        1 => (0..40_u64).prop_map(|message| Event::DeliveryFailed { message, why: "gone".into() }),
        1 => Just(Event::Imported { source: "elsewhere".into() }),
    ]
}

/// What must hold between a conversation before and after an event that was allowed.
fn promises(before: &Conversation, event: &Event, after: &Conversation) -> Result<(), TestCaseError> {
    prop_assert_eq!(after.seq, before.seq + 1);
    prop_assert!(after.answered_through <= after.seq);
    prop_assert!(after.answered_through >= before.answered_through, "what was answered stays answered");
    prop_assert!(after.messages.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    match event {
        Event::BotSaid { turn, .. } => {
            prop_assert_eq!(before.owner, Owner::Bot);
            prop_assert_eq!(before.turn.map(|turn| (turn.id, turn.decided)), Some((*turn, true)));
        }
        Event::AgentSaid { agent, .. } | Event::Released { agent, .. } => {
            prop_assert_eq!(before.owner, Owner::Agent(*agent));
        }
        Event::Claimed { agent, .. } => {
            prop_assert!(!matches!(before.owner, Owner::Agent(_)), "nobody is robbed of a conversation");
            prop_assert_eq!(after.owner, Owner::Agent(*agent));
            prop_assert_eq!(after.turn, None);
            prop_assert_eq!(after.answered_through, before.answered_through, "a claim answers nothing");
        }
        Event::Transferred { .. } => {
            prop_assert!(before.owner != Owner::Bot && after.owner != Owner::Bot, "people pass on what is theirs");
        }
        Event::Resolved { by: Party::Bot } => prop_assert_eq!(before.owner, Owner::Bot),
        Event::Escalated { .. } => prop_assert_eq!(after.owner, Owner::Queue),
        Event::CustomerSaid { .. } if after.owner == Owner::Bot => {
            prop_assert_eq!(after.awaits_bot(), Some(after.seq), "a message is owed an answer");
        }
        _ => {}
    }
    if let (Some(owed), Event::BotSaid { .. }) = (before.awaits_bot(), event) {
        let through = before.turn.map_or(0, |turn| turn.through);
        prop_assert_eq!(after.awaits_bot().is_some(), owed > through, "what came during the turn is still owed");
    }
    let queued = after.status == Status::Open && after.owner == Owner::Queue;
    prop_assert_eq!(after.queued_since.is_some(), queued, "the queue knows since when");
    if after.status != Status::Open || after.owner != Owner::Bot {
        prop_assert_eq!(after.awaits_bot(), None, "the bot owes nothing in a conversation that is not its own");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_fold_keeps_its_promises(events in prop::collection::vec(any_event(), 0..60)) {
        let conversation: ConversationId = id(9);
        let mut now = Conversation::unborn(conversation);
        let mut history = Vec::new();
        let opened = Event::Opened {
            workspace: WorkspaceId::DEFAULT,
            inbox: "shop".into(),
            channel: "web".into(),
            customer: id::<CustomerId>(1),
        };
        for (n, event) in std::iter::once(opened).chain(events).enumerate() {
            // Turns are mostly about the last message, so that histories get somewhere.
            let event = match (event, now.awaits_bot()) {
                (Event::TurnStarted { turn, through }, Some(last)) if through % 4 != 0 => {
                    Event::TurnStarted { turn, through: last }
                }
                (event, _) => event,
            };
            let recorded = Recorded { seq: now.seq + 1, at: Timestamp(i64::try_from(n).unwrap()), event };
            let before = now.clone();
            match now.apply(&recorded) {
                Ok(()) => {
                    promises(&before, &recorded.event, &now)?;
                    history.push(recorded);
                }
                Err(_) => prop_assert_eq!(&before, &now, "a forbidden event changes nothing"),
            }
        }
        prop_assert_eq!(Conversation::fold(conversation, &history).unwrap(), now);
        let written = serde_json::to_string(&history).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<Recorded>>(&written).unwrap(), history);
    }

    #[test]
    fn events_out_of_order_are_refused(seq in 0..10_u64) {
        let mut conversation = Conversation::unborn(id(9));
        let opened = Event::Opened {
            workspace: WorkspaceId::DEFAULT,
            inbox: "shop".into(),
            channel: "web".into(),
            customer: id::<CustomerId>(1),
        };
        let applied = conversation.apply(&Recorded { seq, at: Timestamp(0), event: opened });
        prop_assert_eq!(applied.is_ok(), seq == 1);
    }
}

/// A conversation after these events, all of which must be allowed.
fn after(events: Vec<Event>) -> Conversation {
    let mut conversation = Conversation::unborn(id(9));
    let opened = Event::Opened {
        workspace: WorkspaceId::DEFAULT,
        inbox: "shop".into(),
        channel: "web".into(),
        customer: id::<CustomerId>(1),
    };
    for event in std::iter::once(opened).chain(events) {
        let recorded = Recorded { seq: conversation.seq + 1, at: Timestamp(0), event };
        conversation.apply(&recorded).unwrap();
    }
    conversation
}

fn asked(client_id: &str) -> Event {
    Event::CustomerSaid {
        client_id: client_id.into(),
        text: "?".into(),
        language: Language::En,
        attachments: Vec::new(),
    }
}

#[test]
fn what_an_agent_left_unanswered_the_bot_owes_again() {
    let agent: AgentId = id(1);
    let (claimed, released) = (
        Event::Claimed { agent, routed: false },
        Event::Released { agent, to_bot: true, vanished: false, unanswered: false },
    );
    let replied = Event::AgentSaid {
        agent,
        client_id: "a".into(),
        text: "Yes.".into(),
        attachments: Vec::new(),
        citations: Vec::new(),
    };
    assert_eq!(after(vec![asked("1"), claimed.clone(), released.clone()]).awaits_bot(), Some(2));
    assert_eq!(after(vec![asked("1"), claimed, replied, released]).awaits_bot(), None);
}

#[test]
fn the_client_id_of_a_customer_does_not_swallow_the_words_of_an_agent() {
    let agent: AgentId = id(1);
    let replied = Event::AgentSaid {
        agent,
        client_id: "same".into(),
        text: "Yes.".into(),
        attachments: Vec::new(),
        citations: Vec::new(),
    };
    assert_eq!(after(vec![asked("same"), Event::Claimed { agent, routed: false }, replied]).messages.len(), 2);
}
