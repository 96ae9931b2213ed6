//! Teams and who belongs to them.

use uuid::Uuid;

use super::{Error, Store, Writing};
use crate::model::id::{AgentId, TeamId, WorkspaceId};
use crate::model::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamRow {
    pub id: TeamId,
    pub workspace: WorkspaceId,
    pub name: String,
    /// Rules, labels and words that routing sends here.
    pub topics: Vec<String>,
    pub languages: Vec<String>,
    pub created_at: Timestamp,
    /// In order of id; only those who have not left.
    pub members: Vec<AgentId>,
}

impl Store {
    /// The teams of a workspace by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn teams(&self, workspace: WorkspaceId) -> Result<Vec<TeamRow>, Error> {
        let rows: Vec<(Uuid, String, String, String, i64)> = sqlx::query_as(
            "select id, name, topics, languages, created_at from teams where workspace = $1 order by name, id",
        )
        .bind(workspace.0)
        .fetch_all(self.reading())
        .await?;
        let members: Vec<(Uuid, Uuid)> = sqlx::query_as(
            "select m.team, m.agent from team_members m join agents a on a.id = m.agent
             where a.workspace = $1 and a.disabled_at is null order by m.agent",
        )
        .bind(workspace.0)
        .fetch_all(self.reading())
        .await?;
        rows.into_iter()
            .map(|(id, name, topics, languages, created_at)| {
                let inside = members.iter().filter(|(team, _)| *team == id);
                Ok(TeamRow {
                    id: TeamId(id),
                    workspace,
                    name,
                    topics: serde_json::from_str(&topics)?,
                    languages: serde_json::from_str(&languages)?,
                    created_at: Timestamp(created_at),
                    members: inside.map(|(_, agent)| AgentId(*agent)).collect(),
                })
            })
            .collect()
    }

    /// Writes a team with its members, new or not; false when another team has the name. Members that the workspace does
    /// not know are left out.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_team(&self, team: &TeamRow) -> Result<bool, Error> {
        let mut transaction = self.writing().await?;
        let taken: Option<(Uuid,)> =
            sqlx::query_as("select id from teams where workspace = $1 and name = $2 and id <> $3")
                .bind(team.workspace.0)
                .bind(&team.name)
                .bind(team.id.0)
                .fetch_optional(&mut *transaction)
                .await?;
        if taken.is_some() {
            return Ok(false);
        }
        sqlx::query(
            "insert into teams (id, workspace, name, topics, languages, created_at) values ($1, $2, $3, $4, $5, $6)
             on conflict (id) do update set name = excluded.name, topics = excluded.topics,
                languages = excluded.languages",
        )
        .bind(team.id.0)
        .bind(team.workspace.0)
        .bind(&team.name)
        .bind(serde_json::to_string(&team.topics)?)
        .bind(serde_json::to_string(&team.languages)?)
        .bind(team.created_at.0)
        .execute(&mut *transaction)
        .await?;
        disband(&mut transaction, team.id).await?;
        for agent in &team.members {
            join(&mut transaction, team.workspace, team.id, *agent).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Puts an agent into exactly these teams of the workspace.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set_teams_of(&self, workspace: WorkspaceId, agent: AgentId, teams: &[TeamId]) -> Result<(), Error> {
        let mut transaction = self.writing().await?;
        sqlx::query("delete from team_members where agent = $1").bind(agent.0).execute(&mut *transaction).await?;
        for team in teams {
            join(&mut transaction, workspace, *team, agent).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Deletes a team; what waits for it is anybody's from then on.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_team(&self, workspace: WorkspaceId, team: TeamId) -> Result<bool, Error> {
        let mut transaction = self.writing().await?;
        let known: Option<(Uuid,)> = sqlx::query_as("select id from teams where id = $1 and workspace = $2")
            .bind(team.0)
            .bind(workspace.0)
            .fetch_optional(&mut *transaction)
            .await?;
        if known.is_none() {
            return Ok(false);
        }
        disband(&mut transaction, team).await?;
        sqlx::query("delete from teams where id = $1").bind(team.0).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

async fn disband(transaction: &mut Writing, team: TeamId) -> Result<(), Error> {
    sqlx::query("delete from team_members where team = $1").bind(team.0).execute(&mut **transaction).await?;
    Ok(())
}

/// Nothing happens when agent or team belong to another workspace.
async fn join(transaction: &mut Writing, workspace: WorkspaceId, team: TeamId, agent: AgentId) -> Result<(), Error> {
    sqlx::query(
        "insert into team_members (team, agent)
         select t.id, a.id from teams t join agents a on a.workspace = t.workspace
         where t.id = $1 and a.id = $2 and t.workspace = $3 on conflict do nothing",
    )
    .bind(team.0)
    .bind(agent.0)
    .bind(workspace.0)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
