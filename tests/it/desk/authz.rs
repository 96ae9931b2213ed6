//! Who may do what, route by route. The table below is what was decided; the description of the API says which routes there
//! are. A route that is in one and not in the other fails here.

use frontdesk::channel::limit::Rate;
use frontdesk::model::id::WorkspaceId;
use frontdesk::model::staff::Role;
use reqwest::Method;
use serde_json::Value;

use super::{Seat, hire};
use crate::house::House;

use Least::{Admin, Agent, Anyone, Judge, Qa};

/// The least that a caller must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Least {
    /// Signing in.
    Anyone,
    Qa,
    Agent,
    /// Quality assurance and administrators: it is read, or tried, and nothing changes.
    Judge,
    Admin,
}

impl Least {
    fn lets_in(self, role: Role) -> bool {
        match self {
            Anyone | Qa => true,
            Agent => role >= Role::Agent,
            Judge => role == Role::Qa || role >= Role::Admin,
            Admin => role >= Role::Admin,
        }
    }
}

const DECIDED: &[(&str, &str, Least)] = &[
    ("POST", "/api/v1/desk/session", Anyone),
    ("DELETE", "/api/v1/desk/session", Qa),
    ("GET", "/api/v1/desk/me", Qa),
    ("PATCH", "/api/v1/desk/me", Qa),
    ("GET", "/api/v1/desk/conversations", Qa),
    ("GET", "/api/v1/desk/conversations/{id}", Qa),
    ("GET", "/api/v1/desk/conversations/{id}/events", Qa),
    ("GET", "/api/v1/desk/conversations/{id}/passages/{chunk}", Qa),
    ("POST", "/api/v1/desk/conversations/{id}/labels", Qa),
    ("POST", "/api/v1/desk/conversations/bulk", Agent),
    ("GET", "/api/v1/desk/inboxes", Qa),
    ("GET", "/api/v1/desk/labels", Qa),
    ("POST", "/api/v1/desk/conversations/{id}/claim", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/release", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/transfer", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/snooze", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/wake", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/resolve", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/reopen", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/priority", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/messages", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/notes", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/seen", Qa),
    ("POST", "/api/v1/desk/conversations/{id}/typing", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/draft", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/drafts", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/rewrite", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/translate", Agent),
    ("POST", "/api/v1/desk/conversations/{id}/summarise", Agent),
    ("GET", "/api/v1/desk/events", Qa),
    ("POST", "/api/v1/desk/attachments", Agent),
    ("GET", "/api/v1/desk/attachments/{hash}", Qa),
    ("GET", "/api/v1/desk/agents", Qa),
    ("GET", "/api/v1/desk/teams", Qa),
    ("GET", "/api/v1/desk/contacts", Qa),
    ("GET", "/api/v1/desk/contacts/{id}", Qa),
    ("PATCH", "/api/v1/desk/contacts/{id}", Agent),
    ("GET", "/api/v1/desk/contacts/{id}/conversations", Qa),
    ("GET", "/api/v1/desk/canned", Qa),
    ("POST", "/api/v1/desk/canned", Agent),
    ("PUT", "/api/v1/desk/canned/{id}", Agent),
    ("DELETE", "/api/v1/desk/canned/{id}", Agent),
    ("GET", "/api/v1/desk/views", Qa),
    ("POST", "/api/v1/desk/views", Agent),
    ("DELETE", "/api/v1/desk/views/{id}", Agent),
    ("GET", "/api/v1/desk/search", Qa),
];

/// Beginnings of addresses that are administrators' altogether.
const ADMINISTRATORS: &[&str] = &["/api/v1/admin/", "/api/v1/documents", "/api/v1/versions"];

/// What those who judge may try there: it answers and changes nothing.
const TRIED: &[&str] = &["/api/v1/admin/playground", "/api/v1/admin/policy/test"];

/// Every route behind a sign-in: method, address.
async fn routes(house: &House) -> Vec<(Method, String)> {
    let api: Value = house.get("/api/openapi.json").send().await.unwrap().json().await.unwrap();
    let mut routes = Vec::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        let staff = path.starts_with("/api/v1/desk/") || ADMINISTRATORS.iter().any(|start| path.starts_with(start));
        for method in methods.as_object().unwrap().keys().filter(|_| staff) {
            routes.push((method.to_uppercase().parse().unwrap(), path.clone()));
        }
    }
    routes
}

fn decided(method: &Method, path: &str) -> Option<Least> {
    if ADMINISTRATORS.iter().any(|start| path.starts_with(start)) {
        let looks = method == Method::GET || TRIED.contains(&path);
        return Some(if looks { Judge } else { Admin });
    }
    DECIDED.iter().find(|(one, other, _)| *one == method.as_str() && *other == path).map(|(.., least)| *least)
}

/// An address that leads to nothing, so that whoever is let in gets no further than the handler.
fn filled(path: &str) -> String {
    let nobody = uuid::Uuid::now_v7().to_string();
    path.split('/')
        .map(|part| match part {
            "{version}" => "999999",
            part if part.starts_with('{') => nobody.as_str(),
            part => part,
        })
        .collect::<Vec<_>>()
        .join("/")
}

async fn refusal(house: &House, seat: Option<&Seat>, method: &Method, path: &str) -> Option<(u16, String)> {
    let request = match seat {
        Some(seat) => seat.request(house, method.clone(), &filled(path)),
        None => house.request(method.clone(), &filled(path)),
    };
    let response = request.json(&serde_json::json!({})).send().await.unwrap();
    let status = response.status().as_u16();
    // What is let in may stream for ever: only refusals are read.
    if status != 401 && status != 403 {
        return None;
    }
    let problem: Value = response.json().await.unwrap();
    Some((status, problem["code"].as_str().unwrap().to_owned()))
}

#[tokio::test]
async fn each_route_lets_in_whom_it_should() {
    let house = House::with(None, |config| config.server.admin_tries = Rate { burst: 1000, per_minute: 1000 }).await;
    let mut seats = Vec::new();
    for (name, role) in [("quinn", Role::Qa), ("li", Role::Agent), ("ada", Role::Admin), ("olga", Role::Owner)] {
        seats.push((hire(&house, name, role).await, role, name));
    }
    let routes = routes(&house).await;
    let undecided: Vec<_> = routes.iter().filter(|(method, path)| decided(method, path).is_none()).collect();
    assert!(undecided.is_empty(), "nobody decided who may call {undecided:?}");
    let there = |method: &str, path: &str| routes.iter().any(|(one, other)| one.as_str() == method && other == path);
    let gone: Vec<_> = DECIDED.iter().filter(|(method, path, _)| !there(method, path)).collect();
    assert!(gone.is_empty(), "there is no such route: {gone:?}");

    for (method, path) in &routes {
        let least = decided(method, path).unwrap();
        let stranger = refusal(&house, None, method, path).await;
        if least == Anyone {
            assert_eq!(stranger, None, "{method} {path}");
            continue;
        }
        let (status, code) = stranger.unwrap_or_else(|| panic!("{method} {path} lets strangers in"));
        assert_eq!(status, 401, "{method} {path} {code}");
        // Signing out would end the test's sessions.
        if method == Method::DELETE && path == "/api/v1/desk/session" {
            continue;
        }
        for (seat, role, name) in &seats {
            let allowed = least.lets_in(*role);
            let refused = refusal(&house, Some(seat), method, path).await;
            let expected = (!allowed).then(|| (403, "forbidden".to_owned()));
            assert_eq!(refused, expected, "{method} {path} as {name}");
        }
    }
    house.close().await;
}

#[tokio::test]
async fn customers_do_not_reach_what_is_for_staff() {
    let house = House::with(None, |config| config.server.admin_tries = Rate { burst: 1000, per_minute: 1000 }).await;
    let door = house.open().await;
    for (method, path) in routes(&house).await {
        if decided(&method, &path) == Some(Anyone) {
            continue;
        }
        let path = path.replace("{id}", &door.id).replace("{chunk}", "x").replace("{version}", "1");
        let cookie = format!("frontdesk_session={}", door.token);
        for request in [
            house.request(method.clone(), &path).bearer_auth(&door.token),
            house.request(method.clone(), &path).header("cookie", &cookie).header("x-csrf-token", &door.token),
        ] {
            assert_eq!(request.send().await.unwrap().status(), 401, "{method} {path}");
        }
    }
    house.close().await;
}

#[tokio::test]
async fn an_agent_sees_their_own_workspace_only() {
    use frontdesk::clock;
    use frontdesk::inbox::{Inbox, Opening};
    use frontdesk::model::event::Event;
    use frontdesk::model::id::AgentId;
    use frontdesk::store::contacts::ContactRow;
    let house = House::start().await;
    let seat = hire(&house, "li", Role::Agent).await;
    let elsewhere: WorkspaceId = clock::id();
    house.app.store.insert_workspace(elsewhere, "elsewhere", clock::now()).await.unwrap();
    let opening =
        Opening { workspace: elsewhere, inbox: "default".into(), channel: "web".into(), customer: clock::id() };
    let customer = opening.customer;
    let id = Inbox::new(house.app.journal.clone()).open(opening, clock::now()).await.unwrap();
    let before = house.app.journal.load(id).await.unwrap().unwrap();
    let theirs: AgentId = clock::id();
    let claimed = Event::Claimed { agent: theirs, routed: false };
    house.app.journal.append(&before, vec![claimed], clock::now()).await.unwrap();
    let contact = ContactRow::unknown(elsewhere, customer, clock::now());
    assert!(house.app.store.save_contact(&contact).await.unwrap());
    for (method, path) in [
        (Method::GET, format!("/api/v1/desk/conversations/{id}")),
        (Method::GET, format!("/api/v1/desk/conversations/{id}/events")),
        (Method::POST, format!("/api/v1/desk/conversations/{id}/claim")),
        (Method::POST, format!("/api/v1/desk/conversations/{id}/resolve")),
        (Method::POST, format!("/api/v1/desk/conversations/{id}/typing")),
        (Method::GET, format!("/api/v1/desk/contacts/{customer}")),
    ] {
        assert_eq!(seat.request(&house, method, &path).send().await.unwrap().status(), 404, "{path}");
    }
    let contacts = seat.get(&house, "/api/v1/desk/contacts").await;
    assert_eq!(contacts["items"], serde_json::json!([]));
    let list = seat.get(&house, "/api/v1/desk/conversations?view=all").await;
    assert_eq!((&list["items"], &list["counts"]["all"]), (&serde_json::json!([]), &serde_json::json!(0)));
    house.close().await;
}
