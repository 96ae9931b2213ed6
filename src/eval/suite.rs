//! Reads suites: JSON lines or YAML, with the file, line and field of everything that is wrong in them.
//!
//! A suite is text in the business's own repository. Its SHA-256 stands in every report, so that a figure can be traced to the
//! questions that made it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;
use sha2::{Digest, Sha256};

use crate::eval::case::Case;

/// A file of cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Suite {
    pub path: PathBuf,
    pub about: About,
    /// Of the file's bytes, in hexadecimal.
    pub sha256: String,
    pub cases: Vec<Case>,
    /// The line on which each case stands, from 1.
    pub lines: Vec<usize>,
}

/// What a suite says about itself; every field may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct About {
    /// The file's name without one.
    pub name: String,
    pub version: String,
    /// The folders of documents that the cases are about, relative to the file; a single one needs no list.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_more")]
    pub knowledge: Vec<PathBuf>,
    pub gate: Gate,
    #[serde(skip_serializing_if = "Prices::is_empty")]
    pub prices: Prices,
}

fn one_or_more<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Vec<PathBuf>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a folder or a list of folders")]
    enum Folders {
        One(PathBuf),
        More(Vec<PathBuf>),
    }
    Ok(match Folders::deserialize(reader)? {
        Folders::One(folder) => vec![folder],
        Folders::More(folders) => folders,
    })
}

/// What a release must reach, in percent (0–100) unless said otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gate {
    /// Least share of cases that end as expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_accuracy: Option<f64>,
    /// Most wrong answers among the answers given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_wrong: Option<f64>,
    /// Least share of questions with an answer that are answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_coverage: Option<f64>,
    /// Slowest turn of 95 in 100, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_p95_ms: Option<f64>,
    /// Most cases that fail and are not marked as known failures; a number of cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_new_failures: Option<u32>,
}

impl Gate {
    /// Whether it demands nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is demanded here and not by `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        fn left<T: Copy>(here: Option<T>, there: Option<T>) -> Option<T> {
            here.filter(|_| there.is_none())
        }
        Self {
            min_accuracy: left(self.min_accuracy, other.min_accuracy),
            max_wrong: left(self.max_wrong, other.max_wrong),
            min_coverage: left(self.min_coverage, other.min_coverage),
            max_p95_ms: left(self.max_p95_ms, other.max_p95_ms),
            max_new_failures: left(self.max_new_failures, other.max_new_failures),
        }
    }

    /// What is demanded here, and for the rest what `other` demands.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            min_accuracy: self.min_accuracy.or(other.min_accuracy),
            max_wrong: self.max_wrong.or(other.max_wrong),
            min_coverage: self.min_coverage.or(other.min_coverage),
            max_p95_ms: self.max_p95_ms.or(other.max_p95_ms),
            max_new_failures: self.max_new_failures.or(other.max_new_failures),
        }
    }
}

/// What tokens cost, per million, by the model's name; `*` stands for any other model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prices {
    pub currency: String,
    pub models: BTreeMap<String, Price>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    pub prompt: f64,
    pub completion: f64,
}

impl Prices {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// What so many tokens of a model cost; `None` where the table does not know.
    #[must_use]
    pub fn cost(&self, model: &str, prompt_tokens: u32, completion_tokens: u32) -> Option<f64> {
        let price = self.models.get(model).or_else(|| self.models.get("*"))?;
        Some((f64::from(prompt_tokens) * price.prompt + f64::from(completion_tokens) * price.completion) / 1e6)
    }
}

/// Something wrong in a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub path: PathBuf,
    /// From 1; 0 when the whole file is meant.
    pub line: usize,
    /// The case's id, where it could be read.
    pub case: Option<String>,
    pub field: String,
    pub what: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.path.display(), self.line)?;
        if let Some(case) = &self.case {
            write!(f, "case {case}: ")?;
        }
        if !self.field.is_empty() && self.field != "." {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.what)
    }
}

/// A suite that cannot be run, with everything that is wrong at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct BadSuite(pub Vec<Complaint>);

/// Reads suites and folders of suites.
///
/// # Errors
/// [`BadSuite`] when anything is wrong in one of them, also an id that stands twice; another error when a file cannot be read.
pub fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<Suite>> {
    let mut suites = Vec::new();
    let mut complaints = Vec::new();
    for path in files(paths)? {
        let bytes = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        match parse(&path, &bytes) {
            Ok(suite) => suites.push(suite),
            Err(BadSuite(more)) => complaints.extend(more),
        }
    }
    let mut known: BTreeMap<&str, (&Suite, usize)> = BTreeMap::new();
    for suite in &suites {
        for (case, line) in suite.cases.iter().zip(&suite.lines) {
            // Twice in one suite is a complaint of its own.
            if let Some((other, there)) = known.insert(&case.id, (suite, *line)) {
                complaints.push(Complaint {
                    path: suite.path.clone(),
                    line: *line,
                    case: Some(case.id.clone()),
                    field: "id".to_owned(),
                    what: format!("also stands in {}:{there}", other.path.display()),
                });
            }
        }
    }
    if !complaints.is_empty() {
        return Err(BadSuite(complaints).into());
    }
    Ok(suites)
}

fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let listing = std::fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let mut inside: Vec<PathBuf> =
            listing.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        inside.retain(|path| is_yaml(path) || path.extension().is_some_and(|kind| kind == "jsonl"));
        inside.sort();
        if inside.is_empty() {
            anyhow::bail!("there is no .jsonl, .yaml or .yml file in {}", path.display());
        }
        found.extend(inside);
    }
    Ok(found)
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind == "yaml" || kind == "yml")
}

/// Reads one suite; the path decides the format and is named in complaints.
///
/// # Errors
/// [`BadSuite`].
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Suite, BadSuite> {
    let complain = |line: usize, field: &str, what: &str| Complaint {
        path: path.to_owned(),
        line,
        case: None,
        field: field.to_owned(),
        what: what.to_owned(),
    };
    let text = std::str::from_utf8(bytes).map_err(|_| BadSuite(vec![complain(0, "", "is not UTF-8")]))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut complaints = Vec::new();
    let (mut about, placed) = if is_yaml(path) {
        yaml(text).map_err(|(line, field, what)| BadSuite(vec![complain(line, &field, &what)]))?
    } else {
        lines(text, &mut |line, field, what| complaints.push(complain(line, field, what)))
    };
    if about.name.is_empty() {
        about.name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    }
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for (line, case) in &placed {
        let named = |field: String, what: String| Complaint {
            path: path.to_owned(),
            line: *line,
            case: Some(case.id.clone()),
            field,
            what,
        };
        complaints.extend(case.complaints().into_iter().map(|(field, what)| named(field, what)));
        if let Some(first) = ids.insert(&case.id, *line) {
            complaints.push(named("id".to_owned(), format!("stands on line {first} already")));
        }
    }
    if placed.is_empty() && complaints.is_empty() {
        complaints.push(complain(0, "", "holds no case"));
    }
    if !complaints.is_empty() {
        return Err(BadSuite(complaints));
    }
    let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let (lines, cases) = placed.into_iter().unzip();
    Ok(Suite { path: path.to_owned(), about, sha256, cases, lines })
}

type Placed = Vec<(usize, Case)>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    suite: About,
}

/// One case a line; the first line may be `{"suite": …}`.
fn lines(text: &str, complain: &mut dyn FnMut(usize, &str, &str)) -> (About, Placed) {
    let mut about = About::default();
    let mut placed = Vec::new();
    let filled = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    for (order, (line, number)) in filled.enumerate() {
        if order == 0 && serde_json::from_str::<serde_json::Value>(line).is_ok_and(|value| value.get("suite").is_some())
        {
            match json::<Header>(line) {
                Ok(header) => about = header.suite,
                Err((field, what)) => complain(number, &field, &what),
            }
            continue;
        }
        match json::<Case>(line) {
            Ok(case) => placed.push((number, case)),
            Err((field, what)) => complain(number, &field, &what),
        }
    }
    (about, placed)
}

fn json<T: serde::de::DeserializeOwned>(line: &str) -> Result<T, (String, String)> {
    let mut reader = serde_json::Deserializer::from_str(line);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let what = error.inner().to_string();
        // A case is one line: only the column tells something.
        (error.path().to_string(), what.replace(" at line 1 column ", ", at column "))
    })?;
    reader.end().map_err(|error| (String::new(), error.to_string().replace(" at line 1 column ", ", at column ")))?;
    Ok(value)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    suite: About,
    cases: Vec<Spanned<Case>>,
}

/// One mapping with `cases` and, where one likes, `suite`.
fn yaml(text: &str) -> Result<(About, Placed), (usize, String, String)> {
    let place = |error: &serde_saphyr::Error| {
        let line = error.location().map_or(0, |location| usize::try_from(location.line()).unwrap_or(0));
        (line, error.without_snippet().to_string())
    };
    let document: Document = serde_saphyr::from_str(text).map_err(|error| {
        let (line, what) = place(&error);
        (line, String::new(), what)
    })?;
    let line = |case: &Spanned<Case>| usize::try_from(case.referenced.line()).unwrap_or(0);
    Ok((document.suite, document.cases.into_iter().map(|case| (line(&case), case.value)).collect()))
}
