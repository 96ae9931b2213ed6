//! People who answer: what they may do, and whether they are there.

use serde::{Deserialize, Serialize};

/// What an agent may do. Each role but QA can do what those below it can; QA reads everything and judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Qa,
    Agent,
    Admin,
    Owner,
}

/// What an agent chose to be while somebody sits at their console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Takes new conversations.
    #[default]
    Online,
    /// Keeps what they have and takes nothing new.
    Busy,
    Away,
    /// No console is open.
    Offline,
}

macro_rules! names {
    ($kind:ident { $($variant:ident $name:literal),+ }) => {
        impl $kind {
            /// The name on disk and on the wire.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The variant of a name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

names!(Role { Qa "qa", Agent "agent", Admin "admin", Owner "owner" });
names!(Presence { Online "online", Busy "busy", Away "away", Offline "offline" });

impl Role {
    pub const ALL: [Self; 4] = [Self::Qa, Self::Agent, Self::Admin, Self::Owner];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_wire_and_lead_back() {
        for role in Role::ALL {
            assert_eq!(Role::named(role.name()), Some(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.name());
        }
        for presence in [Presence::Online, Presence::Busy, Presence::Away, Presence::Offline] {
            assert_eq!(Presence::named(presence.name()), Some(presence));
            assert_eq!(serde_json::to_value(presence).unwrap(), presence.name());
        }
        assert_eq!(Role::named("root"), None);
    }
}
