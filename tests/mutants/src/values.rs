//! What the body of a function may return instead: a default, a constant or nothing, by the type.

use quote::ToTokens;
use syn::{GenericArgument, Path, PathArguments, Type, TypePath, TypeReference};

/// The most values of a tuple.
const TUPLES_MAX: usize = 6;

/// Expressions of a type; none if we know none. Those that do not compile are left out later.
pub(crate) fn values(of: &Type) -> Vec<String> {
    match of {
        Type::Path(TypePath { path, .. }) => of_path(path),
        Type::Tuple(tuple) => {
            let mut all = vec![String::new()];
            for element in &tuple.elems {
                let each = values(element);
                all =
                    all.iter().flat_map(|before| each.iter().map(move |value| format!("{before}{value}, "))).collect();
            }
            all.iter().take(TUPLES_MAX).map(|inner| format!("({inner})")).collect()
        }
        Type::Array(array) => {
            let len = array.len.to_token_stream();
            values(&array.elem).iter().map(|value| format!("[{value}; {len}]")).collect()
        }
        Type::Reference(reference) if reference.mutability.is_none() => of_reference(reference),
        _ => vec![],
    }
}

fn of_reference(reference: &TypeReference) -> Vec<String> {
    match &*reference.elem {
        Type::Path(path) if path.path.is_ident("str") => texts(&["\"\"", "\"xyzzy\""]),
        Type::Slice(slice) => {
            let empty = "Vec::leak(Vec::new())".to_owned();
            let one = values(&slice.elem).into_iter().map(|value| format!("Vec::leak(vec![{value}])"));
            std::iter::once(empty).chain(one).collect()
        }
        other => values(other).iter().map(|value| format!("Box::leak(Box::new({value}))")).collect(),
    }
}

fn of_path(path: &Path) -> Vec<String> {
    let Some(last) = path.segments.last() else { return vec![] };
    let inner = |before: &str, after: &str| match argument(path) {
        Some(of) => values(of).iter().map(|value| format!("{before}{value}{after}")).collect(),
        None => vec![],
    };
    let or_inner = |first: &str, before, after| [vec![first.to_owned()], inner(before, after)].concat();
    match &*last.ident.to_string() {
        "bool" => texts(&["true", "false"]),
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => texts(&["0", "1"]),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => texts(&["0", "1", "-1"]),
        "f64" | "f32" => texts(&["0.0", "1.0", "-1.0"]),
        "String" => texts(&["String::new()", "\"xyzzy\".into()"]),
        "Result" if argument(path).is_none() => texts(&["Ok(Default::default())"]),
        "Result" => inner("Ok(", ")"),
        "Option" => or_inner("None", "Some(", ")"),
        "Vec" => or_inner("vec![]", "vec![", "]"),
        "Box" => inner("Box::new(", ")"),
        "Arc" => inner("std::sync::Arc::new(", ")"),
        _ => texts(&["Default::default()"]),
    }
}

fn argument(path: &Path) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(of) => Some(of),
        _ => None,
    })
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|&text| text.to_owned()).collect()
}
