//! Those who answer: their accounts, and when they were last there.

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Error, Store};
use crate::model::id::{AgentId, TeamId, WorkspaceId};
use crate::model::staff::{Presence, Role};
use crate::model::time::Timestamp;

/// An account. Its password's hash is asked for on its own, by those who check it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentRow {
    pub id: AgentId,
    pub workspace: WorkspaceId,
    pub name: String,
    /// Lower case.
    pub email: String,
    pub role: Role,
    pub must_change: bool,
    /// `en` or `zh`.
    pub language: String,
    /// What they chose; whether they are there says `live_at`.
    pub presence: Presence,
    pub capacity: u32,
    pub languages: Vec<String>,
    pub topics: Vec<String>,
    /// Free JSON of the console.
    pub settings: String,
    pub live_at: Timestamp,
    pub routed_at: Timestamp,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
    /// In order of id.
    pub teams: Vec<TeamId>,
}

/// What a new account begins with.
#[derive(Clone, Debug)]
pub struct NewAgent {
    pub id: AgentId,
    pub workspace: WorkspaceId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// PHC string.
    pub password: String,
    pub must_change: bool,
    pub language: String,
    pub capacity: u32,
    pub languages: Vec<String>,
    pub topics: Vec<String>,
}

#[derive(sqlx::FromRow)]
struct Raw {
    id: Uuid,
    workspace: Uuid,
    name: String,
    email: String,
    role: String,
    must_change: bool,
    language: String,
    presence: String,
    capacity: i64,
    languages: String,
    topics: String,
    settings: String,
    live_at: i64,
    routed_at: i64,
    created_at: i64,
    disabled_at: Option<i64>,
}

const COLUMNS: &str = "select a.id, a.workspace, a.name, a.email, a.role, a.must_change, a.language, a.presence, a.capacity, \
     a.languages, a.topics, a.settings, a.live_at, a.routed_at, a.created_at, a.disabled_at from agents a ";

impl Raw {
    fn read(self) -> Result<AgentRow, Error> {
        let odd = |what: &str| Error::Corrupt(format!("agent {}: {what}", self.id));
        Ok(AgentRow {
            role: Role::named(&self.role).ok_or_else(|| odd("role"))?,
            presence: Presence::named(&self.presence).ok_or_else(|| odd("presence"))?,
            languages: serde_json::from_str(&self.languages)?,
            topics: serde_json::from_str(&self.topics)?,
            capacity: u32::try_from(self.capacity).map_err(|_| odd("capacity"))?,
            id: AgentId(self.id),
            workspace: WorkspaceId(self.workspace),
            name: self.name,
            email: self.email,
            must_change: self.must_change,
            language: self.language,
            settings: self.settings,
            live_at: Timestamp(self.live_at),
            routed_at: Timestamp(self.routed_at),
            created_at: Timestamp(self.created_at),
            disabled_at: self.disabled_at.map(Timestamp),
            teams: Vec::new(),
        })
    }
}

impl Store {
    /// Makes an account; false when the workspace has one with this address.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_agent(&self, agent: &NewAgent, now: Timestamp) -> Result<bool, Error> {
        let done = sqlx::query(
            "insert into agents (id, workspace, name, email, role, password, must_change, language, capacity, languages,
                topics, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing",
        )
        .bind(agent.id.0)
        .bind(agent.workspace.0)
        .bind(&agent.name)
        .bind(&agent.email)
        .bind(agent.role.name())
        .bind(&agent.password)
        .bind(agent.must_change)
        .bind(&agent.language)
        .bind(i64::from(agent.capacity))
        .bind(serde_json::to_string(&agent.languages)?)
        .bind(serde_json::to_string(&agent.topics)?)
        .bind(now.0)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// All accounts of a workspace by name, also those of people who left.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn agents(&self, workspace: WorkspaceId) -> Result<Vec<AgentRow>, Error> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push("where a.workspace = ").push_bind(workspace.0).push(" order by a.name, a.id");
        let rows: Vec<Raw> = query.build_query_as().fetch_all(self.reading()).await?;
        let mut agents = rows.into_iter().map(Raw::read).collect::<Result<Vec<_>, _>>()?;
        let members: Vec<(Uuid, Uuid)> = sqlx::query_as(
            "select m.agent, m.team from team_members m join agents a on a.id = m.agent
             where a.workspace = $1 order by m.team",
        )
        .bind(workspace.0)
        .fetch_all(self.reading())
        .await?;
        for agent in &mut agents {
            let teams = members.iter().filter(|(member, _)| *member == agent.id.0);
            agent.teams = teams.map(|(_, team)| TeamId(*team)).collect();
        }
        Ok(agents)
    }

    /// One account of a workspace.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn agent(&self, workspace: WorkspaceId, id: AgentId) -> Result<Option<AgentRow>, Error> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push("where a.workspace = ").push_bind(workspace.0).push(" and a.id = ").push_bind(id.0);
        let row: Option<Raw> = query.build_query_as().fetch_optional(self.reading()).await?;
        self.with_teams(row).await
    }

    /// The account of a session, when it is still good: seen since `seen_since`, begun since `begun_since`, and the agent
    /// has not left. Says also when the session was last seen.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn agent_of_session(
        &self,
        hash: &str,
        seen_since: Timestamp,
        begun_since: Timestamp,
    ) -> Result<Option<(AgentRow, Timestamp)>, Error> {
        let session: Option<(Uuid, i64)> = sqlx::query_as(
            "select agent, seen_at from sessions where hash = $1 and seen_at >= $2 and created_at >= $3",
        )
        .bind(hash)
        .bind(seen_since.0)
        .bind(begun_since.0)
        .fetch_optional(self.reading())
        .await?;
        let Some((agent, seen_at)) = session else { return Ok(None) };
        let mut query = QueryBuilder::new(COLUMNS);
        query.push("where a.disabled_at is null and a.id = ").push_bind(agent);
        let row: Option<Raw> = query.build_query_as().fetch_optional(self.reading()).await?;
        Ok(self.with_teams(row).await?.map(|agent| (agent, Timestamp(seen_at))))
    }

    async fn with_teams(&self, row: Option<Raw>) -> Result<Option<AgentRow>, Error> {
        let Some(row) = row else { return Ok(None) };
        let mut agent = row.read()?;
        let teams: Vec<(Uuid,)> = sqlx::query_as("select team from team_members where agent = $1 order by team")
            .bind(agent.id.0)
            .fetch_all(self.reading())
            .await?;
        agent.teams = teams.into_iter().map(|(team,)| TeamId(team)).collect();
        Ok(Some(agent))
    }

    /// Id and password hash of the account with this address, unless its owner has left.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn password_of(&self, workspace: WorkspaceId, email: &str) -> Result<Option<(AgentId, String)>, Error> {
        let row: Option<(Uuid, String)> = sqlx::query_as(
            "select id, password from agents where workspace = $1 and email = $2 and disabled_at is null",
        )
        .bind(workspace.0)
        .bind(email)
        .fetch_optional(self.reading())
        .await?;
        Ok(row.map(|(id, password)| (AgentId(id), password)))
    }

    /// Sets a password and ends every session of the agent but `kept`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set_password(
        &self,
        agent: AgentId,
        password: &str,
        must_change: bool,
        kept: Option<&str>,
    ) -> Result<bool, Error> {
        let mut transaction = self.writing().await?;
        let done = sqlx::query("update agents set password = $1, must_change = $2 where id = $3")
            .bind(password)
            .bind(must_change)
            .bind(agent.0)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("delete from sessions where agent = $1 and hash <> $2")
            .bind(agent.0)
            .bind(kept.unwrap_or_default())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Writes what can be changed of an account: everything but its password, its presence at the moment and its teams.
    /// False when the address belongs to somebody else.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn update_agent(&self, agent: &AgentRow) -> Result<bool, Error> {
        let done = sqlx::query(
            "update agents set name = $1, email = $2, role = $3, language = $4, presence = $5, capacity = $6,
                languages = $7, topics = $8, settings = $9, disabled_at = $10
             where id = $11 and workspace = $12
                and not exists (select 1 from agents o where o.workspace = $12 and o.email = $2 and o.id <> $11)",
        )
        .bind(&agent.name)
        .bind(&agent.email)
        .bind(agent.role.name())
        .bind(&agent.language)
        .bind(agent.presence.name())
        .bind(i64::from(agent.capacity))
        .bind(serde_json::to_string(&agent.languages)?)
        .bind(serde_json::to_string(&agent.topics)?)
        .bind(&agent.settings)
        .bind(agent.disabled_at.map(|at| at.0))
        .bind(agent.id.0)
        .bind(agent.workspace.0)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes that these agents have a console open now.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn agents_live(&self, agents: &[AgentId], now: Timestamp) -> Result<(), Error> {
        if agents.is_empty() {
            return Ok(());
        }
        let mut query = QueryBuilder::new("update agents set live_at = ");
        query.push_bind(now.0).push(" where id in (");
        let mut ids = query.separated(", ");
        for agent in agents {
            ids.push_bind(agent.0);
        }
        query.push(")").build().execute(self.writer()).await?;
        Ok(())
    }

    /// Notes that routing gave this agent something.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn agent_routed(&self, agent: AgentId, now: Timestamp) -> Result<(), Error> {
        sqlx::query("update agents set routed_at = $1 where id = $2")
            .bind(now.0)
            .bind(agent.0)
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// Whether the workspace has any account.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn has_agents(&self, workspace: WorkspaceId) -> Result<bool, Error> {
        let row: Option<(i64,)> = sqlx::query_as("select 1 from agents where workspace = $1 limit 1")
            .bind(workspace.0)
            .fetch_optional(self.reading())
            .await?;
        Ok(row.is_some())
    }
}
