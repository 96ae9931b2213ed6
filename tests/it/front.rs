//! The front ends that npm builds, as the program serves them: with the right names, types, lifetimes and policies. Where they
//! were not built, the program must say so.

use std::path::{Path, PathBuf};

use reqwest::{Response, StatusCode};

use crate::house::House;

fn dist(front: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(front).join("dist")
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// Scripts that stand in quotation marks in a text, as the bundler names them.
fn scripts(text: &str) -> Vec<String> {
    let quoted = text.split(['"', '\'', '`']).filter(|part| part.ends_with(".js") && part.contains('-'));
    quoted.map(|part| part.rsplit('/').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_widget_is_served_to_every_page() {
    let house = House::start().await;
    let loader = house.get("/w.js").send().await.unwrap();
    assert_eq!(header(&loader, "access-control-allow-origin"), "*");
    assert_eq!(header(&loader, "content-type"), "text/javascript; charset=utf-8");
    if dist("widget").join("w.js").exists() {
        assert_eq!((loader.status(), header(&loader, "cache-control")), (StatusCode::OK, "public, max-age=300"));
        let parts = scripts(&loader.text().await.unwrap());
        assert_eq!(parts.len(), 1, "the loader names the panel: {parts:?}");
        let panel = house.get(&format!("/widget/{}", parts[0])).send().await.unwrap();
        assert_eq!(panel.status(), StatusCode::OK, "{parts:?}");
        assert_eq!(header(&panel, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&panel, "access-control-allow-origin"), "*", "a module of another origin needs it");
        assert_eq!(header(&panel, "cross-origin-resource-policy"), "cross-origin");
        let text = panel.text().await.unwrap();
        assert!(!text.contains("eval(") && !text.contains("new Function"), "it must run under a strict policy");
    } else {
        assert_eq!(loader.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(loader.text().await.unwrap().contains("make widget"));
    }
    for missing in ["/widget/none-0.js", "/widget/../Cargo.toml", "/widget/%2e%2e/package.json", "/widget/w.js"] {
        assert_eq!(house.get(missing).send().await.unwrap().status(), StatusCode::NOT_FOUND, "{missing}");
    }
    house.close().await;
}

#[tokio::test]
async fn the_console_is_one_page_with_many_places() {
    let house = House::start().await;
    let mut pages = Vec::new();
    for place in ["/console", "/console/", "/console/inbox/0193", "/console/admin/documents"] {
        let page = house.get(place).send().await.unwrap();
        let policy = header(&page, "content-security-policy").to_owned();
        assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        let expected = match dist("console").join("index.html").exists() {
            true => (StatusCode::OK, "no-cache"),
            false => (StatusCode::SERVICE_UNAVAILABLE, ""),
        };
        assert_eq!((page.status(), header(&page, "cache-control")), expected, "{place}");
        pages.push(page.text().await.unwrap());
    }
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]), "every place is the same page");
    if dist("console").join("index.html").exists() {
        let named = scripts(&pages[0]);
        assert!(!named.is_empty(), "the page loads nothing: {}", pages[0]);
        for script in named {
            let served = house.get(&format!("/console/assets/{script}")).send().await.unwrap();
            assert_eq!(served.status(), StatusCode::OK, "{script}");
            assert_eq!(header(&served, "cache-control"), "public, max-age=31536000, immutable");
            assert_eq!(header(&served, "content-type"), "text/javascript; charset=utf-8");
        }
    } else {
        assert!(pages[0].contains("make console"));
    }
    let missing = house.get("/console/assets/none.js").send().await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND, "a missing script is not a page");
    house.close().await;
}

#[tokio::test]
async fn the_demo_shop_is_shown_where_it_is_wanted_and_nowhere_else() {
    let shop = House::with(None, |config| config.page.demo = true).await;
    for (page, language) in [("/demo", "en"), ("/demo/zh", "zh-CN")] {
        let response = shop.get(page).send().await.unwrap();
        assert!(!header(&response, "content-security-policy").contains("unsafe"), "{page}");
        let html = response.text().await.unwrap();
        assert!(
            html.contains(&format!("<html lang=\"{language}\">")) && html.contains("data-inbox=\"default\""),
            "{page}"
        );
        for asset in html.split('"').filter(|part| part.starts_with("/page/") || part.starts_with("/w.js")) {
            let asset = asset.split('#').next().unwrap();
            let status = shop.get(asset).send().await.unwrap().status();
            let unbuilt = asset == "/w.js" && !dist("widget").join("w.js").exists();
            assert!(status == StatusCode::OK || unbuilt, "{page}: {asset} {status}");
        }
    }
    shop.close().await;
    let house = House::start().await;
    assert_eq!(house.get("/demo").send().await.unwrap().status(), StatusCode::NOT_FOUND);
    house.close().await;
}
