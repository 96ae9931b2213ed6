//! The terminal: the real program, its output and its exit codes.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::program::{Server, frontdesk, run};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge").join(name)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn settings_are_shown_merged_and_masked_and_mistakes_are_named() {
    let data = tempfile::tempdir().unwrap();
    let shown =
        run(frontdesk(data.path()).args(["config", "show", "--json"]).env("FRONTDESK_LLM__OPENAI__API_KEY", "sk-abc"));
    assert_eq!(shown.0, 0, "{}", shown.2);
    assert!(!shown.1.contains("sk-abc"), "{}", shown.1);
    assert_eq!(json(&shown.1)["data"], data.path().to_str().unwrap());
    std::fs::write(data.path().join("frontdesk.toml"), "[web]\nmax_streams = \"many\"\n").unwrap();
    let (code, _, talk) = run(frontdesk(data.path()).args(["config", "show"]));
    assert_eq!(code, 3);
    for part in ["frontdesk.toml", "web.max_streams", "many"] {
        assert!(talk.contains(part), "{talk}");
    }
    let (code, _, talk) = run(frontdesk(data.path()).args(["--set", "nonsense", "config", "show"]));
    assert_eq!((code, talk.contains("KEY=VALUE")), (2, true), "{talk}");
}

#[test]
fn help_speaks_the_language_of_the_terminal_and_a_strange_environment_stops_nothing() {
    use std::os::unix::ffi::OsStrExt as _;
    let data = tempfile::tempdir().unwrap();
    let strange = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    let (code, out, talk) = run(frontdesk(data.path())
        .args(["ask", "--help"])
        .env("FRONTDESK_LANG", "zh_CN.UTF-8")
        .env("STRANGE", strange));
    assert_eq!(code, 0, "{talk}");
    assert!(out.contains("用法：frontdesk ask") && out.contains("提一个问题"), "{out}");
    let (code, out, talk) = run(frontdesk(data.path()).args(["config", "show", "--json"]).env("STRANGE", strange));
    assert_eq!(code, 0, "{talk}");
    assert!(json(&out)["data"].is_string());
}

#[test]
fn accounts_are_made_listed_and_get_new_passwords() {
    let data = tempfile::tempdir().unwrap();
    let add = ["agents", "add", "Li@Shop.Example", "--name", "Li Wei", "--role", "admin", "--json"];
    let (code, out, talk) = run(frontdesk(data.path()).args(add));
    assert_eq!(code, 0, "{talk}");
    let first = json(&out);
    assert_eq!(first["email"], "li@shop.example");
    assert_eq!(run(frontdesk(data.path()).args(add)).0, 1, "the address is taken");
    let (_, out, _) = run(frontdesk(data.path()).args(["agents", "password", "li@shop.example", "--json"]));
    assert_ne!(json(&out)["password"], first["password"]);
    let (_, out, _) = run(frontdesk(data.path()).args(["agents", "list", "--json"]));
    assert_eq!((&json(&out)["role"], &json(&out)["name"]), (&Value::from("admin"), &Value::from("Li Wei")));
    assert!(!out.contains("argon2"), "{out}");
}

#[test]
fn documents_go_in_are_found_answer_and_go_out_again() {
    let data = tempfile::tempdir().unwrap();
    let mut files: Vec<_> = std::fs::read_dir(sample("")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "md"));
    let count = Value::from(files.len());
    let (code, out, talk) = run(frontdesk(data.path()).arg("ingest").args(&files).arg("--json"));
    assert_eq!(code, 0, "{talk}");
    let report = json(&out);
    assert_eq!((&report["taken"], &report["searchable"]), (&count, &count), "{report}");
    let (_, out, _) = run(frontdesk(data.path()).arg("ingest").args(&files).arg("--json"));
    assert_eq!(json(&out)["unchanged"], count, "the same files again change nothing");

    let (code, out, _) = run(frontdesk(data.path()).args(["search", "gift card valid", "--json"]));
    let hit = &json(&out)["passages"][0];
    assert_eq!((code, hit["passage"]["source"].as_str().unwrap()), (0, "gift-cards.md"), "{hit}");
    assert!(hit["matched"].as_array().unwrap().len() >= 2 && hit["scores"]["bm25"].as_f64().unwrap() > 0.0, "{hit}");

    let (code, out, talk) = run(frontdesk(data.path()).args(["ask", "How long are gift cards valid?", "--json"]));
    let answer = json(&out);
    assert_eq!((code, answer["mode"].as_str().unwrap()), (0, "quote"), "{talk}{answer}");
    assert!(answer["text"].as_str().unwrap().contains("36 months"), "{answer}");
    assert!(answer["decision"]["evidence"]["confidence"].as_f64().is_some(), "{answer}");

    let (_, out, _) = run(frontdesk(data.path()).args(["documents", "versions", "--json"]));
    let version = json(out.lines().next().unwrap())["version"].to_string();
    let (code, _, _) = run(frontdesk(data.path()).args(["documents", "delete", "gift-cards.md"]));
    assert_eq!(code, 0);
    let (_, out, _) = run(frontdesk(data.path()).args(["ask", "How long are gift cards valid?", "--json"]));
    assert!(!json(&out)["text"].as_str().unwrap().contains("36 months"), "{out}");
    let (code, out, talk) = run(frontdesk(data.path()).args(["documents", "rollback", &version, "--json"]));
    assert_eq!(code, 0, "{talk}");
    let (_, again, _) = run(frontdesk(data.path()).args(["ask", "How long are gift cards valid?", "--json"]));
    assert!(json(&again)["text"].as_str().unwrap().contains("36 months"), "{out}{again}");
    let (_, out, _) = run(frontdesk(data.path()).args(["documents", "versions", "--json"]));
    assert_eq!(json(out.lines().next().unwrap())["cause"], "rollback");
    assert_eq!(run(frontdesk(data.path()).args(["documents", "delete", "gift-cards.md"])).0, 0);
    let (code, out, talk) =
        run(frontdesk(data.path()).args(["documents", "purge", "--deleted-before", "1d", "--json"]));
    assert_eq!((code, &json(&out)["documents"]), (0, &Value::from(0)), "{talk}");
    let (code, out, talk) = run(frontdesk(data.path()).args(["documents", "purge", "--json"]));
    assert_eq!((code, json(&out)), (0, serde_json::json!({ "documents": 1, "files": 1 })), "{talk}");
    let (code, _, talk) = run(frontdesk(data.path()).args(["documents", "delete", "none.md"]));
    assert_eq!((code, talk.contains("documents list")), (1, true), "{talk}");
}

#[test]
fn a_partial_import_says_what_failed_and_ends_with_five() {
    let data = tempfile::tempdir().unwrap();
    let broken = data.path().join("broken.pdf");
    std::fs::write(&broken, b"%PDF-1.7 and nothing more").unwrap();
    let (code, out, talk) =
        run(frontdesk(data.path()).arg("ingest").arg(sample("contact.md")).arg(&broken).arg("--json"));
    assert_eq!(code, 5, "{talk}");
    let report = json(&out);
    assert_eq!((&report["searchable"], &report["failed"][0]["name"]), (&Value::from(1), &Value::from("broken.pdf")));
    assert!(talk.contains("broken.pdf"), "{talk}");
    let (_, out, _) = run(frontdesk(data.path()).args(["--lang", "zh", "documents", "list"]));
    assert!(out.contains("失败") && out.contains("可用") && !out.contains("chunks") && !out.contains("ready"), "{out}");
    let (_, out, _) = run(frontdesk(data.path()).args(["--lang", "zh", "documents", "versions"]));
    assert!(out.contains("发布  1 份文档"), "{out}");
    let (code, _, talk) = run(frontdesk(data.path()).args(["ingest", "/no/such/file"]));
    assert_eq!((code, talk.contains("/no/such/file")), (1, true), "{talk}");
}

#[test]
fn a_running_house_reads_what_another_process_puts_into_its_queue() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(&mut frontdesk(data.path()));
    let (code, out, talk) = run(frontdesk(data.path()).arg("ingest").arg(sample("contact.md")).arg("--json"));
    assert_eq!(code, 0, "{talk}");
    assert_eq!(json(&out)["searchable"], 1, "{out}");
    let second = run(frontdesk(data.path()).args(["serve", "--listen", "127.0.0.1:0"]));
    assert_eq!(second.0, 1);
    assert!(second.2.contains("another process ingests") && second.2.contains("--roles web,speak"), "{}", second.2);
    let (code, out, _) = run(frontdesk(data.path()).args(["doctor", "--json"]));
    let lock = out.lines().map(json).find(|finding| finding["part"] == "lock").unwrap();
    assert_eq!((code, lock["says"].as_str().unwrap().starts_with("held")), (0, true), "{out}");
    assert_eq!(server.terminate().code(), Some(0));
}

#[test]
fn the_other_commands_do_what_they_say() {
    let data = tempfile::tempdir().unwrap();
    let (code, script, _) = run(frontdesk(data.path()).args(["completions", "bash"]));
    assert_eq!((code, script.contains("_frontdesk")), (0, true));
    let (code, _, talk) = run(frontdesk(data.path()).args(["policy", "test"]));
    assert_eq!(code, 0, "{talk}");
    let (code, first, _) = run(frontdesk(data.path()).args(["token", "reset"]));
    let (_, second, _) = run(frontdesk(data.path()).args(["token", "reset"]));
    assert_eq!((code, first.starts_with("fd_"), first == second), (0, true, false));
    let (code, out, _) = run(frontdesk(data.path()).args(["--lang", "zh", "doctor"]));
    assert_eq!((code, out.contains("正常")), (0, true), "{out}");
    for english in ["settings", "writable", "child process", "promises nothing", "none is configured", "there are none"]
    {
        assert!(!out.contains(english), "{english} in {out}");
    }
    let nothing = ["eval", "retrieval", "--lexical", "--corpus", "none", "--queries", "none", "--qrels", "none"];
    let (code, _, talk) = run(frontdesk(data.path()).args(nothing));
    assert_eq!(code, 8, "what could not be measured: {talk}");
    for command in ["ask", "search"] {
        let (code, _, talk) = run(frontdesk(data.path()).args([command, "How long?"]));
        assert!(code == 0 && talk.contains("no documents yet"), "{command}: {talk}");
    }
    let (code, _, _) = run(frontdesk(data.path()).args(["no-such-command"]));
    assert_eq!(code, 2);
    let (code, _, talk) = run(frontdesk(data.path()).args(["--lang", "zh", "no-such-command"]));
    assert_eq!((code, talk.contains("没有“no-such-command”这个命令")), (2, true), "{talk}");
    let (code, _, talk) = run(frontdesk(data.path()).args(["--lang", "zh", "documents", "rollback", "9"]));
    assert_eq!((code, talk.trim()), (1, "错误：没有版本 9"));
}

#[test]
fn settings_that_cannot_be_used_end_with_three() {
    let data = tempfile::tempdir().unwrap();
    for (setting, part) in [
        ("dialogue.policy=none.toml", "none.toml"),
        ("dialogue.prompts=none", "none"),
        ("llm.kind=openai", "model"),
        ("embed.kind=local", "make models"),
        ("log.filter====", "log.filter"),
        ("dialogue.answer_from=7", "from 0 to 1"),
    ] {
        let (code, _, talk) = run(frontdesk(data.path()).args(["ask", "How long?", "--set", setting]));
        assert!(code == 3 && talk.contains(part), "{setting} ended with {code}: {talk}");
    }
}

#[test]
fn what_a_command_that_was_broken_off_left_in_the_queue_is_read_by_the_next_one() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    for number in 0..30 {
        std::fs::write(folder.join(format!("{number}.md")), format!("# Part {number}\n\nIt costs {number} euros.\n"))
            .unwrap();
    }
    let (code, _, talk) = run(frontdesk(data.path()).arg("ingest").arg(&folder).arg("--no-wait"));
    assert_eq!(code, 0, "{talk}");
    let (code, out, talk) = run(frontdesk(data.path()).arg("ingest").arg(&folder).arg("--json"));
    let report = json(&out);
    assert_eq!((code, &report["unchanged"]), (0, &Value::from(30)), "{talk}{out}");
    assert_eq!(report["searchable"], 30, "nothing is left in the queue: {out}");
    let (_, out, _) = run(frontdesk(data.path()).args(["documents", "list", "--json"]));
    assert!(out.lines().map(json).all(|document| document["status"] == "ready"), "{out}");
}

#[test]
fn two_files_of_one_name_are_not_taken_for_one_document() {
    let data = tempfile::tempdir().unwrap();
    let files = ["a", "b"].map(|folder| {
        let file = data.path().join(folder).join("terms.md");
        std::fs::create_dir(file.parent().unwrap()).unwrap();
        std::fs::write(&file, format!("# Terms of {folder}\n\nThey hold for {folder}.\n")).unwrap();
        file
    });
    let (code, _, talk) = run(frontdesk(data.path()).arg("ingest").args(&files));
    assert!(code == 2 && talk.contains("terms.md") && talk.contains("folder above"), "{code}: {talk}");
    let (_, out, _) = run(frontdesk(data.path()).args(["documents", "list"]));
    assert_eq!(out, "", "nothing was taken");
}

/// What a server says until it is ready.
fn first_words(command: &mut std::process::Command) -> String {
    use std::io::{BufRead, BufReader};
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines() {
        said.push_str(&line.unwrap());
        said.push('\n');
        if said.contains("ready after") {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    said
}

#[test]
fn a_sample_does_not_come_back_after_everything_was_deleted() {
    let data = tempfile::tempdir().unwrap();
    let serve = || {
        let mut command = frontdesk(data.path());
        command.args(["serve", "--listen", "127.0.0.1:0", "--sample"]).arg(sample(""));
        first_words(&mut command)
    };
    assert_eq!(run(frontdesk(data.path()).arg("ingest").arg(sample("contact.md"))).0, 0);
    assert_eq!(run(frontdesk(data.path()).args(["documents", "delete", "contact.md"])).0, 0);
    let said = serve();
    assert!(said.contains("ready after") && !said.contains("sample documents"), "{said}");
}

#[test]
fn what_a_first_start_makes_is_for_no_log() {
    use std::os::unix::fs::PermissionsExt;
    let data = tempfile::tempdir().unwrap();
    let said = first_words(frontdesk(data.path()).args(["serve", "--listen", "127.0.0.1:0"]));
    for (file, begins) in [("first-admin-token.txt", "fd_"), ("first-account.txt", "owner@localhost ")] {
        let path = data.path().join(file);
        let secret = std::fs::read_to_string(&path).unwrap();
        assert!(secret.starts_with(begins) && secret.len() > begins.len() + 8, "{secret}");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let bare = secret.trim().rsplit(' ').next().unwrap();
        assert!(said.contains(path.to_str().unwrap()) && !said.contains(bare), "{said}");
    }
}

#[test]
fn the_rules_that_the_house_follows_are_tested() {
    let data = tempfile::tempdir().unwrap();
    let policy = |name: &str, example: &str| {
        let path = data.path().join(name);
        let rule =
            "version = '1'\n[[rule]]\nname = 'human'\naction = 'escalate'\nreply = 'handoff'\npatterns = ['person']\n";
        std::fs::write(&path, format!("{rule}[rule.examples]\nyes = ['{example}']\n")).unwrap();
        path
    };
    let test = || run(frontdesk(data.path()).args(["policy", "test"]));
    let (code, _, talk) = test();
    assert_eq!((code, talk.contains("as shipped")), (0, true), "{talk}");
    let own = policy("own.toml", "somebody, please");
    std::fs::write(data.path().join("frontdesk.toml"), format!("[dialogue]\npolicy = {own:?}\n")).unwrap();
    let (code, out, talk) = test();
    assert_eq!((code, out.contains("somebody, please")), (6, true), "{out}");
    assert!(talk.contains("own.toml"), "{talk}");
    let said = first_words(frontdesk(data.path()).args(["serve", "--listen", "127.0.0.1:0"]));
    assert!(said.contains("Warning: 1 examples of the rules do not hold"), "{said}");
    policy("policy.toml", "a person, please");
    let (code, _, talk) = test();
    assert_eq!((code, talk.contains("edited in the console")), (0, true), "{talk}");
}
