//! The house rules that a compiler does not know: who may import whom, where a library may be named, how large a file may be.
//!
//! A rule here is a fact about the tree; when a change needs another rule, the rule changes in the same commit, and
//! `ARCHITECTURE.md` with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::Regex;

use crate::tree::{Source, files, rust_sources};

/// Rooms from the ground up, each with the rooms that it may import. A row may only name rows above it, so that no circle
/// can be written down.
const ROOMS: &[(&str, &str)] = &[
    // floor 0: ground
    ("text", ""),
    ("model", "text"),
    ("clock", "model"),
    ("prompts", "text"),
    ("sweep", ""),
    ("problem", "text"),
    // floor 1: seams to the world outside, and rows
    ("provider", "clock model"),
    ("llm", "clock model provider text"),
    ("embed", "clock model provider text"),
    ("index", "embed model text"),
    ("bus", "model"),
    ("store", "clock model text"),
    // floor 2: memory
    ("journal", "bus clock model store"),
    ("knowledge", "bus clock embed index model store sweep text"),
    // floor 3: one turn, one door in
    ("inbox", "clock journal model store text"),
    ("dialogue", "clock embed index knowledge llm model prompts text"),
    // floor 4: people and channels
    ("desk", "bus clock inbox journal model store sweep text"),
    ("channel", "bus clock desk inbox journal knowledge model problem store text"),
    // floor 5: who speaks next, and how well
    ("copilot", "bus clock desk dialogue journal llm model prompts text"),
    ("switchboard", "bus clock desk dialogue journal model store sweep text"),
    ("outbox", "bus channel clock journal model store sweep text"),
    ("eval", "clock desk dialogue embed index knowledge llm model prompts store switchboard text"),
    // floor 6: settings
    ("config", "channel copilot desk dialogue embed index knowledge bus llm model store switchboard text"),
    // floor 7 and up
    (
        "app",
        "bus channel clock config copilot desk dialogue embed inbox index \
         journal knowledge llm model prompts store switchboard outbox text",
    ),
    (
        "http",
        "app bus channel clock config copilot desk dialogue inbox journal \
         knowledge llm model problem prompts store switchboard text",
    ),
    // The terminal may ask anybody.
    ("cli", "*"),
    ("main", "cli"),
];

/// Leaves of a higher floor that a lower one may read: plain types, no behaviour.
const LEAVES: &[(&str, &str)] = &[("store", "knowledge::document")];

/// Adapters of a seam implement its trait; they do not know each other.
const SEAMS: &[(&str, &str)] =
    &[("llm", "Llm"), ("embed", "Embedder"), ("index", "Index"), ("bus", "Bus"), ("channel", "Channel")];

/// Folders whose members stand side by side without knowing each other, with the members that all of them may use.
const SIBLINGS: &[(&str, &[&str])] = &[
    ("cli", &["terminal", "exit", "failure", "log", "files", "talk", "replayed", "scratch", "since"]),
    ("http", &["state", "auth", "staff", "layers", "ledger", "shelf"]),
    ("http/desk", &["state", "wire", "conversations", "acting"]),
    ("cli/eval", &["bar", "finish", "promised"]),
    ("eval/metric", &[]),
];

/// Readers of one document format each; what they share lies beside them under other names.
const FORMATS: &str = "markdown text html delimited email rtf pdf docx workbook pptx opendocument epub doc";

/// Where a library may be named, and where nothing but that may name it.
const CONFINED: &[(&str, &[&str])] = &[
    (r"\bsqlx::", &["store/"]),
    (r"\baxum(_extra)?::", &["http/", "channel/", "problem.rs"]),
    (r"\bstd::env\b", &["config.rs", "config/"]),
    (r"\b(print|println)!|\bstdout\(\)", &["cli/"]),
    (r"\beprintln!|\bstderr\(\)", &["cli/", "main.rs"]),
    (r"\btantivy::", &["index/"]),
    (r"\bqdrant_client::", &["index/"]),
    (r"\bfastembed::|\bort::", &["embed/"]),
    (r"\bargon2::", &["desk/"]),
    (r"\basync_openai::", &["llm/", "embed/", "provider/"]),
    (r"\bclap::", &["cli/"]),
    (r"\bSystemTime::now\b", &["clock.rs"]),
];

const LONGEST_FILE: usize = 400;
const LONGEST_MAP: usize = 60;
const LONGEST_MAIN: usize = 40;

/// Fails with every complaint at once, one a line.
#[track_caller]
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn the_table_has_no_circle() {
    let mut complaints = Vec::new();
    let mut above = BTreeSet::new();
    for (room, may_import) in ROOMS {
        for other in may_import.split_whitespace() {
            if other != "*" && !above.contains(other) {
                complaints.push(format!("the row of {room} names {other}, which does not stand above it"));
            }
        }
        above.insert(*room);
    }
    none(&complaints);
}

#[test]
fn arrows_point_down() {
    let table: BTreeMap<&str, Vec<&str>> =
        ROOMS.iter().map(|(room, others)| (*room, others.split_whitespace().collect())).collect();
    let mut complaints = Vec::new();
    for source in rust_sources().iter().filter(|source| source.path != "lib.rs") {
        let room = source.room();
        let Some(allowed) = table.get(room) else {
            complaints.push(format!("src/{}: the room {room} has no row in the table", source.path));
            continue;
        };
        for used in source.imports() {
            let other = used.first().map_or("", String::as_str);
            let leaf = LEAVES.iter().any(|(from, to)| *from == room && used.join("::").starts_with(to));
            let known = other == room || allowed.contains(&other) || allowed.contains(&"*") || leaf;
            if table.contains_key(other) && !known {
                complaints.push(format!("src/{}: {room} may not import {}", source.path, used.join("::")));
            }
        }
    }
    none(&complaints);
}

#[test]
fn siblings_do_not_know_each_other() {
    let sources = rust_sources();
    let mut groups: Vec<(String, BTreeSet<String>)> = Vec::new();
    for (room, seam) in SEAMS {
        let adapter = Regex::new(&format!(r"\bimpl(<.*>)? {seam} for ")).unwrap();
        let inside = sources.iter().filter(|source| source.path.starts_with(&format!("{room}/")));
        let members = inside.filter(|source| adapter.is_match(&source.code())).filter_map(|source| source.member(room));
        groups.push(((*room).to_owned(), members.collect()));
    }
    for (folder, shared) in SIBLINGS {
        let members = sources.iter().filter_map(|source| source.member(folder));
        groups.push(((*folder).to_owned(), members.filter(|member| !shared.contains(&member.as_str())).collect()));
    }
    groups.push(("knowledge/extract".to_owned(), FORMATS.split(' ').map(str::to_owned).collect()));

    let mut complaints = Vec::new();
    for (folder, members) in &groups {
        let parent: Vec<&str> = folder.split('/').collect();
        for source in &sources {
            let Some(member) = source.member(folder).filter(|member| members.contains(member)) else { continue };
            for used in source.imports() {
                let sibling = used.get(parent.len()).filter(|_| used.iter().zip(&parent).all(|(a, b)| a == b));
                if let Some(sibling) = sibling.filter(|sibling| **sibling != member && members.contains(*sibling)) {
                    complaints.push(format!("src/{}: {member} may not know its sibling {sibling}", source.path));
                }
            }
        }
    }
    none(&complaints);
}

#[test]
fn a_seam_does_not_name_its_adapters() {
    let sources = rust_sources();
    let mut complaints = Vec::new();
    for (room, seam) in SEAMS {
        let adapter = Regex::new(&format!(r"\bimpl(<.*>)? {seam} for ")).unwrap();
        let members: BTreeSet<String> = sources
            .iter()
            .filter(|source| adapter.is_match(&source.code()))
            .filter_map(|source| source.member(room))
            .collect();
        for source in sources.iter().filter(|source| source.path == format!("{room}/mod.rs")) {
            for used in source.imports() {
                if let Some(named) = used.get(1).filter(|member| used[0] == *room && members.contains(*member)) {
                    complaints.push(format!("src/{}: the seam names its adapter {named}", source.path));
                }
            }
        }
    }
    none(&complaints);
}

#[test]
fn libraries_stay_in_their_rooms() {
    let mut complaints = Vec::new();
    for (pattern, places) in CONFINED {
        let named = Regex::new(pattern).unwrap();
        for source in rust_sources() {
            if places.iter().any(|place| source.path.starts_with(place)) {
                continue;
            }
            for (number, line) in source.code().lines().enumerate() {
                if named.is_match(line) {
                    complaints.push(format!("src/{}:{}: {pattern} belongs into {places:?}", source.path, number + 1));
                }
            }
        }
    }
    none(&complaints);
}

#[test]
fn every_file_says_what_it_is_for_and_stays_short() {
    let mut complaints = Vec::new();
    for (path, text) in files(&["rs"]) {
        let lines = text.lines().count();
        let longest = match path.as_str() {
            "src/lib.rs" => LONGEST_MAP,
            "src/main.rs" => LONGEST_MAIN,
            _ => LONGEST_FILE,
        };
        if !text.starts_with("//!") {
            complaints.push(format!("{path}: opens without `//!`"));
        }
        if lines > longest {
            complaints.push(format!("{path}: {lines} lines, more than {longest}"));
        }
    }
    none(&complaints);
}

#[test]
fn a_room_with_children_is_a_folder() {
    let twice: Vec<String> = rust_sources()
        .into_iter()
        .filter_map(|source| source.path.strip_suffix("/mod.rs").map(|folder| format!("src/{folder}.rs")))
        .filter(|file| Path::new(env!("CARGO_MANIFEST_DIR")).join(file).exists())
        .map(|file| format!("{file}: stands beside a folder of the same name"))
        .collect();
    none(&twice);
}

#[test]
fn every_integration_test_is_linked() {
    let main = include_str!("main.rs");
    let forgotten: Vec<String> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|name| name != "main" && !main.contains(&format!("mod {name};")))
        .map(|name| format!("tests/it/{name}: not in main.rs, so it never runs"))
        .collect();
    none(&forgotten);
}

#[test]
fn nothing_tells_where_it_was_made() {
    // Put together here, so that this file does not complain about itself.
    let traces = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("arti", "factory"), concat!("/home", "/user")];
    let mut complaints = Vec::new();
    for (path, text) in
        files(&["rs", "md", "toml", "lock", "json", "jsonl", "py", "sh", "yaml", "yml", "sql", "txt", "ts", ""])
    {
        for trace in traces {
            if let Some(number) = text.lines().position(|line| line.contains(trace)) {
                complaints.push(format!("{path}:{}: names a place of one machine: {trace}", number + 1));
            }
        }
    }
    none(&complaints);
}

/// Two types of one name are one row of the API's description: the second would be described as the first.
#[test]
fn no_two_described_types_have_one_name() {
    let declared = Regex::new(
        r"(?s)#\[derive\([^)]*\bToSchema\b[^)]*\)\]((?:\s*#\[[^\n]*\])*)\s*(?:pub(?:\([^)]*\))? )?(?:struct|enum) (\w+)",
    )
    .expect("a constant pattern");
    let named = Regex::new(r"schema\(as = (\w+)").expect("a constant pattern");
    let (mut known, mut complaints) = (BTreeMap::new(), Vec::new());
    for source in rust_sources() {
        for found in declared.captures_iter(&source.code()) {
            let name = named.captures(&found[1]).map_or_else(|| found[2].to_owned(), |name| name[1].to_owned());
            if let Some(other) = known.insert(name.clone(), source.path.clone()) {
                complaints.push(format!("{name} of {} is also in {other}: say #[schema(as = …)]", source.path));
            }
        }
    }
    assert!(known.len() > 100, "the pattern finds the types: {}", known.len());
    none(&complaints);
}

#[test]
fn source_says_every_allowance_with_a_reason() {
    let silent = Regex::new(r"#!?\[(allow|expect)\([^\])]*\)\]").unwrap();
    let mut complaints = Vec::new();
    for (path, text) in files(&["rs"]) {
        for (number, line) in text.lines().enumerate() {
            if silent.is_match(line) && !line.contains("reason") && !line.trim_start().starts_with("//") {
                complaints.push(format!("{path}:{}: a lint is silenced without a reason", number + 1));
            }
        }
    }
    none(&complaints);
}

#[test]
fn both_readmes_go_equally_deep() {
    let all: BTreeMap<String, String> = files(&["md"]).into_iter().collect();
    let levels = |name: &str| -> Vec<usize> {
        let mut fenced = false;
        let lines = all[name].lines().filter(|line| {
            fenced ^= line.starts_with("```");
            !fenced && line.starts_with('#')
        });
        lines.map(|line| line.chars().take_while(|&c| c == '#').count()).collect()
    };
    assert_eq!(levels("README.md"), levels("README.zh-CN.md"));
}

#[test]
fn pages_link_to_what_exists() {
    let link = Regex::new(r"\]\(([^)#:\s]+)(#[^)]*)?\)").unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut complaints = Vec::new();
    for (path, text) in files(&["md"]).into_iter().filter(|(path, _)| !path.starts_with("knowledge/")) {
        let folder = root.join(&path).parent().unwrap().to_path_buf();
        for target in link.captures_iter(&text).map(|found| found[1].to_owned()) {
            if !folder.join(&target).exists() {
                complaints.push(format!("{path}: links to {target}, which is not there"));
            }
        }
    }
    none(&complaints);
}

#[test]
fn sources_are_read_as_the_compiler_reads_them() {
    let source = Source {
        path: "embed/openai.rs".to_owned(),
        text: "use crate::{model::id::DocumentId, text::{language, terms::terms}};\n// use crate::cli;\nuse super::hashed::Hashed;\nfn f() { crate::store::open() }\nmod inner {\n    use super::super::other;\n}\n".into(),
    };
    let imports: Vec<String> = source.imports().into_iter().map(|path| path.join("::")).collect();
    let all = "model::id::DocumentId text::language text::terms::terms embed::hashed::Hashed store::open embed::other";
    assert_eq!(imports.join(" "), all);
}
