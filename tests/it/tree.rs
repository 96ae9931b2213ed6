//! The files of the repository as the tidy tests read them: by room, by member of a room, by what they import.

use std::path::Path;

use regex::Regex;

/// What builds and people leave behind; never part of the repository.
const NOT_OURS: &[&str] = &["target", "data", "models", ".venv", "node_modules", ".git", "dist"];

/// One file under `src/`.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Relative to `src/`, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// The room that the file belongs to: its top folder, or its own name.
    pub(crate) fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// The member of `folder` that the file belongs to: `openai` for `llm/openai.rs` and for `llm/openai/wire.rs`. The
    /// folder's own `mod.rs` and `config.rs` are no members.
    pub(crate) fn member(&self, folder: &str) -> Option<String> {
        let rest = self.path.strip_prefix(folder)?.strip_prefix('/')?;
        let member = rest.split('/').next()?.trim_end_matches(".rs");
        (!["mod", "config"].contains(&member)).then(|| member.to_owned())
    }

    /// The text with comment lines left blank, so that line numbers hold, and without the unit tests at its end: those may
    /// use twins and print.
    pub(crate) fn code(&self) -> String {
        let (product, _) = self.text.split_once("\n#[cfg(test)]\nmod tests {").unwrap_or((&self.text, ""));
        let lines = product.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Paths within the crate that the code names, without `crate`, with `super` resolved and braces expanded.
    pub(crate) fn imports(&self) -> Vec<Vec<String>> {
        let code = self.code();
        let paths = Regex::new(r"\b(crate|(?:super::)*super)::").expect("a constant pattern");
        let mut found = Vec::new();
        for start in paths.captures_iter(&code) {
            let whole = start.get(0).expect("group 0 always matches");
            let mut prefix = Vec::new();
            if &start[1] != "crate" {
                prefix = self.module();
                if in_inline_module(&code, whole.start()) {
                    prefix.push("inline".to_owned());
                }
                prefix.truncate(prefix.len().saturating_sub(start[1].split("::").count()));
            }
            expand(&code[whole.end()..], prefix, &mut found);
        }
        found
    }

    /// The module path of the file itself.
    fn module(&self) -> Vec<String> {
        let path = self.path.trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').map(ToOwned::to_owned).collect()
    }
}

/// Whether an offset lies in a `mod name {` block of the file. rustfmt puts its ends at the start of a line.
fn in_inline_module(code: &str, offset: usize) -> bool {
    let before = &code[..offset];
    let opened = Regex::new(r"(?m)^(pub )?mod \w+ \{").expect("a constant pattern");
    opened.find_iter(before).last().is_some_and(|open| !before[open.end()..].contains("\n}\n"))
}

/// Reads a path such as `a::{b, c::D}` and adds what it stands for.
fn expand(text: &str, mut prefix: Vec<String>, found: &mut Vec<Vec<String>>) {
    let mut rest = text.trim_start();
    loop {
        if let Some(list) = rest.strip_prefix('{') {
            for item in items(list) {
                expand(item, prefix.clone(), found);
            }
            return;
        }
        let name: String = rest.chars().take_while(|&c| c.is_alphanumeric() || c == '_').collect();
        if !name.is_empty() && name != "self" {
            prefix.push(name.clone());
        }
        rest = &rest[name.len()..];
        let Some(after) = rest.strip_prefix("::").filter(|_| !name.is_empty()) else { break };
        rest = after;
    }
    if !prefix.is_empty() {
        found.push(prefix);
    }
}

/// The items of a braced list, up to the brace that closes it; braces inside belong to their item.
fn items(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0_usize, 0_usize, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(&list[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.retain(|item| !item.trim().is_empty());
    found
}

/// Every Rust file under `src/` but those that are unit tests altogether.
pub(crate) fn rust_sources() -> Vec<Source> {
    let mut sources = Vec::new();
    for (path, text) in files(&["rs"]) {
        if let Some(path) = path.strip_prefix("src/") {
            sources.push(Source { path: path.to_owned(), text });
        }
    }
    let test_file = Regex::new(r"#\[cfg\(test\)\]\nmod (\w+);").expect("a constant pattern");
    let mut tests = Vec::new();
    for source in &sources {
        let folder = source.path.trim_end_matches("mod.rs").trim_end_matches(".rs").trim_end_matches('/');
        tests.extend(test_file.captures_iter(&source.text).map(|found| format!("{folder}/{}.rs", &found[1])));
    }
    sources.retain(|source| !tests.contains(&source.path));
    sources
}

/// Every text file with one of these extensions (`""`: none), by path relative to the root of the repository.
pub(crate) fn files(extensions: &[&str]) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("folders of the repository can be listed") {
            let path = entry.expect("entries can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if NOT_OURS.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            if extensions.contains(&extension.as_str()) {
                let relative = path.strip_prefix(root).expect("found below the root");
                found.push((relative.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    found.sort();
    found
}
