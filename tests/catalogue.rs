//! Files generated from the declarations and committed: `clients/catalog.json`, and in `clients/indicators` a page per
//! indicator and an index. A stale file is rewritten and the test fails once.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use atrad::rpc::proto::{Indicator, ListIndicatorsResponse, Output, Param};

const PAGES: &str = "clients/indicators";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn all() -> ListIndicatorsResponse {
    atrad::rpc::catalogue("", "")
}

/// Rewrites every stale file, then fails if there was one.
fn fresh(files: impl IntoIterator<Item = (PathBuf, String)>) {
    let stale = |(path, text): &(PathBuf, String)| std::fs::read_to_string(path).ok().as_ref() != Some(text);
    let stale: Vec<_> = files.into_iter().filter(stale).collect();
    for (path, text) in &stale {
        std::fs::create_dir_all(path.parent().expect("in a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    let paths: Vec<_> = stale.iter().map(|(path, _)| path.display().to_string()).collect();
    assert!(paths.is_empty(), "these were stale and are written anew, to be committed: {}", paths.join(" "));
}

#[test]
fn the_generated_catalogue_is_current() {
    let output = Command::new(env!("CARGO_BIN_EXE_atrad")).args(["indicators", "--format", "json"]).output();
    let output = output.expect("the command runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fresh([(root().join("clients/catalog.json"), String::from_utf8(output.stdout).expect("text"))]);
}

#[test]
fn each_indicator_has_a_page_and_no_page_is_left_over() {
    let catalogue = all();
    let mut pages = BTreeMap::from([("README.md".to_string(), index(&catalogue))]);
    pages.extend(catalogue.indicators.iter().map(|one| (format!("{}.md", one.name), page(one))));
    let kept = std::fs::read_dir(root().join(PAGES)).into_iter().flatten();
    let names = kept.map(|entry| entry.expect("readable").file_name().into_string().expect("a name"));
    let over: Vec<_> = names.filter(|name| !pages.contains_key(name)).collect();
    assert!(over.is_empty(), "pages of no indicator in {PAGES}: {over:?}");
    fresh(pages.into_iter().map(|(name, text)| (root().join(PAGES).join(name), text)));
}

fn groups(indicators: &[Indicator]) -> impl Iterator<Item = &[Indicator]> {
    indicators.chunk_by(|one, two| one.group == two.group)
}

fn index(catalogue: &ListIndicatorsResponse) -> String {
    let mut text = format!("# The {} indicators\n", catalogue.indicators.len());
    for group in groups(&catalogue.indicators) {
        write!(text, "\n## {}\n\n| name | title |\n|---|---|\n", group[0].group).expect("in memory");
        for Indicator { name, title, .. } in group {
            writeln!(text, "| [{name}]({name}.md) | {title} |").expect("in memory");
        }
    }
    text.push_str("\n## Presets\n\n| name | stands for | summary |\n|---|---|---|\n");
    for preset in &catalogue.presets {
        let expressions = preset.expressions.join("`, `");
        writeln!(text, "| {} | `{expressions}` | {} |", preset.name, preset.summary).expect("in memory");
    }
    writeln!(text, "\nColumns: `{}`.", catalogue.columns.join("`, `")).expect("in memory");
    text
}

fn page(one: &Indicator) -> String {
    let Indicator { name, title, summary, formula, source, group, inputs, lookback, .. } = one;
    let mut text = format!("# {name}: {title}\n\n{}\n\n```text\n{formula}\n```\n\n", sentence(summary));
    let stable = match one.stable_from {
        Some(bars) => format!("from bar {bars} on values do not depend on where the series starts, to 8 digits"),
        None => "values depend on all bars of the series".into(),
    };
    let facts = [
        ("group", group.clone()),
        ("source", source.clone()),
        ("reads", inputs.join(", ")),
        ("lookback", format!("{lookback} bars with all parameters at their defaults")),
        ("stable", stable),
        ("revision", one.revision.to_string()),
    ];
    text.push_str("| | |\n|---|---|\n");
    for (what, fact) in facts {
        writeln!(text, "| {what} | {} |", cell(&fact)).expect("in memory");
    }
    if !one.params.is_empty() {
        text.push_str("\n| parameter | default | range | meaning |\n|---|---|---|---|\n");
    }
    for param in &one.params {
        let Param { name, default_value, help, .. } = param;
        writeln!(text, "| {name} | {default_value} | {} | {} |", range(param), cell(help)).expect("in memory");
    }
    text.push_str("\n| output | meaning |\n|---|---|\n");
    for Output { name, help, display_shift } in &one.outputs {
        let drawn = match display_shift {
            0 => String::new(),
            bars => format!("; drawn {bars:+} bars from where it is known"),
        };
        writeln!(text, "| {name} | {}{drawn} |", cell(help)).expect("in memory");
    }
    let call = call(one);
    write!(text, "\n```sh\natrad compute BTCUSDT 15m '{call}' --last 5\n```\n\n```python\n").expect("in memory");
    write!(text, "client.compute(\"BTCUSDT\", \"15m\", \"{call}\", last=5)\n```\n").expect("in memory");
    text
}

/// An expression that names every parameter.
fn call(one: &Indicator) -> String {
    let named = |param: &Param| format!("{}={}", param.name, param.default_value);
    let params: Vec<_> = one.params.iter().map(named).collect();
    if params.is_empty() { one.name.clone() } else { format!("{}({})", one.name, params.join(", ")) }
}

fn range(param: &Param) -> String {
    match (param.min, param.max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        _ => param.choices.join(", "),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    format!("{}{}.", first.map(String::from).unwrap_or_default(), letters.as_str().trim_end_matches('.'))
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
