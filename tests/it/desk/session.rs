//! Signing in, what a session is good for, and when it ends.

use frontdesk::channel::limit::Rate;
use frontdesk::model::staff::Role;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{account, hire, sign_in, try_sign_in};
use crate::house::House;

#[tokio::test]
async fn who_signs_in_gets_a_cookie_that_scripts_cannot_read() {
    let house = House::start().await;
    let (id, password) = account(&house, "li", Role::Agent).await;
    let response = try_sign_in(&house, "Li@Shop.Example", &password).await;
    let set = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["frontdesk_session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Secure"), "this is plain HTTP");
    let seat = sign_in(&house, "li@shop.example", &password).await;
    let me = seat.get(&house, "/api/v1/desk/me").await;
    assert_eq!((&me["id"], &me["role"], &me["must_change_password"]), (&json!(id), &json!("agent"), &json!(true)));
    assert_eq!(seat.id, id.to_string());
    assert_eq!(seat.post(&house, "/api/v1/desk/nothing", &json!({})).await.0, 404);
    for (email, password) in [("li@shop.example", "wrong"), ("nobody@shop.example", password.as_str())] {
        let refused = try_sign_in(&house, email, password).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        assert!(!refused.headers().contains_key("set-cookie"));
        let problem: serde_json::Value = refused.json().await.unwrap();
        assert_eq!(problem["code"], "wrong_credentials", "both look the same");
    }
    house.close().await;
}

#[tokio::test]
async fn nothing_changes_without_the_token_of_the_page() {
    let house = House::start().await;
    let (one, other) = (hire(&house, "li", Role::Agent).await, hire(&house, "anna", Role::Agent).await);
    let change = json!({ "name": "Changed" });
    for csrf in [None, Some(""), Some("guess"), Some(other.csrf.as_str())] {
        let mut request = house.request(Method::PATCH, "/api/v1/desk/me").header("cookie", &one.cookie).json(&change);
        if let Some(csrf) = csrf {
            request = request.header("x-csrf-token", csrf);
        }
        let refused = request.send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{csrf:?}");
        let problem: serde_json::Value = refused.json().await.unwrap();
        assert_eq!(problem["code"], "csrf");
    }
    assert_eq!(one.get(&house, "/api/v1/desk/me").await["name"], "li");
    assert_eq!(one.call(&house, Method::PATCH, "/api/v1/desk/me", &change).await.0, 200);
    assert_eq!(one.get(&house, "/api/v1/desk/me").await["name"], "Changed");
    house.close().await;
}

#[tokio::test]
async fn one_changes_ones_own_account_and_nothing_odd() {
    let house = House::start().await;
    let seat = hire(&house, "li", Role::Qa).await;
    let path = "/api/v1/desk/me";
    let change = json!({ "language": "zh", "presence": "busy", "settings": { "theme": "dark" } });
    let (status, me) = seat.call(&house, Method::PATCH, path, &change).await;
    assert_eq!((status, &me["language"], &me["presence"]), (200, &json!("zh"), &json!("busy")));
    assert_eq!(seat.get(&house, path).await["settings"]["theme"], "dark");
    for (odd, status) in [
        (json!({ "name": " " }), 422),
        (json!({ "language": "fr" }), 422),
        (json!({ "presence": "asleep" }), 400),
        (json!({ "role": "owner" }), 400),
        (json!({ "settings": "x".repeat(20_000) }), 413),
        (json!({ "password": { "old": "wrong", "new": "long enough it is" } }), 422),
    ] {
        assert_eq!(seat.call(&house, Method::PATCH, path, &odd).await.0, status, "{odd}");
    }
    house.close().await;
}

#[tokio::test]
async fn a_session_ends_by_signing_out_and_by_a_new_password() {
    let house = House::start().await;
    let (_, password) = account(&house, "li", Role::Agent).await;
    let mut seats = Vec::new();
    for _ in 0..3 {
        seats.push(sign_in(&house, "li@shop.example", &password).await);
    }
    let status = async |seat: &super::Seat| {
        seat.request(&house, Method::GET, "/api/v1/desk/me").send().await.unwrap().status().as_u16()
    };
    let out = seats[0].request(&house, Method::DELETE, "/api/v1/desk/session").send().await.unwrap();
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    assert!(out.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!((status(&seats[0]).await, status(&seats[1]).await), (401, 200));
    let weak = json!({ "password": { "old": password, "new": "short" } });
    assert_eq!(seats[1].call(&house, Method::PATCH, "/api/v1/desk/me", &weak).await.1["code"], "weak_password");
    let better = json!({ "password": { "old": password, "new": "correct horse battery" } });
    let (code, me) = seats[1].call(&house, Method::PATCH, "/api/v1/desk/me", &better).await;
    assert_eq!((code, &me["must_change_password"]), (200, &json!(false)));
    assert_eq!((status(&seats[1]).await, status(&seats[2]).await), (200, 401), "the others end");
    assert_eq!(try_sign_in(&house, "li@shop.example", &password).await.status(), 401);
    assert_eq!(try_sign_in(&house, "li@shop.example", "correct horse battery").await.status(), 200);
    house.close().await;
}

#[tokio::test]
async fn a_session_that_is_not_used_ends() {
    let house = House::start().await;
    let seat = hire(&house, "li", Role::Agent).await;
    let token = seat.cookie.split_once('=').unwrap().1;
    let now = frontdesk::clock::now();
    let who = house.app.accounts.who(token, now).await.unwrap().unwrap();
    let status = async || seat.request(&house, Method::GET, "/api/v1/desk/me").send().await.unwrap().status().as_u16();
    house.app.store.session_seen(&who.session, now.plus_ms(-23 * 3_600_000)).await.unwrap();
    assert_eq!(status().await, 200, "a day is not over yet");
    house.app.store.session_seen(&who.session, now.plus_ms(-25 * 3_600_000)).await.unwrap();
    assert_eq!(status().await, 401);
    house.close().await;
}

#[tokio::test]
async fn who_guesses_waits() {
    let house = House::with(None, |config| config.server.sign_in_tries = Rate { burst: 3, per_minute: 1 }).await;
    let (_, password) = account(&house, "li", Role::Agent).await;
    for _ in 0..3 {
        assert_eq!(try_sign_in(&house, "li@shop.example", "guess").await.status(), 401);
    }
    let late = try_sign_in(&house, "li@shop.example", &password).await;
    assert_eq!(late.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(late.headers().contains_key("retry-after"));
    house.close().await;
}

#[tokio::test]
async fn who_guesses_locks_out_nobody_but_themselves() {
    let house = House::with(None, |config| {
        config.server.sign_in_tries = Rate { burst: 3, per_minute: 1 };
        config.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let (_, password) = account(&house, "li", Role::Agent).await;
    let (_, hers) = account(&house, "anna", Role::Agent).await;
    let from = async |address: &str, email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        let call = house.request(Method::POST, "/api/v1/desk/session").header("x-forwarded-for", address);
        call.json(&body).send().await.unwrap().status().as_u16()
    };
    let guesses = [401, 401, 401, 429, 429];
    for expected in guesses {
        assert_eq!(from("192.0.2.1", "li@shop.example", "guess").await, expected);
    }
    assert_eq!(from("192.0.2.1", "anna@shop.example", &hers).await, 200, "a colleague in the same office");
    assert_eq!(from("192.0.2.2", "li@shop.example", &password).await, 200, "who calls from elsewhere");
    let mut refused = 0;
    for number in 0..30 {
        refused += u32::from(from("192.0.2.1", &format!("{number}@shop.example"), "guess").await == 429);
    }
    assert!(refused > 0, "one caller tries no endless list of accounts");
    house.close().await;
}

#[tokio::test]
async fn signing_in_and_a_new_password_are_written_down() {
    let house = House::start().await;
    let (_, password) = account(&house, "li", Role::Agent).await;
    assert_eq!(try_sign_in(&house, " Li@shop.example", "guess").await.status(), 401);
    let seat = sign_in(&house, "li@shop.example", &password).await;
    let better = json!({ "password": { "old": password, "new": "correct horse battery" } });
    assert_eq!(seat.call(&house, Method::PATCH, "/api/v1/desk/me", &better).await.0, 200);
    let kept = house.app.store.audit(frontdesk::model::id::WorkspaceId::DEFAULT, u64::MAX, 10).await.unwrap();
    let told = kept.iter().rev().map(|kept| &kept.entry);
    let told: Vec<_> = told.map(|one| (one.action.as_str(), one.what.as_str(), one.who_name.as_str())).collect();
    let li = "li@shop.example";
    let expected = [("session.refused", li, ""), ("session.begun", li, "li"), ("account.password_changed", li, "li")];
    assert_eq!(told, expected);
    assert!(kept.iter().all(|kept| kept.entry.ip == "127.0.0.1"));
    assert!(!format!("{kept:?}").contains("battery"), "passwords are not");
    house.close().await;
}

#[tokio::test]
async fn documents_are_open_to_administrators_with_a_session() {
    let house = House::start().await;
    for (name, role, reads, changes) in [
        ("qa", Role::Qa, 200, 403),
        ("li", Role::Agent, 403, 403),
        ("ada", Role::Admin, 200, 404),
        ("olga", Role::Owner, 200, 404),
    ] {
        let seat = hire(&house, name, role).await;
        let list = seat.request(&house, Method::GET, "/api/v1/documents").send().await.unwrap();
        assert_eq!(list.status().as_u16(), reads, "{name}");
        // The cookie alone is not enough to change something.
        let bare = house.request(Method::POST, "/api/v1/versions/1/rollback").header("cookie", &seat.cookie);
        assert_eq!(bare.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{name}");
        let rollback = seat.request(&house, Method::POST, "/api/v1/versions/1/rollback").send().await.unwrap();
        assert_eq!(rollback.status().as_u16(), changes, "{name}");
    }
    assert_eq!(house.as_admin(Method::GET, "/api/v1/documents").send().await.unwrap().status(), 200);
    house.close().await;
}
