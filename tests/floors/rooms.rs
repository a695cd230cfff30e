//! The rooms of a floor: how many entries a folder may have, and that the files of a floor do not import each other in
//! circles.
//!
//! A file depends on another when it names a module or an item of it, in a `use` line or by a path in its code. A name
//! that a `mod.rs` only passes on (`pub use`) counts at the file that defines it, for who uses the name; the `pub use`
//! itself is no dependence, nor is `mod`. So a floor may give out its items under one name, and its files may use that
//! name, without everything depending on everything. Unit tests are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::{ENGINE, FLOORS, Source, sources};

/// The most entries of a folder of `src`, apart from `mod.rs`, `lib.rs`, `main.rs` and tests.
const ENTRIES_MAX: usize = 12;

/// Lists of indicators, as long as there are indicators: not limited, and not counted in the folder of the floor.
const GROUPS: &[&str] = &[
    "breadth",
    "cycle",
    "logic",
    "math",
    "momentum",
    "overlap",
    "pattern",
    "price",
    "risk",
    "statistic",
    "volatility",
    "volume",
];

/// Folders that are too full and have no rooms yet. This list only gets shorter.
const CROWDED: &[&str] = &[
    // The floors themselves.
    "src",
];

/// Circles that are there. This list only gets shorter.
const CIRCLES: &[&[&str]] = &[
    // A call has operands, an operand may be a call, and what looks ahead is an operand that has one.
    &[
        "src/engine/indicator/expression/ahead.rs",
        "src/engine/indicator/expression/call.rs",
        "src/engine/indicator/expression/resolved.rs",
    ],
    &["src/prices/folder.rs", "src/prices/inspect.rs", "src/prices/segment.rs"],
];

type Name = Vec<String>;

/// What a file says of others.
struct File {
    path: String,
    code: String,
    /// What its `use` lines bring in, by name.
    imports: BTreeMap<String, Vec<Name>>,
    /// The paths that count as use: imports that are not passed on, and paths in the code.
    uses: Vec<Name>,
}

struct Tree(BTreeMap<Name, File>);

fn module(path: &str) -> Name {
    let inner = path.trim_start_matches(ENGINE).trim_start_matches("src/").trim_end_matches(".rs");
    let mut names: Name = inner.split('/').map(str::to_owned).collect();
    if matches!(&**names.last().expect("a name"), "mod" | "lib" | "main") {
        names.pop();
    }
    names
}

/// The names at the ends of a tree of imports.
fn leaves(prefix: &[String], tree: &str, found: &mut Vec<Name>) {
    let tree = tree.trim();
    let names = |text: &str| -> Name {
        let parts = text.split("::").map(str::trim).filter(|name| !name.is_empty());
        prefix.iter().cloned().chain(parts.map(str::to_owned)).collect()
    };
    let Some((head, rest)) = tree.split_once('{') else {
        if !tree.is_empty() {
            found.push(names(tree));
        }
        return;
    };
    let (head, body) = (names(head), rest.rsplit_once('}').map_or(rest, |(body, _)| body));
    let (mut depth, mut start) = (0, 0);
    for (at, c) in body.char_indices().chain([(body.len(), ',')]) {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ',' && depth == 0 {
            leaves(&head, &body[start..at], found);
            start = at + 1;
        }
    }
}

/// The `use` statements of a text, with what stands before `use`, and the text without them.
fn statements(code: &str) -> (Vec<(&str, &str)>, String) {
    let (mut found, mut rest, mut end) = (Vec::new(), String::new(), 0);
    for (at, _) in code.match_indices("use ") {
        let line = code[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let before = code[line..at].trim();
        let is_statement = before.is_empty() || (before.starts_with("pub") && !before.contains(' '));
        if at >= end && is_statement {
            let close = at + code[at..].find(';').expect("a statement ends");
            found.push((before, &code[at + 4..close]));
            rest.push_str(&code[end..line]);
            end = close + 1;
        }
    }
    rest.push_str(&code[end..]);
    (found, rest)
}

impl File {
    fn new(Source { path, code, .. }: Source) -> Self {
        let (mut imports, mut uses) = (BTreeMap::<String, Vec<Name>>::new(), Vec::new());
        let (statements, rest) = statements(&code);
        for (before, tree) in statements {
            let mut found = Vec::new();
            leaves(&[], tree, &mut found);
            for mut name in found {
                let last = name.pop().expect("a name");
                let (own, given) = last.split_once(" as ").unwrap_or((&last, &last));
                if own != "self" {
                    name.push(own.to_owned());
                }
                let given = if given == "self" { name.last().expect("a name").clone() } else { given.to_owned() };
                imports.entry(given).or_default().push(name.clone());
                if before.is_empty() {
                    uses.push(name);
                }
            }
        }
        // `pub(in crate::floor)` says who may look, not where to.
        let seen = rest
            .split("pub(in ")
            .enumerate()
            .map(|(at, part)| if at == 0 { part } else { part.split_once(')').map_or("", |(_, part)| part) });
        let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        for path in seen.flat_map(|part| part.split(move |c| !is_path(c))).map(|word| word.trim_matches(':')) {
            if path.contains("::") {
                uses.push(path.split("::").map(str::to_owned).collect());
            }
        }
        Self { path, code, imports, uses }
    }

    fn defines(&self, item: &str) -> bool {
        let kinds = ["fn", "struct", "enum", "trait", "type", "static", "const", "mod", "macro_rules!"];
        kinds.iter().any(|kind| {
            let text = format!("{kind} {item}");
            self.code
                .match_indices(&text)
                .any(|(at, _)| !self.code[at + text.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
    }
}

impl Tree {
    fn new() -> Self {
        let counts = |source: &Source| !source.path.contains("/tests") && !source.path.contains("/laws");
        let files = sources().into_iter().filter(counts).map(File::new);
        Self(files.map(|file| (module(&file.path), file)).collect())
    }

    /// A path from the root of the crate; `None` for those of other crates and of what is local.
    fn absolute(&self, at: &[String], path: &[String]) -> Option<Name> {
        let ups = path.iter().take_while(|name| *name == "super").count();
        match &*path[0] {
            "crate" | "atrad" => Some(path[1..].to_vec()),
            "self" => Some([at, &path[1..]].concat()),
            "super" => Some([at.get(..at.len().checked_sub(ups)?)?, &path[ups..]].concat()),
            head => {
                let child = [at, &path[..1]].concat();
                if self.0.contains_key(&child) {
                    return Some([at, path].concat());
                }
                let imported = self.0.get(at)?.imports.get(head)?.iter().find(|target| target[0] != head)?;
                Some([&*self.absolute(at, imported)?, &path[1..]].concat())
            }
        }
    }

    /// Adds the files that a path names: where its item is defined, whoever passes it on.
    fn resolve(&self, path: &[String], hops: usize, found: &mut BTreeSet<Name>) {
        let Some(len) = (1..=path.len()).rev().find(|&len| self.0.contains_key(&path[..len])) else { return };
        let (at, before) = (&path[..len], found.len());
        let file = &self.0[at];
        if let Some(item) = path.get(len).filter(|item| hops > 0 && !file.defines(item)) {
            for target in file.imports.get(item).into_iter().flatten() {
                if let Some(target) = self.absolute(at, target) {
                    self.resolve(&[&*target, &path[len + 1..]].concat(), hops - 1, found);
                }
            }
        }
        if found.len() == before {
            found.insert(at.to_vec());
        }
    }

    /// The files of the same floor that a file depends on.
    fn needs(&self, at: &Name) -> BTreeSet<Name> {
        let floor =
            |name: &Name| FLOORS.iter().position(|floor| name.first().is_some_and(|own| floor.contains(&&**own)));
        let mut found = BTreeSet::new();
        for path in &self.0[at].uses {
            let mut here = BTreeSet::new();
            if let Some(path) = self.absolute(at, path) {
                self.resolve(&path, 8, &mut here);
            }
            found.append(&mut here);
        }
        found.retain(|other| other != at && floor(other) == floor(at));
        found
    }
}

#[test]
fn no_circles_inside_a_floor() {
    let tree = Tree::new();
    let needs: BTreeMap<&Name, BTreeSet<Name>> = tree.0.keys().map(|at| (at, tree.needs(at))).collect();
    let reached = |from: &Name| {
        let (mut found, mut next) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(at) = next.pop() {
            next.extend(needs[&at].iter().filter(|&other| found.insert(other.clone())).cloned());
        }
        found
    };
    let reached: BTreeMap<&Name, BTreeSet<Name>> = tree.0.keys().map(|at| (at, reached(at))).collect();
    let mut circles = BTreeSet::new();
    for (at, others) in reached.iter().filter(|(at, others)| others.contains(**at)) {
        let circle = others.iter().filter(|other| reached[other].contains(*at));
        circles.insert(circle.map(|other| &*tree.0[other].path).collect::<BTreeSet<_>>());
    }
    let known: BTreeSet<BTreeSet<&str>> = CIRCLES.iter().map(|circle| circle.iter().copied().collect()).collect();
    let new: Vec<_> = circles.difference(&known).collect();
    let gone: Vec<_> = known.difference(&circles).collect();
    assert!(new.is_empty(), "these files import each other: {new:#?}");
    assert!(gone.is_empty(), "these circles are gone; take them off the list: {gone:#?}");
    let edges: usize = needs.values().map(BTreeSet::len).sum();
    assert!(edges > tree.0.len(), "only {edges} imports were seen");
}

/// The group of indicators that a file belongs to.
fn group(name: &[String]) -> Option<&str> {
    match name {
        [floor, group, _, ..] if floor == "indicator" && GROUPS.contains(&&**group) => Some(group),
        _ => None,
    }
}

#[test]
fn indicators_do_not_import_each_other() {
    let tree = Tree::new();
    let declares = |name: &Name| tree.0[name].code.contains(": Indicator = Indicator {");
    let (mut wrong, mut indicators) = (Vec::new(), 0);
    for (at, file) in &tree.0 {
        let is_builder = file.path.contains("/indicator/builders/");
        if file.path.ends_with("/mod.rs") || !(is_builder || group(at).is_some()) {
            continue;
        }
        indicators += usize::from(declares(at));
        for other in tree.needs(at) {
            let is_helper =
                group(&other) == group(at) && !declares(&other) && !tree.0[&other].path.ends_with("/mod.rs");
            let is_in_group = other.len() > 1 && GROUPS.contains(&&*other[1]);
            if is_in_group && !is_helper {
                wrong.push(format!("{} imports {}; move what they share to builders", file.path, tree.0[&other].path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(indicators > 300, "only {indicators} indicators were seen");
}

fn visit(folder: &Path, path: &str, wrong: &mut Vec<String>) {
    let mut entries = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry").path();
        let name = entry.file_name().expect("a name").to_string_lossy().into_owned();
        let stem = name.trim_end_matches(".rs");
        let is_group = path == "src/engine/indicator" && GROUPS.contains(&stem);
        let is_code = entry.is_dir() || name.ends_with(".rs");
        if !is_code || is_group || matches!(stem, "mod" | "lib" | "main" | "tests") {
            continue;
        }
        entries += 1;
        if entry.is_dir() {
            visit(&entry, &format!("{path}/{name}"), wrong);
        }
    }
    if (entries > ENTRIES_MAX) != CROWDED.contains(&path) {
        wrong.push(format!("{path} has {entries} entries, at most {ENTRIES_MAX} are allowed; see CROWDED"));
    }
}

#[test]
fn folders_have_few_entries() {
    let mut wrong = Vec::new();
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "src", &mut wrong);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
