//! `frontdesk agents`.

use anyhow::Context;
use serde_json::json;

use crate::app::{House, Roles, Seams};
use crate::cli::exit::Exit;
use crate::cli::failure::told;
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::clock;
use crate::desk::accounts::{self, Newcomer};
use crate::model::id::WorkspaceId;
use crate::model::staff::Role;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the accounts of the console.
    List,
    /// Make an account and print its password once.
    Add {
        /// The address with which they sign in.
        email: String,
        /// The name that colleagues and customers see.
        #[arg(long)]
        name: Option<String>,
        /// What they may do: owner, admin, agent or qa (reads and judges).
        #[arg(long, default_value = "agent", value_parser = ["owner", "admin", "agent", "qa"])]
        role: String,
        /// Conversations that they can have at the same time.
        #[arg(long, default_value_t = accounts::CAPACITY)]
        capacity: u32,
    },
    /// Make a new password and print it once; the account's sessions end.
    Password {
        /// The address of the account.
        email: String,
    },
}

pub(super) async fn run(command: &Command, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let house = House::open(config, Roles::NONE, Seams::default()).await?;
    match command {
        Command::List => list(&house, terminal).await?,
        Command::Add { email, name, role, capacity } => {
            let newcomer = Newcomer {
                name: name.clone().unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned()),
                email: email.clone(),
                role: Role::named(role).context("the role was checked when the command was read")?,
                capacity: *capacity,
                languages: Vec::new(),
                topics: Vec::new(),
            };
            let (_, password) = house.accounts.create(WorkspaceId::DEFAULT, newcomer, clock::now()).await?;
            show(&accounts::address(email)?, &password, terminal)?;
        }
        Command::Password { email } => {
            let email = accounts::address(email)?;
            let agents = house.store.agents(WorkspaceId::DEFAULT).await?;
            let agent = agents.iter().find(|agent| agent.email == email);
            let nobody = || told(format!("nobody has the address {email}"), format!("没有邮箱为 {email} 的账号"));
            let agent = agent.ok_or_else(nobody)?;
            let password = house.accounts.reset_password(WorkspaceId::DEFAULT, agent.id).await?;
            show(&email, &password, terminal)?;
        }
    }
    house.close().await;
    Ok(Exit::Done)
}

async fn list(house: &House, terminal: &Terminal) -> anyhow::Result<()> {
    for agent in house.store.agents(WorkspaceId::DEFAULT).await? {
        let left = agent.disabled_at.is_some();
        if terminal.json {
            terminal.print_json(&json!({
                "id": agent.id, "email": agent.email, "name": agent.name, "role": agent.role,
                "capacity": agent.capacity, "disabled": left,
            }))?;
            continue;
        }
        let state = if left { terminal.choose("(disabled)", "（已停用）") } else { "" };
        terminal.print(format!("{:<6} {}  {} {state}", agent.role.name(), agent.email, agent.name))?;
    }
    Ok(())
}

fn show(email: &str, password: &str, terminal: &Terminal) -> anyhow::Result<()> {
    if terminal.json {
        return terminal.print_json(&json!({ "email": email, "password": password }));
    }
    terminal.say(format!("Password of {email}; it is not shown again:"), format!("{email} 的密码，仅显示一次："));
    terminal.print(password)
}
