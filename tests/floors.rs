//! The house as a test: who may look at whom, which outside crate stands where, how long files and functions may be,
//! where `unsafe` may stand, and whether the maps still show what is there.

#[path = "floors/rooms.rs"]
mod rooms;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, lowest first. A module may look at those of lower floors only.
const FLOORS: &[&[&str]] = &[
    &["series"],
    &["kernel"],
    &["indicator"],
    &["prices", "ledger", "cache", "shared_memory"],
    &["stored"],
    &["app"],
    &["rpc"],
    &["mcp"],
    &["allocator", "cli", "config", "telemetry", "main"],
];

/// Outside crates and the only modules that may name them. Crates that are not listed may be named nowhere.
const CRATES: &[(&str, &[&str])] = &[
    ("ndarray", &["series"]),
    ("foldhash", &["indicator"]),
    ("libm", &["indicator"]),
    ("memmap2", &["prices", "shared_memory"]),
    ("libc", &["prices", "ledger", "shared_memory"]),
    ("crc32fast", &["prices", "ledger", "app"]),
    ("blake3", &["app", "cache"]),
    ("getrandom", &["app", "cache", "cli", "shared_memory"]),
    ("rusqlite", &["ledger"]),
    ("redis", &["cache"]),
    ("moka", &["cache"]),
    ("ring", &["app", "rpc"]),
    ("rmp", &["cache", "app"]),
    ("rayon", &["app"]),
    ("rustls_native_certs", &["app"]),
    ("rustix", &["app", "rpc", "shared_memory"]),
    ("arc_swap", &["app", "rpc"]),
    ("bytemuck", &["app", "rpc", "cli"]),
    ("bytes", &["cache", "app", "rpc", "mcp", "cli", "telemetry"]),
    ("tokio", &["cache", "app", "rpc", "mcp", "cli", "telemetry", "main"]),
    ("tokio_rustls", &["app", "rpc"]),
    ("tokio_stream", &["app", "rpc", "cli"]),
    ("tokio_util", &["app", "rpc"]),
    ("futures_util", &["app", "rpc", "cli"]),
    ("tonic", &["rpc", "mcp", "cli"]),
    ("tonic_health", &["rpc", "cli"]),
    ("tonic_prost", &["rpc"]),
    ("tonic_reflection", &["rpc"]),
    ("tonic_types", &["rpc", "mcp", "cli"]),
    ("prost", &["rpc"]),
    ("prost_types", &["rpc"]),
    ("tower", &["rpc", "mcp", "telemetry"]),
    ("subtle", &["rpc"]),
    ("terminal_size", &["cli"]),
    ("http", &["app", "rpc", "mcp", "telemetry"]),
    ("http_body", &["rpc", "mcp"]),
    ("http_body_util", &["app", "rpc", "telemetry"]),
    ("hyper", &["app", "rpc", "telemetry"]),
    ("hyper_util", &["app", "rpc", "telemetry"]),
    ("pin_project_lite", &["rpc"]),
    ("clap", &["cli", "config", "main"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("toml", &["config"]),
    ("sd_notify", &["cli"]),
    ("rmcp", &["mcp"]),
    ("opentelemetry", &["telemetry"]),
    ("opentelemetry_otlp", &["telemetry"]),
    ("opentelemetry_prometheus", &["telemetry"]),
    ("opentelemetry_sdk", &["telemetry"]),
    ("prometheus", &["telemetry"]),
    ("tracing_opentelemetry", &["telemetry"]),
    ("tracing_subscriber", &["telemetry"]),
    ("arrow_array", &["cli"]),
    ("arrow_flight", &["rpc"]),
    ("arrow_ipc", &["rpc", "cli", "shared_memory"]),
    ("arrow_schema", &["rpc", "cli", "shared_memory"]),
    ("flatbuffers", &["rpc", "shared_memory"]),
    ("csv", &["cli"]),
    ("base64", &["rpc", "cli"]),
    ("percent_encoding", &["rpc", "mcp"]),
    ("flate2", &["rpc", "cli"]),
    ("indicatif", &["cli"]),
    ("hdrhistogram", &["cli"]),
    ("jiff", &["mcp", "cli"]),
    ("parquet", &["cli"]),
    ("serde", &["rpc", "cli"]),
    ("serde_json", &["app", "rpc", "mcp", "cli"]),
    ("mimalloc", &["allocator"]),
    ("xxhash_rust", &["app"]),
    (
        "thiserror",
        &[
            "indicator",
            "prices",
            "ledger",
            "cache",
            "shared_memory",
            "stored",
            "app",
            "rpc",
            "mcp",
            "cli",
            "config",
            "telemetry",
        ],
    ),
    (
        "tracing",
        &[
            "indicator",
            "prices",
            "ledger",
            "cache",
            "shared_memory",
            "app",
            "rpc",
            "cli",
            "config",
            "telemetry",
            "main",
        ],
    ),
];

/// The only files with `unsafe`.
const UNSAFE_FILES: &[&str] = &[
    "src/allocator.rs",
    "src/engine/kernel/simd/dispatch.rs",
    "src/engine/kernel/simd/nontemporal_store.rs",
    "src/engine/kernel/simd/vector8/mod.rs",
    "src/engine/kernel/simd/vector8/x86.rs",
    "src/prices/map.rs",
    "src/shared_memory/map.rs",
];

/// The folder of the package with the lower floors.
const ENGINE: &str = "src/engine/";

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

struct Source {
    path: String,
    /// The module of the first level: a folder or a file of `src`.
    module: String,
    text: String,
    /// The text without comments, string contents and what follows `#[cfg(test)]`.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    collect(&root.join("src"), &mut paths);
    let source = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("sources are text");
        let path = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
        let module = path.trim_start_matches(ENGINE).trim_start_matches("src/");
        let module = module.split('/').next().expect("a name").trim_end_matches(".rs").to_owned();
        let code = code(&text);
        Source { path, module, text, code }
    };
    paths.iter().map(source).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// What the compiler acts on outside tests, line by line, roughly: strings keep their quotes and lose their contents.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut code = String::new();
    for line in body.lines() {
        let mut quoted = false;
        let mut before = ' ';
        for (at, c) in line.char_indices() {
            if !quoted && line[at..].starts_with("//") {
                break;
            }
            if c == '"' && before != '\\' && before != '\'' {
                quoted = !quoted;
            }
            if !quoted || c == '"' {
                code.push(c);
            }
            before = if before == '\\' { ' ' } else { c };
        }
        code.push('\n');
    }
    code
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// Names that follow `prefix` in a text.
fn names_after<'a>(text: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(prefix).filter(move |(at, _)| !text[..*at].ends_with(is_name)).map(move |(at, _)| {
        let rest = &text[at + prefix.len()..];
        &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())]
    })
}

fn crates() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut crates = BTreeSet::new();
    for manifest in [root.join("Cargo.toml"), root.join(ENGINE).join("Cargo.toml")] {
        let manifest = fs::read_to_string(manifest).expect("a manifest");
        let section = manifest.split("\n[dependencies]").nth(1).expect("dependencies");
        let section = section.split("\n[").next().expect("its lines");
        let names = section.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.replace('-', "_"));
        crates.extend(names.filter(|name| !name.starts_with('#')));
    }
    crates
}

#[test]
fn imports_go_down_only() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = floor(&source.module) else { continue };
        let grouped = source.code.split("use crate::{").skip(1).map(|rest| rest.split(";").next().unwrap_or_default());
        let in_groups = grouped.flat_map(|group| group.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':'));
        let in_groups = in_groups.map(|path| path.split(':').next().unwrap_or_default());
        for name in names_after(&source.code, "crate::").chain(in_groups) {
            let allowed = name == source.module || floor(name).is_none_or(|other| other < own);
            // The top floor starts the others and may look at its own.
            if !allowed && own != FLOORS.len() - 1 {
                wrong.push(format!("{} looks at {name}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_has_a_floor() {
    for source in sources() {
        assert!(source.path.ends_with("lib.rs") || floor(&source.module).is_some(), "{} has no floor", source.path);
    }
}

#[test]
fn outside_crates_stay_where_they_belong() {
    let crates = crates();
    let mut wrong = Vec::new();
    let sources = sources();
    let outside_tests = |source: &&Source| !source.path.contains("/tests") && !source.path.contains("/laws");
    for source in sources.iter().filter(outside_tests).filter(|source| !source.path.ends_with("lib.rs")) {
        for name in &crates {
            let uses = format!("{name}::");
            let own_module = format!("mod {name};");
            let named = source.code.match_indices(&uses).any(|(at, _)| {
                let before = source.code[..at].chars().next_back().unwrap_or(' ');
                !before.is_alphanumeric() && before != '_' && before != ':'
            });
            let allowed =
                CRATES.iter().find(|(known, _)| known == name).is_some_and(|(_, at)| at.contains(&&*source.module));
            if named && !allowed && !source.code.contains(&own_module) && floor(name).is_none() {
                wrong.push(format!("{} names {name}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_and_functions_stay_small() {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > FILE_LINES_MAX {
            wrong.push(format!("{} has {lines} lines, at most {FILE_LINES_MAX} are allowed", source.path));
        }
        for (name, lines) in functions(&source.text) {
            if lines > FUNCTION_LINES_MAX {
                wrong.push(format!("{}: {name} has {lines} lines, at most {FUNCTION_LINES_MAX}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Functions and their lines: from the line with `fn` to the closing brace of the same indentation.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = names_after(line, "fn ").next().filter(|name| !name.is_empty()) else { continue };
        let indent = line.len() - line.trim_start().len();
        let closes = |line: &str| line.starts_with(&format!("{}}}", " ".repeat(indent)));
        if let Some(len) = lines[start..].iter().position(|line| closes(line)) {
            found.push((name, len + 1));
        }
    }
    found
}

#[test]
fn unsafe_stands_in_few_files() {
    for source in sources() {
        let found = source.code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe");
        assert_eq!(found, UNSAFE_FILES.contains(&&*source.path), "{}", source.path);
    }
}

#[test]
fn sources_are_plain() {
    for source in sources() {
        assert!(source.text.starts_with("//!"), "{} does not say what it is", source.path);
        assert!(source.text.is_ascii(), "{} is not ASCII", source.path);
        for word in ["TODO", "FIXME", "XXX"] {
            assert!(!source.text.contains(word), "{} holds {word}", source.path);
        }
        let reads = source.code.contains("env::var");
        assert!(!reads || source.module == "config", "{} reads the environment", source.path);
    }
}

#[test]
fn the_maps_show_every_module() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("a README");
    let lib = fs::read_to_string(root.join("src/lib.rs")).expect("the library");
    for module in FLOORS.iter().copied().flatten() {
        assert!(readme.contains(&format!("`{module}`")), "README.md does not show {module}");
        let public = lib.contains(&format!("pub mod {module};"));
        assert!(!public || lib.contains(&format!("`{module}`")), "the map of src/lib.rs does not show {module}");
    }
    for entry in fs::read_dir(root).expect("the root") {
        let name = entry.expect("an entry").file_name().into_string().expect("plain names");
        let known =
            ["Cargo.toml", "Cargo.lock", "LICENSE", "README.md", "benches", "build.rs", "clients", "k8s", "proto"];
        let also = ["docs", "examples", "fuzz", "proptest-regressions", "packaging", "src", "target", "tests", "ui"];
        let pages = ["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "llms.txt"];
        let expected = known.iter().chain(&also).chain(&pages).any(|known| *known == name);
        assert!(name.starts_with('.') || expected, "{name} stands at the top");
    }
}

#[test]
fn the_architecture_names_files_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("ARCHITECTURE.md")).expect("the map");
    let paths: BTreeSet<_> = text.split('`').filter(|word| word.ends_with(".rs") && word.contains('/')).collect();
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths {
        assert!(root.join("src").join(path).exists() || root.join(path).exists(), "there is no {path}");
    }
}
