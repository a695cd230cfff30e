//! Writes a file so that it is every one of its mutants, whichever is on (`switch.rs`).
//!
//! Each mutant stands on a line of its own, so that an error of the compiler names it.

use std::collections::BTreeSet;

use crate::sites::{Kind, Site};

/// The source with the mutants of its sites, except those that are `out`.
pub(crate) fn render(source: &str, sites: &[Site], out: &BTreeSet<u32>) -> String {
    Render { source, sites, out }.between(0, source.len(), 0)
}

struct Render<'a> {
    source: &'a str,
    sites: &'a [Site],
    out: &'a BTreeSet<u32>,
}

fn on(id: u32) -> String {
    format!("crate::mutant::m({id})")
}

impl Render<'_> {
    /// A part of the source, with the sites from index `from` on.
    fn between(&self, start: usize, end: usize, from: usize) -> String {
        let (mut text, mut at) = (String::new(), start);
        for (index, site) in self.sites.iter().enumerate().skip(from) {
            if site.range.start >= at && site.range.end <= end {
                text += &self.source[at..site.range.start];
                text += &self.site(index, site);
                at = site.range.end;
            }
        }
        text + &self.source[at..end]
    }

    fn site(&self, index: usize, site: &Site) -> String {
        let inner = |range: &std::ops::Range<usize>| self.between(range.start, range.end, index + 1);
        let live = site.ids.iter().copied().enumerate().filter(|(_, id)| !self.out.contains(id));
        let live: Vec<(usize, u32)> = live.collect();
        let Some(&(_, id)) = live.first() else {
            return if site.range.is_empty() { String::new() } else { inner(&site.range) };
        };
        match &site.kind {
            Kind::Binary { left, right, operator, others, compares } => {
                let by = if *compares { "&" } else { "" };
                let mut text = format!("(match ({by}({}), {by}({})) {{ (__x, __y) => ", inner(left), inner(right));
                for (at, id) in live {
                    text += &format!("\nif {} {{ __x {} __y }} else ", on(id), others[at]);
                }
                text + &format!("\n{{ __x {operator} __y }} }})")
            }
            Kind::Assign { left, right, operator, others } => {
                let (left, mut text) = (inner(left), format!("(match ({}) {{ __v => ", inner(right)));
                for (at, id) in live {
                    text += &format!("\nif {} {{ {left} {} __v }} else ", on(id), others[at]);
                }
                text + &format!("\n{{ {left} {operator} __v }} }})")
            }
            // The right side is evaluated if the left one says so, which the mutant turns round.
            Kind::Logic { left, right, and } => {
                let (evaluates, left, right) = (if *and { "!=" } else { "==" }, inner(left), inner(right));
                let id = on(id);
                format!("(match ({left}) {{ __x => \nif __x {evaluates} {id} {{ {right} }} else {{ __x }} }})")
            }
            Kind::Unary { inner: of, operator } => {
                format!("(match ({}) {{ __x => \nif {} {{ __x }} else {{ {operator}__x }} }})", inner(of), on(id))
            }
            Kind::Body { values } => {
                live.iter().map(|&(at, id)| format!("\nif {} {{ return {}; }}\n", on(id), values[at])).collect()
            }
            Kind::Arm { .. } => format!("\nif !{} ", on(id)),
            Kind::Guard => live.iter().fold(inner(&site.range), |guard, &(at, id)| match at {
                0 => format!("(\n{} || ({guard}))", on(id)),
                _ => format!("(\n!{} && ({guard}))", on(id)),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sites::sites;

    /// One place of each kind, and places that are none.
    const SOURCE: &str = "
const SIZE: usize = 2 + 3;
fn least(a: u8, b: u8) -> bool {
    let mut c = a + 1;
    c -= b;
    match c {
        1 => !(a < b),
        2 if a == b => true,
        _ => a > 0 && b > 0,
    }
}
#[cfg(test)]
mod tests {
    fn none() -> u8 { 1 + 1 }
}
";

    fn numbered() -> (Vec<Site>, Vec<String>) {
        let (mut sites, mut names) = (sites(&syn::parse_file(SOURCE).expect("Rust")), Vec::new());
        for site in &mut sites {
            for name in site.kind.names() {
                names.push(format!("{} {} {name}", site.line, site.function));
                site.ids.push(names.len() as u32);
            }
        }
        (sites, names)
    }

    #[test]
    fn every_fault_of_a_file_is_found() {
        let expected = [
            "3 replace body with true",
            "3 replace body with false",
            "4 replace + with -",
            "4 replace + with *",
            "5 replace -= with +=",
            "5 replace -= with /=",
            "7 delete match arm 1",
            "7 delete !",
            "7 replace < with ==",
            "7 replace < with >",
            "7 replace < with <=",
            "8 replace match guard with true",
            "8 replace match guard with false",
            "8 replace == with !=",
            "9 replace && with ||",
            "9 replace > with ==",
            "9 replace > with <",
            "9 replace > with >=",
            "9 replace > with ==",
            "9 replace > with <",
            "9 replace > with >=",
        ];
        assert_eq!(numbered().1, expected.map(|name| name.replacen(' ', " least ", 1)));
    }

    #[test]
    fn each_mutant_has_a_line_and_none_leaves_the_source_as_it_was() {
        let (sites, names) = numbered();
        let all: BTreeSet<u32> = (1..=names.len() as u32).collect();
        assert_eq!(render(SOURCE, &sites, &all), SOURCE);
        let text = render(SOURCE, &sites, &BTreeSet::new());
        syn::parse_file(&text).expect("Rust as well");
        for id in all {
            let lines: Vec<_> = text.lines().filter(|line| line.contains(&on(id))).collect();
            assert!(lines.len() == 1 && lines[0].matches("mutant::m(").count() == 1, "{id}: {lines:?}");
        }
    }
}
