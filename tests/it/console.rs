//! What administrators and operators see: the documents API, the reference, the signs of health.

use frontdesk::channel::limit::Rate;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::house::House;

const TEXT: &str = "# Opening hours\n\nThe harbour shop is open from 9 to 18 on weekdays.\n";

#[tokio::test]
async fn a_document_is_uploaded_listed_read_deleted_and_brought_back() {
    let house = House::start().await;
    house.learn_sample().await;
    let list: Value = house.as_admin(Method::GET, "/api/v1/documents").send().await.unwrap().json().await.unwrap();
    let document = list.as_array().unwrap().iter().find(|document| document["name"] == "gift-cards.md").unwrap();
    assert_eq!((&document["status"], &document["language"]), (&json!("ready"), &json!("en")), "{list}");
    let path = format!("/api/v1/documents/{}", document["id"].as_str().unwrap());
    let one: Value = house.as_admin(Method::GET, &path).send().await.unwrap().json().await.unwrap();
    assert_eq!(&one, document);
    let text = house.as_admin(Method::GET, &format!("{path}/text")).send().await.unwrap();
    assert_eq!(text.headers()["content-type"], "text/markdown; charset=utf-8");
    assert!(text.text().await.unwrap().contains("valid for 36 months"));

    let question = "How long are gift cards valid?";
    let answered = |said: &Value| said["text"].as_str().unwrap().contains("36 months");
    assert!(answered(&house.ask(question).await));
    let deleted = house.as_admin(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(deleted.status(), StatusCode::OK);
    assert!(!answered(&house.ask(question).await), "deleted for the very next question");
    let ready: Value = house.get("/readyz").send().await.unwrap().json().await.unwrap();
    assert_eq!(ready["ready"], true, "a deletion asks nothing of the index, so customers may come in: {ready}");
    assert_eq!(house.as_admin(Method::DELETE, &path).send().await.unwrap().status(), StatusCode::NOT_FOUND);

    let versions: Value = house.as_admin(Method::GET, "/api/v1/versions").send().await.unwrap().json().await.unwrap();
    assert_eq!((&versions[0]["cause"], &versions[1]["cause"]), (&json!("delete"), &json!("publish")), "{versions}");
    let back = format!("/api/v1/versions/{}/rollback", versions[1]["version"]);
    assert_eq!(house.as_admin(Method::POST, &back).send().await.unwrap().status(), StatusCode::OK);
    assert!(answered(&house.ask(question).await), "back for the very next question");
    let ready = house.get("/readyz").send().await.unwrap();
    assert_eq!(ready.status(), StatusCode::OK, "{}", ready.text().await.unwrap());
    house.close().await;
}

#[tokio::test]
async fn uploads_that_cannot_be_taken_say_why_and_do_not_stop_the_others() {
    let house = House::with(None, |config| config.ingest.max_file_mib = 1).await;
    let big = Part::bytes(vec![b'x'; (1 << 20) + 1]).file_name("big.txt");
    let form = Form::new().part("a", big).part("b", Part::text(TEXT).file_name("hours.md")).text("note", "no file");
    let response = house.as_admin(Method::POST, "/api/v1/documents").multipart(form).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    let received: Value = response.json().await.unwrap();
    assert_eq!(received["documents"][0]["name"], "hours.md");
    assert_eq!(
        (&received["refused"][0]["name"], &received["refused"][0]["code"]),
        (&json!("big.txt"), &json!("too_large"))
    );
    let empty = house.as_admin(Method::POST, "/api/v1/documents").multipart(Form::new().text("a", "b")).send().await;
    assert_eq!(empty.unwrap().status(), StatusCode::BAD_REQUEST);
    let json = house.as_admin(Method::POST, "/api/v1/documents").json(&json!({})).send().await.unwrap();
    assert_eq!(json.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    house.settled().await;
    house.close().await;
}

#[tokio::test]
async fn documents_are_for_administrators() {
    let house = House::with(None, |config| config.server.admin_tries = Rate { burst: 8, per_minute: 1 }).await;
    let customer = house.open().await;
    for (method, path) in [
        (Method::GET, "/api/v1/documents"),
        (Method::POST, "/api/v1/documents"),
        (Method::GET, "/api/v1/versions"),
        (Method::POST, "/api/v1/versions/1/rollback"),
    ] {
        for token in ["", customer.token.as_str(), "fd_guess"] {
            let refused = house.request(method.clone(), path).bearer_auth(token).send().await.unwrap();
            let expected = [StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS];
            assert!(expected.contains(&refused.status()), "{method} {path} {token}: {}", refused.status());
        }
    }
    assert_eq!(house.get("/api/v1/documents").bearer_auth("x").send().await.unwrap().status(), 429, "tries are few");
    let right = house.as_admin(Method::GET, "/api/v1/documents").send().await.unwrap();
    assert_eq!(right.status(), 429, "or guessing could go on until it is right");
    house.close().await;
}

#[tokio::test]
async fn a_reset_ends_the_token_at_once() {
    let house = House::start().await;
    assert_eq!(house.as_admin(Method::GET, "/api/v1/documents").send().await.unwrap().status(), 200);
    let token = frontdesk::http::auth::reset(house.data()).unwrap();
    let old = house.as_admin(Method::GET, "/api/v1/documents").send().await.unwrap();
    assert_ne!(old.status(), StatusCode::OK);
    assert_eq!(house.get("/api/v1/documents").bearer_auth(token).send().await.unwrap().status(), 200);
    house.close().await;
}

#[tokio::test]
async fn the_house_says_how_it_is() {
    let house = House::start().await;
    assert_eq!(house.get("/healthz").send().await.unwrap().text().await.unwrap(), "ok\n");
    house.learn(&[("hours.md", TEXT)]).await;
    house.ask("When is the harbour shop open on weekdays?").await;
    let ready: Value = house.get("/readyz").send().await.unwrap().json().await.unwrap();
    assert_eq!(ready["ready"], true, "{ready}");
    let metrics = house.get("/metrics").send().await.unwrap().text().await.unwrap();
    for name in [
        "frontdesk_turns_total",
        "frontdesk_documents",
        "frontdesk_http_requests_total",
        "frontdesk_turn_seconds_bucket",
    ] {
        assert!(metrics.contains(name), "{name} is missing in\n{metrics}");
    }
    assert!(!metrics.contains("harbour"), "customer text in metrics");
    house.close().await;
}

#[tokio::test]
async fn the_reference_describes_every_route_and_every_problem() {
    let house = House::start().await;
    let api: Value = house.get("/api/openapi.json").send().await.unwrap().json().await.unwrap();
    let paths = api["paths"].as_object().unwrap();
    for path in [
        "/api/v1/conversations",
        "/api/v1/conversations/{id}/messages",
        "/api/v1/conversations/{id}/events",
        "/api/v1/conversations/{id}/human",
        "/api/v1/documents",
        "/api/v1/documents/{id}/text",
        "/readyz",
    ] {
        assert!(paths.contains_key(path), "{path} is not described");
    }
    let mut names = std::collections::HashSet::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{method} {path}: {name} is the name of another");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert_ne!(response["description"].as_str().unwrap_or_default(), "", "{method} {path} {status}");
                let plain = &response["content"]["application/json"]["schema"]["$ref"];
                assert_ne!(plain, "#/components/schemas/Problem", "{method} {path} {status}");
            }
            let other = &operation["responses"]["default"]["content"]["application/problem+json"];
            assert!(other.is_object(), "{method} {path}");
        }
    }
    let described = api["x-problems"].as_array().unwrap().len();
    assert_eq!(described, frontdesk::problem::ALL.len());
    // Every reference inside the description leads somewhere.
    let text = api.to_string();
    for (start, _) in text.match_indices("\"#/") {
        let pointer = text[start + 2..].split('"').next().unwrap();
        assert!(api.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
    house.close().await;
}

#[tokio::test]
async fn pages_are_complete_and_locked_down() {
    let house = House::start().await;
    for page in ["/", "/api/docs"] {
        let response = house.get(page).send().await.unwrap();
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let html = response.text().await.unwrap();
        assert!(!html.contains("style=") && !html.contains("<script>") && !html.contains("onclick"), "{page}");
        for link in html.split(['"', '\'']).filter(|part| part.starts_with("/page/")) {
            check_asset(&house, link).await;
        }
    }
    let missing = house.get("/page/none.js").header("accept-language", "zh").send().await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    let wrong = house.request(Method::DELETE, "/healthz").send().await.unwrap();
    assert_eq!(wrong.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.headers()["content-type"], "application/problem+json");
    let unread = house.as_admin(Method::GET, "/api/v1/versions?before=soon").header("accept-language", "zh");
    let unread = unread.send().await.unwrap();
    assert_eq!(
        (unread.status().as_u16(), &unread.headers()["content-type"]),
        (400, &"application/problem+json".parse().unwrap())
    );
    let told: Value = unread.json().await.unwrap();
    assert!(told["detail"].as_str().unwrap().contains("before") && told["title"] == "无法读取请求", "{told}");
    house.close().await;
}

/// The asset is there, is asked about by its tag, and imports only what is there.
async fn check_asset(house: &House, path: &str) {
    let mut waiting = vec![path.to_owned()];
    let mut seen = std::collections::HashSet::new();
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let response = house.get(&path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let tag = response.headers()["etag"].clone();
        let again = house.get(&path).header("if-none-match", tag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        let text = response.text().await.unwrap();
        assert!(!text.contains("innerHTML") && !text.contains("eval("), "{path}");
        for module in text.split("from './").skip(1) {
            waiting.push(format!("/page/{}", module.split('\'').next().unwrap()));
        }
    }
}

#[tokio::test]
async fn only_configured_websites_may_call_from_a_browser() {
    let house = House::with(None, |config| config.server.origins = vec!["https://shop.example".to_owned()]).await;
    for (origin, allowed) in [("https://shop.example", true), ("https://evil.example", false)] {
        let preflight = house
            .request(Method::OPTIONS, "/api/v1/conversations")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .send()
            .await
            .unwrap();
        assert_eq!(preflight.headers().contains_key("access-control-allow-origin"), allowed, "{origin}");
        assert_eq!(preflight.status() == StatusCode::NO_CONTENT, allowed, "{origin}");
        let call = house.request(Method::POST, "/api/v1/conversations").header("origin", origin).send().await.unwrap();
        assert_eq!(call.headers().contains_key("access-control-allow-origin"), allowed, "{origin}");
        assert!(!call.headers().contains_key("access-control-allow-credentials"));
    }
    house.close().await;
}
