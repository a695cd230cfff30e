//! The program of all mutants: a copy of the repository in `target/mutants/tree`, built with the target folder of the
//! repository, so that packages from registries are not built again.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::render::render;
use crate::sites::{Site, sites};

/// What the lints of the repository say of mutants does not matter.
const LINTS: &str = "#![allow(warnings, arithmetic_overflow, unconditional_panic, reason = \"mutants\")]\n";
const SWITCH: &str = include_str!("../switch.rs");

/// A mutant.
#[derive(Clone)]
pub(crate) struct Mutant {
    pub(crate) id: u32,
    /// Tab-separated: file and line, function, what is exchanged, the code.
    pub(crate) text: String,
}

pub(crate) struct Tree {
    root: PathBuf,
    copy: PathBuf,
    /// The package under test and the file of its library, from the root.
    package: String,
    library: PathBuf,
    files: BTreeMap<PathBuf, (String, Vec<Site>)>,
    pub(crate) mutants: Vec<Mutant>,
    /// Mutants that do not compile.
    pub(crate) out: BTreeSet<u32>,
}

impl Tree {
    /// Finds the mutants of files and folders of one package.
    pub(crate) fn new(root: &Path, paths: &[String]) -> Result<Self, Box<dyn Error>> {
        let mut files = Vec::new();
        for path in paths {
            collect(root, Path::new(path), &mut files)?;
        }
        let first = files.first().ok_or("there is no source file")?;
        let (package, library) = package(root, first)?;
        let copy = root.join("target/mutants/tree");
        let (mut found, mut mutants, mut texts) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
        for path in files {
            let source = fs::read_to_string(root.join(&path))?;
            let mut sites = sites(&syn::parse_file(&source)?);
            for site in &mut sites {
                let code = source[site.range.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
                for name in site.kind.names() {
                    let id = mutants.len() as u32 + 1;
                    site.ids.push(id);
                    let mut text = format!("{}:{}\t{}\t{name}\t{code:.110}", path.display(), site.line, site.function);
                    // A line may hold the same code twice.
                    while !texts.insert(text.clone()) {
                        text.push('\'');
                    }
                    mutants.push(Mutant { id, text });
                }
            }
            found.insert(path, (source, sites));
        }
        Ok(Self { root: root.into(), copy, package, library, files: found, mutants, out: BTreeSet::new() })
    }

    /// Builds the unit tests of the package, without the mutants that the compiler refuses.
    pub(crate) fn build(&mut self) -> Result<PathBuf, Box<dyn Error>> {
        self.copy_all()?;
        loop {
            let messages = self.compile()?;
            let program = messages.iter().find(|message| message["profile"]["test"] == true);
            if let Some(program) = program.and_then(|message| message["executable"].as_str()) {
                // The next build replaces the program, and an earlier run may still be at work on its own.
                let own = self.root.join("target/mutants/tests");
                fs::copy(program, own.with_extension("new"))?;
                fs::rename(own.with_extension("new"), &own)?;
                return Ok(own);
            }
            let errors = messages.iter().filter(|message| message["message"]["level"] == "error");
            let blamed: BTreeSet<u32> = errors.clone().flat_map(|error| self.blamed(&error["message"])).collect();
            let before = self.out.len();
            self.out.extend(blamed);
            eprintln!("{} mutants do not compile", self.out.len());
            if self.out.len() == before {
                let texts = errors.filter_map(|error| error["message"]["rendered"].as_str());
                return Err(format!("no mutant is to blame:\n{}", texts.collect::<String>()).into());
            }
            self.write_mutants()?;
        }
    }

    /// Where cargo runs the unit tests of the package.
    pub(crate) fn folder(&self) -> PathBuf {
        let folder = self.library.ancestors().skip(1).find(|folder| self.copy.join(folder).join("Cargo.toml").exists());
        self.copy.join(folder.unwrap_or(Path::new("")))
    }

    fn compile(&self) -> Result<Vec<Value>, Box<dyn Error>> {
        let output = Command::new("cargo")
            .args(["test", "--locked", "--no-run", "--lib", "--message-format=json", "--package", &self.package])
            .current_dir(&self.copy)
            .env("CARGO_TARGET_DIR", self.root.join("target"))
            .stderr(Stdio::inherit())
            .output()?;
        String::from_utf8(output.stdout)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    /// The mutants on the lines of an error, or those beside it.
    fn blamed(&self, error: &Value) -> BTreeSet<u32> {
        let spans = error["spans"].as_array().into_iter().flatten();
        let mut blamed = BTreeSet::new();
        for span in spans.filter(|span| span["is_primary"] == true) {
            let lines = span["text"].as_array().into_iter().flatten();
            let before = blamed.len();
            lines.for_each(|line| blamed.extend(ids(line["text"].as_str().unwrap_or_default())));
            let position = |name: &str| span[name].as_u64().unwrap_or(0) as usize;
            if let Ok(source) = fs::read(self.copy.join(span["file_name"].as_str().unwrap_or_default()))
                && blamed.len() == before
            {
                let part = |range: std::ops::Range<usize>| {
                    ids(&String::from_utf8_lossy(source.get(range).unwrap_or_default()))
                };
                blamed.extend(part(0..position("byte_start")).last());
                blamed.extend(part(position("byte_end")..source.len()).first());
            }
        }
        blamed
    }

    fn copy_all(&self) -> Result<(), Box<dyn Error>> {
        let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let listed = Command::new("git").args(list).current_dir(&self.root).output()?;
        for path in String::from_utf8(listed.stdout)?.split_terminator('\0') {
            let (from, to) = (self.root.join(path), self.copy.join(path));
            let is_ours = self.files.contains_key(Path::new(path)) || Path::new(path) == self.library;
            if from.is_file() && !is_ours {
                write(&to, &fs::read(&from)?)?;
            }
        }
        let library = fs::read_to_string(self.root.join(&self.library))?;
        write(&self.copy.join(&self.library), format!("{LINTS}{library}\npub mod mutant;\n").as_bytes())?;
        write(&self.copy.join(self.library.with_file_name("mutant.rs")), SWITCH.as_bytes())?;
        self.write_mutants()
    }

    fn write_mutants(&self) -> Result<(), Box<dyn Error>> {
        for (path, (source, sites)) in &self.files {
            write(&self.copy.join(path), render(source, sites, &self.out).as_bytes())?;
        }
        Ok(())
    }
}

/// The source files of a path that are no tests.
fn collect(root: &Path, path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    let is_of_tests = path.file_stem().is_some_and(|stem| stem == "tests" || stem == "laws");
    if root.join(path).is_dir() && !is_of_tests {
        let entries = fs::read_dir(root.join(path))?.collect::<Result<Vec<_>, _>>()?;
        let names: BTreeSet<_> = entries.iter().map(|entry| entry.file_name()).collect();
        names.iter().try_for_each(|name| collect(root, &path.join(name), files))?;
    } else if path.extension().is_some_and(|extension| extension == "rs") && !is_of_tests {
        files.push(path.into());
    }
    Ok(())
}

/// The name and the library of the package that a file belongs to.
fn package(root: &Path, file: &Path) -> Result<(String, PathBuf), Box<dyn Error>> {
    let folder = file.ancestors().skip(1).find(|folder| root.join(folder).join("Cargo.toml").exists());
    let folder = folder.ok_or("the file belongs to no package")?;
    let manifest = fs::read_to_string(root.join(folder).join("Cargo.toml"))?;
    let name = manifest.split("[package]\nname = \"").nth(1).and_then(|rest| rest.split('"').next());
    let library =
        ["src/lib.rs", "lib.rs"].map(|name| folder.join(name)).into_iter().find(|path| root.join(path).exists());
    Ok((name.ok_or("the package has no name")?.into(), library.ok_or("the package has no library")?))
}

/// Writes a file if it changes, so that only what changed is built again.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    if fs::read(path).is_ok_and(|before| before == bytes) {
        return Ok(());
    }
    fs::create_dir_all(path.parent().ok_or("a file has a folder")?)?;
    Ok(fs::write(path, bytes)?)
}

fn ids(text: &str) -> Vec<u32> {
    let parts = text.split("mutant::m(").skip(1).filter_map(|part| part.split(')').next());
    parts.filter_map(|id| id.parse().ok()).collect()
}
