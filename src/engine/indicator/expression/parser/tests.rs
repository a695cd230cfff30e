//! Tests of the grammar.

use super::*;

fn tree(text: &str) -> Result<Tree<'_>, Error> {
    parse(text, &Limits::default())
}

#[test]
fn parts_are_found() {
    let tree = tree("  fast = bbands(ema(rsi, 9), 20, up=-2.5e0) . upper ").expect("valid");
    assert_eq!((tree.label, tree.formula.text), (Some("fast"), "bbands(ema(rsi, 9), 20, up=-2.5e0) . upper"));
    let Node::Term(term) = tree.formula.node else { panic!("a term") };
    assert_eq!((term.name, term.output), ("bbands", Some("upper")));
    let arguments = term.arguments.expect("called");
    let number = |text, number| Formula { text, node: Node::Number(number) };
    assert_eq!(arguments[1], Argument { name: None, value: number("20", 20.0) });
    let negative = Node::Operation(Operation::Negate, vec![number("2.5e0", 2.5)]);
    assert_eq!(arguments[2], Argument { name: Some("up"), value: Formula { text: "-2.5e0", node: negative } });
    let Node::Term(inner) = &arguments[0].value.node else { panic!("a term") };
    assert_eq!((inner.name, inner.arguments.as_ref().map(Vec::len)), ("ema", Some(2)));
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (text, at) in [
        ("", 0),
        ("rsi(", 4),
        ("rsi(14", 6),
        ("rsi(14))", 7),
        ("rsi(14 15)", 7),
        ("=rsi", 0),
        ("a = b = c", 6),
        ("rsi.", 4),
        ("close +", 7),
        ("(close", 6),
        ("close close", 6),
        ("a < b < c", 6),
        ("a == b and c != d > e", 18),
        ("a + not b", 4),
        ("a and or b", 6),
        ("14x", 2),
        ("1e", 1),
        ("close ** 2", 7),
        ("sma(close,)", 10),
        ("andy andy", 5),
    ] {
        match tree(text) {
            Err(Error::Syntax { at: found, .. }) => assert_eq!(found, at, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    let chained = tree("a < b < c").expect_err("chained").to_string();
    assert_eq!(chained, "expected `and` or `or` between comparisons, which do not chain at byte 6, got '<'");
}

#[test]
fn depth_and_length_are_limited() {
    let nested = |depth: usize| format!("{}c{}", "sma(".repeat(depth), ")".repeat(depth));
    assert!(tree(&nested(16)).is_ok());
    assert_eq!(tree(&nested(17)), Err(Error::TooDeep { max: 16 }));
    assert_eq!(tree(&nested(10_000)), Err(Error::TooLong { given: 50_001, max: 1024 }));
    let wide = format!("sma({})", "sma(c),".repeat(30) + "5");
    assert!(tree(&wide).is_ok());
}

#[test]
fn nothing_is_too_deep_for_the_stack() {
    let roomy = Limits { bytes_max: usize::MAX, depth_max: usize::MAX };
    let deep = 10_000;
    for (open, close) in
        [("(", ")"), ("-", ""), ("+", ""), ("not ", ""), ("2^", ""), ("sma(", ")"), ("if(c,", ",c)"), ("c*(", ")")]
    {
        let text = |depth: usize| format!("{}c{}", open.repeat(depth), close.repeat(depth));
        assert_eq!(parse(&text(deep), &roomy), Err(Error::TooDeep { max: 64 }), "{open}");
        assert!(parse(&text(64), &roomy).is_ok(), "{open}");
    }
    for operator in ["+", "*", " and ", " or ", " - ", ","] {
        let chain = |terms: usize| format!("sma({}c)", format!("c{operator}").repeat(terms - 2));
        assert_eq!(parse(&chain(100_000), &roomy), Err(Error::TooManyTerms { max: 512 }), "{operator}");
        assert!(parse(&chain(512), &roomy).is_ok(), "{operator}");
    }
}
