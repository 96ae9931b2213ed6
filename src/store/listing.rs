//! Lists of conversations as people look at them: views, filters, order, counts.

use std::collections::HashMap;

use sqlx::{QueryBuilder, Sqlite};
use uuid::Uuid;

use super::{Error, Store, containing};
use crate::model::id::{AgentId, ConversationId, CustomerId, TeamId, WorkspaceId};

/// Conversations that a search for words goes through at most, newest first.
const SEARCHED: i64 = 5_000;
/// Sorts after every moment.
const NEVER: i64 = 9_000_000_000_000_000;

/// A conversation in a list.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    pub id: Uuid,
    pub workspace: Uuid,
    pub seq: i64,
    pub inbox: String,
    pub channel: String,
    pub language: String,
    /// `open` or `resolved`.
    pub status: String,
    /// `bot`, `queue` or `agent`.
    pub owner: String,
    pub agent: Option<Uuid>,
    pub agent_name: Option<String>,
    pub team: Option<Uuid>,
    pub priority: i64,
    pub labels: String,
    pub customer: Option<Uuid>,
    pub contact_name: Option<String>,
    pub contact_email: Option<String>,
    pub contact_verified: Option<bool>,
    pub said_seq: Option<i64>,
    pub said_at: Option<i64>,
    pub said_by: Option<String>,
    pub said: Option<String>,
    pub said_files: i64,
    pub opened_at: i64,
    pub queued_since: Option<i64>,
    pub waiting_since: Option<i64>,
    pub snoozed_until: Option<i64>,
    pub unread: i64,
    pub escalated_at: Option<i64>,
    pub escalated_kind: Option<String>,
    pub escalated_rule: Option<String>,
    pub rating: Option<i64>,
    /// When a note last named the agent whose mentions are listed, and how many they have not seen.
    pub mentioned_at: Option<i64>,
    pub mentions_unseen: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    Mine(AgentId),
    /// Those in which a note names the agent, whatever their state; the newest mention first.
    Mentions(AgentId),
    Unassigned,
    Waiting,
    All,
    Snoozed,
    Resolved,
    Bot,
    /// Whatever its state.
    Any,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Newest,
    LongestWaiting,
    Priority,
}

/// Where a page of a list ends: two numbers of its order, and the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(pub i64, pub i64, pub Uuid);

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub workspace: WorkspaceId,
    pub view: View,
    pub sort: Sort,
    pub team: Option<TeamId>,
    pub agent: Option<AgentId>,
    pub customer: Option<CustomerId>,
    pub label: Option<String>,
    pub channel: Option<String>,
    pub inbox: Option<String>,
    pub language: Option<String>,
    pub priority: Option<i64>,
    /// Words of the customer's name or address, of a label or of a message.
    pub words: Option<String>,
    pub after: Option<Place>,
    pub limit: usize,
}

impl Wanted {
    #[must_use]
    pub fn of(workspace: WorkspaceId, view: View, limit: usize) -> Self {
        Self {
            workspace,
            view,
            sort: Sort::default(),
            team: None,
            agent: None,
            customer: None,
            label: None,
            channel: None,
            inbox: None,
            language: None,
            priority: None,
            words: None,
            after: None,
            limit,
        }
    }
}

impl Listed {
    /// Its place in an order.
    #[must_use]
    pub fn place(&self, sort: Sort) -> Place {
        let waiting = self.waiting_since.unwrap_or(NEVER);
        match sort {
            Sort::Newest => Place(-self.mentioned_at.or(self.said_at).unwrap_or(0), 0, self.id),
            Sort::LongestWaiting => Place(waiting, 0, self.id),
            Sort::Priority => Place(-self.priority, waiting, self.id),
        }
    }
}

/// How many conversations each view holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub mine: HashMap<AgentId, u64>,
    /// Those with a mention that the agent has not seen.
    pub mentions: HashMap<AgentId, u64>,
    pub unassigned: u64,
    pub waiting: u64,
    pub all: u64,
    pub snoozed: u64,
    pub resolved: u64,
    pub bot: u64,
}

const COLUMNS: &str = "select c.id, c.workspace, c.seq, c.inbox, c.channel, c.language, c.status, c.owner, c.agent, \
     a.name as agent_name, c.team, c.priority, c.labels, c.customer, k.name as contact_name, k.email as contact_email, \
     k.verified as contact_verified, c.said_seq, c.said_at, c.said_by, c.said, c.said_files, c.opened_at, c.queued_since, \
     c.waiting_since, c.snoozed_until, c.unread, c.escalated_at, c.escalated_kind, c.escalated_rule, c.rating, ";
/// Lists that are nobody's mentions.
const UNMENTIONED: &str = "null as mentioned_at, 0 as mentions_unseen from ";
const JOINED: &str = " c left join agents a on a.id = c.agent left join contacts k on k.id = c.customer ";

impl Store {
    /// A page of a list.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(&self, wanted: &Wanted) -> Result<Vec<Listed>, Error> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push(match wanted.view {
            View::Mentions(_) => "m.mentioned_at, m.unseen as mentions_unseen from ",
            _ => UNMENTIONED,
        });
        if wanted.words.is_some() {
            query.push("(select * from conversations where workspace = ").push_bind(wanted.workspace.0);
            query.push(" and said_at is not null order by said_at desc limit ").push_bind(SEARCHED).push(")");
        } else {
            query.push("conversations");
        }
        query.push(JOINED);
        if let View::Mentions(agent) = wanted.view {
            query.push("join (select conversation, max(at) as mentioned_at, sum(1 - seen) as unseen from mentions");
            query.push(" where workspace = ").push_bind(wanted.workspace.0).push(" and agent = ").push_bind(agent.0);
            query.push(" group by conversation) m on m.conversation = c.id ");
        }
        query.push("where c.workspace = ").push_bind(wanted.workspace.0);
        // A chat that was opened and never used is nobody's business.
        query.push(" and c.said_at is not null");
        narrow(&mut query, wanted);
        order(&mut query, wanted);
        query.push(" limit ").push_bind(i64::try_from(wanted.limit).unwrap_or(i64::MAX));
        Ok(query.build_query_as().fetch_all(self.reading()).await?)
    }

    /// Rows of these conversations, in no order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn listed(&self, ids: &[ConversationId]) -> Result<Vec<Listed>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = QueryBuilder::new(COLUMNS);
        query.push(UNMENTIONED).push("conversations").push(JOINED).push("where c.id in (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id.0);
        }
        query.push(")");
        Ok(query.build_query_as().fetch_all(self.reading()).await?)
    }

    /// The labels that conversations have, with how many have them; the most used first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn labels(&self, workspace: WorkspaceId) -> Result<Vec<(String, u64)>, Error> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "select labels, count(*) from conversations where workspace = $1 and labels <> '' group by labels",
        )
        .bind(workspace.0)
        .fetch_all(self.reading())
        .await?;
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for (labels, count) in &rows {
            for label in labels.split('|').filter(|label| !label.is_empty()) {
                *counts.entry(label).or_default() += count.unsigned_abs();
            }
        }
        let mut counts: Vec<(String, u64)> =
            counts.into_iter().map(|(label, count)| (label.to_owned(), count)).collect();
        counts.sort_by(|(one, many), (other, more)| more.cmp(many).then_with(|| one.cmp(other)));
        Ok(counts)
    }

    /// How many conversations each view holds.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn view_counts(&self, workspace: WorkspaceId) -> Result<Tally, Error> {
        let open: Vec<(String, Option<Uuid>, bool, bool, i64)> = sqlx::query_as(
            "select owner, agent, snoozed_until is not null, waiting_since is not null, count(*)
             from conversations where workspace = $1 and status = 'open' and said_at is not null
             group by owner, agent, snoozed_until is not null, waiting_since is not null",
        )
        .bind(workspace.0)
        .fetch_all(self.reading())
        .await?;
        let (resolved,): (i64,) = sqlx::query_as(
            "select count(*) from conversations where workspace = $1 and status = 'resolved' and said_at is not null",
        )
        .bind(workspace.0)
        .fetch_one(self.reading())
        .await?;
        let mentions: Vec<(Uuid, i64)> = sqlx::query_as(
            "select agent, count(distinct conversation) from mentions where workspace = $1 and seen = 0 group by agent",
        )
        .bind(workspace.0)
        .fetch_all(self.reading())
        .await?;
        let mentions = mentions.into_iter().map(|(agent, count)| (AgentId(agent), count.unsigned_abs())).collect();
        let mut tally = Tally { mentions, resolved: resolved.unsigned_abs(), ..Tally::default() };
        for (owner, agent, snoozed, waiting, count) in open {
            let count = count.unsigned_abs();
            if snoozed {
                tally.snoozed += count;
                continue;
            }
            tally.all += count;
            tally.waiting += if waiting { count } else { 0 };
            match (owner.as_str(), agent) {
                ("agent", Some(agent)) => *tally.mine.entry(AgentId(agent)).or_default() += count,
                ("queue", _) => tally.unassigned += count,
                _ => tally.bot += count,
            }
        }
        Ok(tally)
    }
}

fn narrow(query: &mut QueryBuilder<Sqlite>, wanted: &Wanted) {
    match wanted.view {
        View::Mine(agent) => {
            query.push(" and c.status = 'open' and c.snoozed_until is null and c.owner = 'agent' and c.agent = ");
            query.push_bind(agent.0);
        }
        View::Unassigned => {
            query.push(" and c.status = 'open' and c.snoozed_until is null and c.owner = 'queue'");
        }
        View::Waiting => {
            query.push(" and c.status = 'open' and c.snoozed_until is null and c.waiting_since is not null");
        }
        View::All => {
            query.push(" and c.status = 'open' and c.snoozed_until is null");
        }
        View::Snoozed => {
            query.push(" and c.status = 'open' and c.snoozed_until is not null");
        }
        View::Resolved => {
            query.push(" and c.status = 'resolved'");
        }
        View::Bot => {
            query.push(" and c.status = 'open' and c.snoozed_until is null and c.owner = 'bot'");
        }
        View::Any | View::Mentions(_) => {}
    }
    if let Some(team) = wanted.team {
        query.push(" and c.team = ").push_bind(team.0);
    }
    if let Some(agent) = wanted.agent {
        query.push(" and c.owner = 'agent' and c.agent = ").push_bind(agent.0);
    }
    if let Some(customer) = wanted.customer {
        query.push(" and c.customer = ").push_bind(customer.0);
    }
    for (column, value) in [(" and c.channel = ", &wanted.channel), (" and c.inbox = ", &wanted.inbox)] {
        if let Some(value) = value {
            query.push(column).push_bind(value);
        }
    }
    if let Some(language) = &wanted.language {
        // `zh` finds `zh-CN`.
        query.push(" and c.language like ").push_bind(format!("{}%", language.replace(['%', '_'], "")));
    }
    if let Some(label) = &wanted.label {
        query.push(" and c.labels like ").push_bind(containing(&format!("|{label}|"))).push(" escape '\\'");
    }
    if let Some(priority) = wanted.priority {
        query.push(" and c.priority = ").push_bind(priority);
    }
    if let Some(words) = &wanted.words {
        let plain = containing(&words.to_lowercase());
        query.push(" and (lower(coalesce(k.name, '')) like ").push_bind(plain.clone()).push(" escape '\\'");
        query.push(" or lower(coalesce(k.email, '')) like ").push_bind(plain.clone()).push(" escape '\\'");
        query.push(" or lower(c.labels) like ").push_bind(plain.clone()).push(" escape '\\'");
        query.push(" or exists (select 1 from events e where e.conversation = c.id and e.type in ");
        query.push("('customer_said', 'bot_said', 'agent_said', 'noted') and lower(e.body ->> 'text') like ");
        query.push_bind(plain).push(" escape '\\'))");
    }
}

fn order(query: &mut QueryBuilder<Sqlite>, wanted: &Wanted) {
    let after = wanted.after;
    match wanted.sort {
        Sort::Newest => {
            let moment = if matches!(wanted.view, View::Mentions(_)) { "m.mentioned_at" } else { "c.said_at" };
            if let Some(Place(at, _, id)) = after {
                query.push(" and (").push(moment).push(" < ").push_bind(-at);
                query.push(" or (").push(moment).push(" = ").push_bind(-at);
                query.push(" and c.id < ").push_bind(id).push("))");
            }
            query.push(" order by ").push(moment).push(" desc, c.id desc");
        }
        Sort::LongestWaiting => {
            if let Some(Place(at, _, id)) = after {
                query.push(" and (coalesce(c.waiting_since, ").push_bind(NEVER).push(") > ").push_bind(at);
                query.push(" or (coalesce(c.waiting_since, ").push_bind(NEVER).push(") = ").push_bind(at);
                query.push(" and c.id > ").push_bind(id).push("))");
            }
            query.push(" order by coalesce(c.waiting_since, ").push_bind(NEVER).push("), c.id");
        }
        Sort::Priority => {
            if let Some(Place(priority, at, id)) = after {
                query.push(" and (-c.priority > ").push_bind(priority).push(" or (-c.priority = ").push_bind(priority);
                query.push(" and (coalesce(c.waiting_since, ").push_bind(NEVER).push(") > ").push_bind(at);
                query.push(" or (coalesce(c.waiting_since, ").push_bind(NEVER).push(") = ").push_bind(at);
                query.push(" and c.id > ").push_bind(id).push("))))");
            }
            query.push(" order by -c.priority, coalesce(c.waiting_since, ").push_bind(NEVER).push("), c.id");
        }
    }
}
