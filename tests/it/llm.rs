//! The model client against a real server with every fault that providers have shown.

use std::time::Duration;

use frontdesk::llm::config::{Config as LlmConfig, Kind};
use frontdesk::llm::openai::{Config, Fallback, OpenAi};
use frontdesk::llm::{Error, Finish, Llm, Message, Piece, Prompt, Role};
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::fake_model::{FakeModel, Part, Reply, chunk, end, say, text, whole};

/// Long enough for a loaded machine, where a fault must not be mistaken for a deadline.
const AMPLE_MS: u64 = 30_000;
/// Short, where the deadline is the point.
const SHORT_MS: u64 = 60;

fn config(server: &FakeModel) -> Config {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Config {
        base_url: server.base_url.clone(),
        api_key: Some("sk-test-key".into()),
        model: "fake".to_owned(),
        connect_ms: AMPLE_MS,
        first_byte_ms: AMPLE_MS,
        idle_ms: AMPLE_MS,
        total_ms: AMPLE_MS,
        ..Config::default()
    }
}

fn prompt() -> Prompt {
    let messages = vec![
        Message { role: Role::System, content: "Be brief.".to_owned() },
        Message { role: Role::User, content: "How long? 多久？".to_owned() },
    ];
    Prompt { version: "test@0".to_owned(), messages, max_tokens: 64, temperature: 0.1, deadline: None }
}

/// The text that came, and how the stream ended.
async fn hear(llm: &OpenAi, prompt: &Prompt) -> (String, Result<Piece, Error>) {
    let mut heard = String::new();
    let mut stream = match llm.stream(prompt).await {
        Ok(stream) => stream,
        Err(error) => return (heard, Err(error)),
    };
    let mut last = None;
    while let Some(piece) = stream.next().await {
        assert!(last.is_none(), "nothing follows the end");
        match piece {
            Ok(Piece::Begun { .. }) => {}
            Ok(Piece::Text(text)) => heard.push_str(&text),
            end => last = Some(end),
        }
    }
    (heard, last.expect("a stream says how it ended"))
}

/// One completion from a server that always answers alike; also the number of calls that it took.
async fn check(reply: Reply) -> (String, Result<Piece, Error>, usize) {
    let server = FakeModel::always(reply).await;
    let (heard, end) = hear(&OpenAi::new(&config(&server)).unwrap(), &prompt()).await;
    (heard, end, server.calls())
}

fn stop(prompt_tokens: u32, completion_tokens: u32) -> Result<Piece, Error> {
    Ok(Piece::Done { finish: Finish::Stop, prompt_tokens, completion_tokens })
}

#[tokio::test]
async fn an_answer_is_streamed_and_the_request_is_as_published() {
    let server = FakeModel::always(say("Within thirty days.")).await;
    let extra = json!({ "enable_thinking": false }).as_object().cloned().unwrap();
    let llm = OpenAi::new(&Config { extra, ..config(&server) }).unwrap();
    assert_eq!(hear(&llm, &prompt()).await, ("Within thirty days.".to_owned(), stop(11, 7)));

    let asked = server.asked().remove(0);
    assert_eq!(asked.authorization.as_deref(), Some("Bearer sk-test-key"));
    let expected = json!({
        "model": "fake",
        "messages": [{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "How long? 多久？" }],
        "max_tokens": 64,
        "temperature": 0.1,
        "stream": true,
        "stream_options": { "include_usage": true },
        "enable_thinking": false,
    });
    assert_eq!(asked.body, expected);
}

#[tokio::test]
async fn odd_but_whole_answers_are_read() {
    let windows = Reply::Stream(vec![
        Part::Raw(": keep-alive\r\n\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"Thirty \"}}]}\r\n\r\n".to_owned()),
        Part::Raw("data: {\"choices\":[{\"delta\":{\"content\":\"days.\"},".to_owned()),
        Part::Raw("\"finish_reason\":\"stop\"}]}\r\n\r\ndata: [DONE]\r\n\r\n".to_owned()),
    ]);
    assert_eq!(check(windows).await, ("Thirty days.".to_owned(), stop(0, 0), 1));

    let reason = json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] });
    let unmarked = Reply::Stream(vec![text("Thirty days."), chunk(&reason)]);
    assert_eq!(check(unmarked).await, ("Thirty days.".to_owned(), stop(0, 0), 1), "no [DONE], but a reason");
    let reset_after = Reply::Stream(vec![text("Thirty days."), chunk(&reason), Part::Reset]);
    assert_eq!(check(reset_after).await, ("Thirty days.".to_owned(), stop(0, 0), 1));

    let empty = json!({ "choices": [] });
    let empty_choices = Reply::Stream([chunk(&empty), text("Yes."), chunk(&empty)].into_iter().chain(end()).collect());
    assert_eq!(check(empty_choices).await, ("Yes.".to_owned(), stop(11, 7), 1));

    let reasoning = json!({ "choices": [{ "delta": { "reasoning_content": "hm", "content": null } }] });
    let thought = Reply::Stream([chunk(&reasoning), text("三十天。")].into_iter().chain(end()).collect());
    assert_eq!(check(thought).await, ("三十天。".to_owned(), stop(11, 7), 1));
}

#[tokio::test]
async fn a_server_that_stays_open_after_the_end_does_not_hold_the_answer() {
    let reason = json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] });
    let server = FakeModel::always(Reply::Stream(vec![text("Thirty days."), chunk(&reason), Part::Stall])).await;
    let llm = OpenAi::new(&Config { idle_ms: SHORT_MS, ..config(&server) }).unwrap();
    assert_eq!(hear(&llm, &prompt()).await, ("Thirty days.".to_owned(), stop(0, 0)));
}

#[tokio::test]
async fn a_cut_answer_ends_with_an_error_and_is_not_asked_for_again() {
    let halves =
        [Reply::Stream(vec![text("Within thirty "), Part::Reset]), Reply::Stream(vec![text("Within thirty ")])];
    for half in halves {
        assert_eq!(check(half).await, ("Within thirty ".to_owned(), Err(Error::Cut), 1));
    }
    // Cut before any text: nobody saw anything, so it may be asked for once more.
    let server =
        FakeModel::start(|call, _| if call == 0 { Reply::Stream(vec![Part::Reset]) } else { say("Yes.") }).await;
    let llm = OpenAi::new(&config(&server)).unwrap();
    assert_eq!(hear(&llm, &prompt()).await, ("Yes.".to_owned(), stop(11, 7)));
    assert_eq!(server.calls(), 2);
}

#[tokio::test]
async fn errors_keep_their_class_whatever_form_they_have() {
    let busy = r#"{"error":{"message":"overloaded","type":"server_error"}}"#;
    assert_eq!(
        check(whole(500, busy)).await,
        (String::new(), Err(Error::Unavailable("HTTP 500: server_error".into())), 2)
    );

    let vllm = r#"{"object":"error","message":"How long? 多久？ is too long","type":"BadRequestError","code":400}"#;
    let refused = Err(Error::Refused("HTTP 400: BadRequestError 400".into()));
    assert_eq!(check(whole(400, vllm)).await, (String::new(), refused, 1), "without the customer's words");

    let page = Reply::Whole {
        status: 404,
        headers: vec![("content-type", "text/html".into())],
        body: "<html><h1>Not Found</h1></html>".into(),
    };
    assert_eq!(check(page).await, (String::new(), Err(Error::Refused("HTTP 404".into())), 1));
    let ollama = r#"{"error":"model 'x' not found"}"#;
    assert_eq!(check(whole(404, ollama)).await.1, Err(Error::Refused("HTTP 404: model 'x' not found".into())));
    let key = r#"{"error":{"message":"Incorrect key: sk-test-key","code":"invalid_api_key"}}"#;
    assert_eq!(
        check(whole(401, key)).await.1,
        Err(Error::Refused("HTTP 401: invalid_api_key: Incorrect key: …".into()))
    );

    let login =
        Reply::Whole { status: 200, headers: vec![("content-type", "text/html".into())], body: "<html>".into() };
    let (_, end, calls) = check(login).await;
    assert!(matches!(end, Err(Error::Refused(reason)) if reason.contains("base_url")));
    assert_eq!(calls, 1);
    let late = whole(200, r#"{"error":{"message":"busy","code":503}}"#);
    assert!(matches!(check(late).await.1, Err(Error::Unavailable(_))));
}

#[tokio::test]
async fn nonsense_and_errors_in_mid_stream_are_told_from_answers() {
    let nonsense = Reply::Stream(vec![text("Within "), Part::Raw("data: {not json\n\n".to_owned()), text("days.")]);
    let (heard, end, calls) = check(nonsense).await;
    assert_eq!((heard.as_str(), calls), ("Within ", 1));
    assert!(matches!(&end, Err(Error::Garbled(reason)) if !reason.contains("not json")), "{end:?}");

    let error = json!({ "error": { "message": "secret words", "type": "server_error", "code": 500 } });
    let (heard, end, calls) = check(Reply::Stream(vec![text("Within "), chunk(&error), text("days.")])).await;
    assert_eq!((heard.as_str(), calls), ("Within ", 1));
    assert_eq!(end, Err(Error::Unavailable("error in the answer: server_error 500".into())));

    let (_, end, calls) = check(Reply::Stream(vec![Part::Raw("complete nonsense\n\n".to_owned())])).await;
    assert_eq!((end, calls), (Err(Error::Cut), 2));
}

#[tokio::test]
async fn a_limit_is_waited_for_only_if_the_deadline_allows() {
    let limited = |wait: &str| Reply::Whole {
        status: 429,
        headers: vec![("retry-after", wait.to_owned())],
        body: "slow down".to_owned(),
    };
    for wait in ["0", "0.01", "Wed, 21 Oct 2015 07:28:00 GMT"] {
        let reply = limited(wait);
        let server = FakeModel::start(move |call, _| if call == 0 { reply.clone() } else { say("Yes.") }).await;
        let heard = hear(&OpenAi::new(&config(&server)).unwrap(), &prompt()).await;
        assert_eq!((heard, server.calls()), (("Yes.".to_owned(), stop(11, 7)), 2), "{wait}");
    }
    let day = Some(Duration::from_secs(86_400));
    for (wait, retry_after) in [("86400", day), ("999999999999999999", day), ("Fri, 31 Dec 9999 23:59:59 GMT", day)] {
        assert_eq!(check(limited(wait)).await, (String::new(), Err(Error::RateLimited { retry_after }), 1), "{wait}");
    }
    let text = Reply::Whole { status: 429, headers: Vec::new(), body: "Too many requests".into() };
    let (_, end, calls) = check(text).await;
    assert_eq!((end, calls), (Err(Error::RateLimited { retry_after: None }), 2));
}

#[tokio::test]
async fn a_hanging_server_costs_the_deadline_and_one_call() {
    let server = FakeModel::always(Reply::Hang).await;
    let llm = OpenAi::new(&Config { first_byte_ms: SHORT_MS, ..config(&server) }).unwrap();
    assert_eq!(hear(&llm, &prompt()).await, (String::new(), Err(Error::TimedOut)));

    let llm = OpenAi::new(&config(&server)).unwrap();
    let hurried = Prompt { deadline: Some(Duration::from_millis(SHORT_MS)), ..prompt() };
    assert_eq!(hear(&llm, &hurried).await, (String::new(), Err(Error::TimedOut)));
    assert_eq!(server.calls(), 2);

    let comments = vec![Part::Raw(": working\n\n".to_owned()), Part::Stall];
    let server = FakeModel::always(Reply::Stream(comments)).await;
    let llm = OpenAi::new(&Config { first_byte_ms: SHORT_MS, ..config(&server) }).unwrap();
    assert_eq!(hear(&llm, &prompt()).await, (String::new(), Err(Error::TimedOut)));
}

#[tokio::test]
async fn a_stall_in_mid_stream_ends_the_answer() {
    let server = FakeModel::always(Reply::Stream(vec![text("Within "), text("thirty "), Part::Stall])).await;
    let llm = OpenAi::new(&Config { idle_ms: SHORT_MS, ..config(&server) }).unwrap();
    assert_eq!(hear(&llm, &prompt()).await, ("Within thirty ".to_owned(), Err(Error::TimedOut)));
    // Drops that keep coming do not stretch the whole: the turn's deadline holds.
    let endless: Vec<Part> = (0..2_000).flat_map(|_| [text("and "), Part::Wait(Duration::from_millis(5))]).collect();
    let server = FakeModel::always(Reply::Stream(endless)).await;
    let hurried = Prompt { deadline: Some(Duration::from_millis(4 * SHORT_MS)), ..prompt() };
    assert_eq!(hear(&OpenAi::new(&config(&server)).unwrap(), &hurried).await.1, Err(Error::TimedOut));
}

#[tokio::test]
async fn nobody_at_the_address_is_an_error_without_a_wait() {
    let server = FakeModel::always(Reply::Hang).await;
    let nobody = Config { base_url: "http://127.0.0.1:1/v1".to_owned(), ..config(&server) };
    let (_, end) = hear(&OpenAi::new(&nobody).unwrap(), &prompt()).await;
    assert!(matches!(&end, Err(Error::Unavailable(reason)) if reason.contains("cannot connect")), "{end:?}");
}

#[tokio::test]
async fn an_outage_costs_few_calls_and_its_end_is_noticed() {
    let server = FakeModel::always(whole(503, "")).await;
    let llm = OpenAi::new(&config(&server)).unwrap();
    for _ in 0..40 {
        assert!(matches!(hear(&llm, &prompt()).await.1, Err(Error::Unavailable(_))));
    }
    assert!(server.calls() <= 42, "{} calls in 40 turns", server.calls());
    assert!(server.calls() >= 2, "one retry before it rests");
}

#[tokio::test]
async fn a_fallback_answers_while_the_first_provider_is_down() {
    let down = FakeModel::always(whole(500, "")).await;
    let up = FakeModel::always(say("Yes.")).await;
    let fallback = Fallback { model: "other".to_owned(), base_url: Some(up.base_url.clone()), ..Fallback::default() };
    let llm = OpenAi::new(&Config { fallbacks: vec![fallback], ..config(&down) }).unwrap();
    let mut calls = Vec::new();
    for _ in 0..30 {
        let pieces: Vec<_> = llm.stream(&prompt()).await.unwrap().collect().await;
        let Some(Ok(Piece::Begun { model, calls: made })) = pieces.first() else { panic!("{pieces:?}") };
        assert_eq!(model, "other", "the one that answered is named");
        assert_eq!(pieces.last(), Some(&stop(11, 7)));
        calls.push(*made as usize);
    }
    assert_eq!(calls[0], 2, "the first one was asked before");
    assert_eq!(calls.iter().sum::<usize>(), down.calls() + up.calls());
    assert!(down.calls() + up.calls() <= 32, "{} + {} calls in 30 turns", down.calls(), up.calls());
    let asked = up.asked().remove(0);
    assert_eq!(asked.body["model"], "other");
    assert_eq!(asked.authorization, None, "a key never goes to another provider");
}

#[tokio::test]
async fn a_caller_that_stops_listening_leaves_nothing_behind() {
    let server = FakeModel::start(|_, _| Reply::Stream(vec![text("Within "), Part::Stall])).await;
    let llm = OpenAi::new(&config(&server)).unwrap();
    for _ in 0..5 {
        let stream = llm.stream(&prompt()).await.unwrap();
        let heard: Vec<_> = stream.take(2).collect().await;
        assert_eq!(heard[1], Ok(Piece::Text("Within ".to_owned())));
    }
    assert_eq!(server.calls(), 5, "a dropped stream is no failure");
}

#[tokio::test]
async fn recorded_answers_replay_without_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = FakeModel::always(say("Within thirty days.")).await;
    let mut settings = LlmConfig { kind: Kind::Cassette, openai: config(&server), ..LlmConfig::default() };
    settings.cassette.folder = folder.path().join("answers");
    settings.cassette.record = true;
    let live: Vec<_> = settings.build().unwrap().unwrap().stream(&prompt()).await.unwrap().collect().await;
    settings.cassette.record = false;
    settings.openai = Config::default();
    let replay = settings.build().unwrap().unwrap();
    let replayed: Vec<_> = replay.stream(&prompt()).await.unwrap().collect().await;
    assert_eq!(replayed, live);
    assert_eq!(live.last(), Some(&stop(11, 7)));
    let other = Prompt { max_tokens: 65, ..prompt() };
    assert!(matches!(replay.stream(&other).await.map(|_| ()), Err(Error::Unavailable(_))));
}

mod embeddings {
    use frontdesk::embed::openai::{Config, OpenAi};
    use frontdesk::embed::{Embedder, Error, Side};

    use super::*;

    fn config(server: &FakeModel) -> Config {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Config {
            base_url: server.base_url.clone(),
            model: "fake".to_owned(),
            dimensions: 2,
            question_prefix: "query: ".to_owned(),
            batch: 2,
            total_ms: AMPLE_MS,
            ..Config::default()
        }
    }

    /// Vectors that point at the length of each text; no `usage`, as some servers send it.
    fn vectors(body: &Value) -> Reply {
        let texts = body["input"].as_array().unwrap();
        let entries = texts.iter().enumerate().rev();
        let data: Vec<Value> = entries
            .map(|(index, text)| json!({ "index": index, "embedding": [text.as_str().unwrap().len(), 0.0] }))
            .collect();
        whole(200, &json!({ "data": data }).to_string())
    }

    #[tokio::test]
    async fn texts_go_in_batches_and_come_back_in_order() {
        let server = FakeModel::start(|_, body| vectors(body)).await;
        let embedder = OpenAi::new(&config(&server)).unwrap();
        let texts = ["a", "bb", "ccc"].map(String::from);
        assert_eq!(embedder.embed(&texts, Side::Passage).await.unwrap(), vec![vec![1.0, 0.0]; 3]);
        embedder.embed(&texts[..1], Side::Question).await.unwrap();
        let inputs: Vec<Value> = server.asked().into_iter().map(|asked| asked.body["input"].clone()).collect();
        assert_eq!(inputs, [json!(["a", "bb"]), json!(["ccc"]), json!(["query: a"])]);
    }

    #[tokio::test]
    async fn what_is_no_vector_is_an_error() {
        let check = async |reply: Reply| {
            let server = FakeModel::always(reply).await;
            let embedder = OpenAi::new(&config(&server)).unwrap();
            embedder.embed(&["a".to_owned()], Side::Passage).await.unwrap_err()
        };
        let wide = whole(200, r#"{"data":[{"index":0,"embedding":[1,2,3]}]}"#);
        assert_eq!(check(wide).await, Error::Mismatched { expected: 2, got: 3 });
        assert!(matches!(check(whole(401, r#"{"error":{"code":"invalid_api_key"}}"#)).await, Error::Refused(_)));
        assert!(matches!(check(whole(503, "busy")).await, Error::Unavailable(_)));
        assert!(matches!(check(whole(200, "{nonsense")).await, Error::Unavailable(_)));
        let server = FakeModel::always(Reply::Hang).await;
        let embedder = OpenAi::new(&Config { total_ms: SHORT_MS, ..config(&server) }).unwrap();
        let error = embedder.embed(&["a".to_owned()], Side::Passage).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)));
    }
}
