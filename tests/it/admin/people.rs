//! Accounts and teams through the API: by the operator's token, and by people with roles.

use frontdesk::embed::config::Kind;
use frontdesk::model::staff::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{call, done};
use crate::desk::{hire, sign_in, try_sign_in};
use crate::house::House;

const AGENTS: &str = "/api/v1/admin/agents";
const TEAMS: &str = "/api/v1/admin/teams";

#[tokio::test]
async fn an_account_lives_from_its_first_password_to_its_end() {
    let house = House::start().await;
    let team =
        done(&house, Method::POST, TEAMS, Some(json!({ "name": "Returns", "topics": ["refund", " refund "] }))).await;
    assert_eq!(team["topics"], json!(["refund"]));
    let wanted = json!({ "name": "Li Wei", "email": "Li.Wei@Shop.example", "role": "agent", "teams": [team["id"]],
        "skills": { "languages": ["zh", "en"], "topics": ["refund"] }, "capacity": 3 });
    let made = done(&house, Method::POST, AGENTS, Some(wanted.clone())).await;
    let (agent, password) = (&made["agent"], made["password"].as_str().unwrap());
    assert_eq!((&agent["email"], &agent["teams"]), (&json!("li.wei@shop.example"), &json!([team["id"]])));
    let seat = sign_in(&house, "li.wei@shop.example", password).await;
    let (status, taken) = call(&house, Method::POST, AGENTS, Some(wanted)).await;
    assert_eq!((status, &taken["errors"][0]["at"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("email")));

    let path = format!("{AGENTS}/{}", agent["id"].as_str().unwrap());
    let changed = done(&house, Method::PATCH, &path, Some(json!({ "name": "Li", "teams": [], "role": "qa" }))).await;
    assert_eq!((&changed["name"], &changed["teams"], &changed["role"]), (&json!("Li"), &json!([]), &json!("qa")));
    assert_eq!((&changed["capacity"], &changed["skills"]["languages"]), (&json!(3), &json!(["zh", "en"])));
    assert_eq!(seat.get(&house, "/api/v1/desk/me").await["role"], "qa", "it holds for a session under way");

    let reset = done(&house, Method::POST, &format!("{path}/password"), None).await;
    assert_eq!(seat.request(&house, Method::GET, "/api/v1/desk/me").send().await.unwrap().status(), 401);
    let again = sign_in(&house, "li.wei@shop.example", reset["password"].as_str().unwrap()).await;
    assert_eq!(call(&house, Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(again.request(&house, Method::GET, "/api/v1/desk/me").send().await.unwrap().status(), 401);
    let gone = try_sign_in(&house, "li.wei@shop.example", reset["password"].as_str().unwrap()).await;
    assert_eq!(gone.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(call(&house, Method::PATCH, &path, Some(json!({}))).await.0, StatusCode::NOT_FOUND);

    let audit = done(&house, Method::GET, "/api/v1/admin/audit", None).await;
    let told: Vec<&Value> = audit["items"].as_array().unwrap().iter().map(|item| &item["action"]).collect();
    let expected = [
        "session.refused",
        "agent.removed",
        "session.begun",
        "agent.password_reset",
        "agent.changed",
        "session.begun",
        "agent.added",
        "team.added",
    ];
    assert_eq!(told, expected);
    assert!(!audit.to_string().contains(password) && !audit.to_string().contains(reset["password"].as_str().unwrap()));
    house.close().await;
}

#[tokio::test]
async fn nobody_reaches_above_their_role_and_an_owner_is_left() {
    let house = House::start().await;
    let owner = hire(&house, "olga", Role::Owner).await;
    let admin = hire(&house, "adam", Role::Admin).await;
    let agent = hire(&house, "anna", Role::Agent).await;
    let qa = hire(&house, "quinn", Role::Qa).await;
    let path = |seat: &crate::desk::Seat| format!("{AGENTS}/{}", seat.id);
    for seat in [&agent, &qa] {
        for (method, path) in [(Method::POST, TEAMS.to_owned()), (Method::DELETE, path(&qa))] {
            assert_eq!(seat.call(&house, method, &path, &json!({ "name": "x" })).await.0, 403, "{path}");
        }
    }
    assert_eq!(agent.call(&house, Method::GET, AGENTS, &json!({})).await.0, 403);
    assert_eq!(qa.get(&house, AGENTS).await.as_array().unwrap().len(), 4, "who judges looks at everything");
    let new_owner = json!({ "name": "x", "email": "x@shop.example", "role": "owner" });
    assert_eq!(admin.post(&house, AGENTS, &new_owner).await.0, 403);
    assert_eq!(admin.call(&house, Method::PATCH, &path(&admin), &json!({ "role": "owner" })).await.0, 403);
    assert_eq!(admin.call(&house, Method::PATCH, &path(&owner), &json!({ "name": "x" })).await.0, 403);
    assert_eq!(admin.call(&house, Method::DELETE, &path(&owner), &json!({})).await.0, 403);
    assert_eq!(admin.post(&house, &format!("{}/password", path(&owner)), &json!({})).await.0, 403);
    assert_eq!(admin.call(&house, Method::PATCH, &path(&agent), &json!({ "capacity": 9 })).await.0, 200);
    assert_eq!(owner.call(&house, Method::PATCH, &path(&owner), &json!({ "role": "agent" })).await.0, 422);
    assert_eq!(owner.call(&house, Method::DELETE, &path(&owner), &json!({})).await.0, 422);
    assert_eq!(owner.post(&house, AGENTS, &new_owner).await.0, 201);
    assert_eq!(owner.call(&house, Method::DELETE, &path(&owner), &json!({})).await.0, 204, "another owner is left");

    let audit = admin.get(&house, "/api/v1/admin/audit").await;
    let by = |action: &str| {
        audit["items"].as_array().unwrap().iter().find(|item| item["action"] == action).unwrap()["who"].clone()
    };
    assert_eq!(by("agent.changed"), json!({ "id": admin.id, "name": "adam" }));
    assert_eq!(by("agent.removed"), json!({ "id": owner.id, "name": "olga" }));
    house.close().await;
}

#[tokio::test]
async fn teams_have_names_of_their_own_and_only_members_that_exist() {
    let house = House::start().await;
    let anna = hire(&house, "anna", Role::Agent).await;
    let nobody = "00000000-0000-7000-8000-000000000000";
    let wanted = json!({ "name": "Returns", "members": [anna.id, nobody], "languages": ["en"] });
    let team = done(&house, Method::POST, TEAMS, Some(wanted.clone())).await;
    assert_eq!(team["members"], json!([anna.id]));
    let (status, taken) = call(&house, Method::POST, TEAMS, Some(wanted)).await;
    assert_eq!((status, &taken["errors"][0]["at"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("name")));
    let path = format!("{TEAMS}/{}", team["id"].as_str().unwrap());
    let renamed = done(&house, Method::PUT, &path, Some(json!({ "name": "Refunds" }))).await;
    assert_eq!((&renamed["name"], &renamed["members"]), (&json!("Refunds"), &json!([])));
    assert_eq!(
        call(&house, Method::PUT, &path, Some(json!({ "name": " " }))).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(call(&house, Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(call(&house, Method::DELETE, &path, None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(done(&house, Method::GET, TEAMS, None).await, json!([]));
    house.close().await;
}

#[tokio::test]
async fn what_search_works_with_is_said() {
    let house = House::start().await;
    let plain = done(&house, Method::GET, "/api/v1/admin/search", None).await;
    assert!(plain["model"].is_null() && plain["languages"] == json!([]), "{plain}");
    assert!(plain["why"]["en"].as_str().unwrap().contains("words alone"), "{plain}");
    assert!(!plain["why"]["zh"].as_str().unwrap().is_empty(), "{plain}");
    house.close().await;

    let house = House::with(None, |config| config.embed.kind = Kind::Hashed).await;
    let both = done(&house, Method::GET, "/api/v1/admin/search", None).await;
    assert!(both["model"].is_string() && both["why"].is_null(), "{both}");
    assert_eq!(both["languages"], json!(["en", "zh"]));
    house.close().await;
}

#[tokio::test]
async fn the_rules_of_routing_can_be_looked_at() {
    let house = House::with(None, |config| config.desk.answer_within_s = 45).await;
    let rules = done(&house, Method::GET, "/api/v1/admin/routing", None).await;
    assert_eq!((&rules["answer_within_s"], &rules["order"]), (&json!(45), &json!("least_busy")), "{rules}");
    house.close().await;
}

#[tokio::test]
async fn the_checklist_follows_what_is_done() {
    let house = House::start().await;
    let list = async || {
        let items = done(&house, Method::GET, "/api/v1/admin/checklist", None).await;
        let done = |item: &&Value| item["done"] == true;
        items
            .as_array()
            .unwrap()
            .iter()
            .filter(done)
            .map(|item| item["key"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(list().await, [""; 0]);
    let owner = hire(&house, "olga", Role::Owner).await;
    hire(&house, "anna", Role::Agent).await;
    assert_eq!(list().await, ["team"], "the owner has not chosen a password yet");
    let email = "olga@shop.example";
    let reset = done(&house, Method::POST, &format!("{AGENTS}/{}/password", owner.id), None).await;
    let old = reset["password"].as_str().unwrap();
    let owner = sign_in(&house, email, old).await;
    let change = json!({ "password": { "old": old, "new": "a much better one" } });
    assert_eq!(owner.call(&house, Method::PATCH, "/api/v1/desk/me", &change).await.0, 200);
    house.learn(&[("returns.md", "# Returns\n\nReturns are free within 30 days.\n")]).await;
    house.ask("hello").await;
    let inboxes = done(&house, Method::GET, "/api/v1/admin/inboxes", None).await;
    let path = format!("/api/v1/admin/inboxes/{}", inboxes[0]["id"].as_str().unwrap());
    done(&house, Method::PUT, &path, Some(inboxes[0].clone())).await;
    let model = json!({ "kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "m" });
    done(&house, Method::PUT, "/api/v1/admin/model", Some(model)).await;
    assert_eq!(list().await, ["password", "knowledge", "question", "model", "widget", "team"]);
    house.close().await;
}
