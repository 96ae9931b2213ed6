//! What happens to a conversation that should go to a person, and what its customer is told: which team, which place in the
//! queue, or when the house opens. Pure.

use crate::desk::queue::Standing;
use crate::model::event::{Reason, ReasonKind};
use crate::model::id::TeamId;
use crate::model::inbox::OutOfHours;
use crate::store::teams::TeamRow;
use crate::text::language::Language;

/// Whether people can be reached through an inbox now, and what holds when they cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doors {
    pub open: bool,
    /// When they open next, in words: English, Chinese. `None` when nobody knows.
    pub opens: Option<[String; 2]>,
    /// What holds while they are closed.
    pub closed: OutOfHours,
    /// The team of the inbox.
    pub team: Option<TeamId>,
}

impl Default for Doors {
    fn default() -> Self {
        Self { open: true, opens: None, closed: OutOfHours::Queue, team: None }
    }
}

/// What becomes of the wish for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reception {
    /// It goes to people.
    Taken { team: Option<TeamId>, notice: String },
    /// It stays with the bot.
    Declined { notice: String },
}

impl Default for Reception {
    /// To people, without a word about it.
    fn default() -> Self {
        Self::Taken { team: None, notice: String::new() }
    }
}

/// Decides it. What a rule gives to people, and what broke, is never the bot's: it waits for the morning.
#[must_use]
pub fn receive(
    doors: &Doors,
    reason: &Reason,
    team: Option<TeamId>,
    standing: Option<Standing>,
    language: Language,
) -> Reception {
    let own = matches!(reason.kind, ReasonKind::Rule | ReasonKind::Fault);
    match (doors.open, doors.closed) {
        (true, _) => Reception::Taken { team, notice: in_line(standing, language) },
        (false, OutOfHours::BotOnly) if !own => Reception::Declined { notice: until_then(doors, language) },
        (false, OutOfHours::Queue) => {
            let notice = match standing.and_then(|standing| standing.wait_s) {
                Some(_) => in_line(standing, language),
                None => format!("{}{}", closed(doors, language), keeps_place(language)),
            };
            Reception::Taken { team, notice }
        }
        (false, OutOfHours::BotOnly | OutOfHours::TakeMessage) => {
            Reception::Taken { team, notice: format!("{}{}", closed(doors, language), leave_message(language)) }
        }
    }
}

/// The team for it: the inbox's own, or else the one that knows the rule or a label, or else one that is there for the
/// language. A team without topics and languages is chosen by people only.
#[must_use]
pub fn team(doors: &Doors, teams: &[TeamRow], topics: &[String], language: Language) -> Option<TeamId> {
    if let Some(own) = doors.team.filter(|own| teams.iter().any(|team| team.id == *own)) {
        return Some(own);
    }
    let spoken = language.tag().split('-').next().unwrap_or_default();
    let speaks =
        |team: &&TeamRow| team.languages.is_empty() || team.languages.iter().any(|one| one.starts_with(spoken));
    let knows = |team: &&TeamRow| team.topics.iter().any(|topic| topics.contains(topic));
    let by_topic = teams.iter().filter(speaks).find(knows);
    let by_language = || teams.iter().filter(|team| team.topics.is_empty() && !team.languages.is_empty()).find(speaks);
    by_topic.or_else(by_language).map(|team| team.id)
}

/// Place and waiting time, in words for the customer.
#[must_use]
pub fn in_line(standing: Option<Standing>, language: Language) -> String {
    let Some(standing) = standing else { return String::new() };
    let (position, zh) = (standing.position, language == Language::Zh);
    match standing.wait_s {
        None if zh => "目前没有客服在线。您的消息已保存，客服上线后会在这里回复您。".to_owned(),
        None => {
            "Nobody is at the desk right now. Your message is safe; a colleague answers you here as soon as one is back."
                .to_owned()
        }
        Some(0) if zh => "客服马上就来，请稍候。".to_owned(),
        Some(0) => "A colleague will be with you in a moment.".to_owned(),
        Some(wait_s) => {
            let minutes = wait_s.div_ceil(60);
            match (zh, position, minutes) {
                (true, 1, _) => format!("您是下一位，预计等待约 {minutes} 分钟。"),
                (true, ..) => format!("您排在第 {position} 位，预计等待约 {minutes} 分钟。"),
                (false, 1, 1) => "You are next; it should take about a minute.".to_owned(),
                (false, 1, _) => format!("You are next; it should take about {minutes} minutes."),
                (false, _, 1) => format!("You are number {position} in the queue; it should take about a minute."),
                (false, ..) => {
                    format!("You are number {position} in the queue; it should take about {minutes} minutes.")
                }
            }
        }
    }
}

fn closed(doors: &Doors, language: Language) -> String {
    match (&doors.opens, language) {
        (Some([_, zh]), Language::Zh) => format!("现在是非工作时间，我们将于{zh} 恢复服务。"),
        (None, Language::Zh) => "现在是非工作时间。".to_owned(),
        (Some([en, _]), Language::En) => format!("We are closed at the moment and open again {en}. "),
        (None, Language::En) => "We are closed at the moment. ".to_owned(),
    }
}

fn leave_message(language: Language) -> &'static str {
    match language {
        Language::Zh => "请在这里留言，并留下您的联系方式，我们上班后会尽快回复。",
        Language::En => "Leave your message here, and how we can reach you: we answer as soon as we are back.",
    }
}

fn keeps_place(language: Language) -> &'static str {
    match language {
        Language::Zh => "您已进入队列，客服上线后会在这里回复您。",
        Language::En => "You keep your place in the queue: a colleague answers you here when we are back.",
    }
}

fn until_then(doors: &Doors, language: Language) -> String {
    match (&doors.opens, language) {
        (Some([_, zh]), Language::Zh) => {
            format!("人工客服将于{zh} 上线。在此之前，我可以根据帮助文档为您解答，请直接提问。")
        }
        (None, Language::Zh) => "现在没有人工客服。我可以根据帮助文档为您解答，请直接提问。".to_owned(),
        (Some([en, _]), Language::En) => {
            format!("Our people are back {en}. Until then I can help with what is in our documents: just ask.")
        }
        (None, Language::En) => {
            "There is nobody here at the moment. I can help with what is in our documents: just ask.".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::model::event::Priority;
    use crate::model::id::WorkspaceId;
    use crate::model::time::Timestamp;

    fn reason(kind: ReasonKind) -> Reason {
        Reason { kind, rule: None, priority: Priority::Normal }
    }

    fn shut(closed: OutOfHours) -> Doors {
        let opens = Some(["on Monday at 09:00".to_owned(), "周一 09:00".to_owned()]);
        Doors { open: false, opens, closed, team: None }
    }

    #[test]
    fn out_of_hours_the_policy_chooses_and_what_rules_give_to_people_stays_theirs() {
        let asked = reason(ReasonKind::Asked);
        let declined = receive(&shut(OutOfHours::BotOnly), &asked, None, None, Language::Zh);
        assert_eq!(
            declined,
            Reception::Declined {
                notice: "人工客服将于周一 09:00 上线。在此之前，我可以根据帮助文档为您解答，请直接提问。".to_owned()
            }
        );
        for kind in [ReasonKind::Rule, ReasonKind::Fault] {
            let taken = receive(&shut(OutOfHours::BotOnly), &reason(kind), None, None, Language::En);
            assert!(matches!(taken, Reception::Taken { .. }), "{kind:?}");
        }
        let Reception::Taken { notice, .. } = receive(&shut(OutOfHours::TakeMessage), &asked, None, None, Language::En)
        else {
            panic!("a message is taken");
        };
        assert!(notice.starts_with("We are closed at the moment and open again on Monday at 09:00. Leave"), "{notice}");
        // People may be there out of hours, too.
        let soon = Some(Standing { position: 1, wait_s: Some(0) });
        let queued = receive(&shut(OutOfHours::Queue), &asked, None, soon, Language::En);
        let notice = "A colleague will be with you in a moment.".to_owned();
        assert_eq!(queued, Reception::Taken { team: None, notice });
    }

    #[test]
    fn place_and_time_are_told_in_words() {
        for (position, wait_s, en, zh) in [
            (1, Some(0), "A colleague will be with you in a moment.", "客服马上就来，请稍候。"),
            (1, Some(50), "You are next; it should take about a minute.", "您是下一位，预计等待约 1 分钟。"),
            (
                3,
                Some(290),
                "You are number 3 in the queue; it should take about 5 minutes.",
                "您排在第 3 位，预计等待约 5 分钟。",
            ),
        ] {
            let standing = Some(Standing { position, wait_s });
            assert_eq!((in_line(standing, Language::En).as_str(), in_line(standing, Language::Zh).as_str()), (en, zh));
        }
        assert_eq!(in_line(None, Language::En), "");
    }

    #[test]
    fn a_team_is_found_by_inbox_topic_and_language() {
        let team_of = |topics: &[&str], languages: &[&str]| TeamRow {
            id: clock::id(),
            workspace: WorkspaceId::DEFAULT,
            name: String::new(),
            topics: topics.iter().map(|&topic| topic.to_owned()).collect(),
            languages: languages.iter().map(|&language| language.to_owned()).collect(),
            created_at: Timestamp(0),
            members: Vec::new(),
        };
        let teams =
            [team_of(&[], &[]), team_of(&["refund"], &[]), team_of(&["refund"], &["zh"]), team_of(&[], &["en"])];
        let doors = Doors::default();
        let refund = ["refund".to_owned()];
        assert_eq!(team(&doors, &teams, &refund, Language::En), Some(teams[1].id));
        assert_eq!(team(&doors, &teams, &[], Language::En), Some(teams[3].id));
        assert_eq!(team(&doors, &teams, &[], Language::Zh), None);
        let own = Doors { team: Some(teams[0].id), ..doors.clone() };
        assert_eq!(team(&own, &teams, &refund, Language::En), Some(teams[0].id));
        let gone = Doors { team: Some(clock::id()), ..doors };
        assert_eq!(team(&gone, &teams, &[], Language::Zh), None);
    }
}
