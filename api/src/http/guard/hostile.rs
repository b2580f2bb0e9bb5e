//! Documents that are meant to do harm, and everyday ones that must not be taken for such.

use std::time::{Duration, Instant};

use async_graphql::parser::types::OperationType;
use async_graphql::{Name, Pos, Value, Variables, value};
use proptest::prelude::*;

use super::served::INTROSPECTION;
use super::{Admitted, GuardLimits, Refused, examine};

/// A build without optimisation on a machine that is busy with others is many times slower than what is promised for the
/// server, 50 ms; what the guard is for takes minutes.
const SHORTLY: Duration = Duration::from_secs(5);

fn outcome(text: &str) -> Result<Admitted, Refused> {
    outcome_of(text, None, value!({}))
}

fn outcome_of(text: &str, operation: Option<&str>, variables: Value) -> Result<Admitted, Refused> {
    let limits = GuardLimits::default();
    let began = Instant::now();
    let outcome = examine(text, &limits)
        .and_then(|examined| examined.admit(operation, Variables::from_value(variables), &limits));
    let took = began.elapsed();
    assert!(took < SHORTLY, "{took:?} for {}", text.chars().take(80).collect::<String>());
    outcome
}

fn refusal(text: &str) -> Refused {
    outcome(text).expect_err(text)
}

/// Each fragment spreads the next one twice, the last one ends with these selections.
fn doubling(fragments: usize, end: &str) -> String {
    let doubles = (0..fragments).map(|index| format!("fragment F{index} on Q {{ ...F{0} ...F{0} }}", index + 1));
    format!("{{ ...F0 }} {} fragment F{fragments} on Q {{ {end} }}", doubles.collect::<Vec<_>>().join(" "))
}

#[test]
fn nested_literals_are_refused_before_the_parser_sees_them() {
    for depth in [33, 2_000, 10_000] {
        let lists = format!("{{ a(x: {}1{}) }}", "[".repeat(depth), "]".repeat(depth));
        assert!(matches!(refusal(&lists), Refused::BracketsTooDeep { .. }));
        let objects = format!("{{ a(x: {}1{}) }}", "{a:".repeat(depth), "}".repeat(depth));
        assert!(matches!(refusal(&objects), Refused::BracketsTooDeep { .. }));
        let types = format!("query Q($a: {}Int{}) {{ a }}", "[".repeat(depth), "]".repeat(depth));
        assert!(matches!(refusal(&types), Refused::BracketsTooDeep { .. }));
        assert!(matches!(refusal(&"{a".repeat(depth)), Refused::BracketsTooDeep { .. }));
    }
    let hundred_thousand = format!("{{ a(x: {}1{}) }}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(refusal(&hundred_thousand), Refused::TextTooLong { .. }));
    let limits = GuardLimits { text_bytes: usize::MAX, ..GuardLimits::default() };
    assert!(matches!(examine(&hundred_thousand, &limits), Err(Refused::BracketsTooDeep { .. })));
}

#[test]
fn as_many_brackets_as_are_allowed_are_parsed() {
    let text = format!("{{ a(x: {}1{}) }}", "[".repeat(30), "]".repeat(30));
    assert!(outcome(&text).is_ok());
    assert!(matches!(refusal(&format!("{{ a(x: {} }}", "[".repeat(30))), Refused::NotGraphql { .. }));
}

#[test]
fn sixteen_megabytes_are_refused_by_their_length() {
    for part in ["{", "[[[[", "\"", "#", " ", "a{", "\u{feff}"] {
        assert!(matches!(refusal(&part.repeat((16 << 20) / part.len())), Refused::TextTooLong { .. }));
    }
}

#[test]
fn many_tokens_are_refused() {
    let fields = format!("{{ {} }}", "a ".repeat(10_000));
    assert!(matches!(refusal(&fields), Refused::TooManyTokens { .. }));
    let definitions: String = (0..5_000).map(|index| format!("$v{index}:Int ")).collect();
    assert!(matches!(refusal(&format!("query Q({definitions}) {{ a }}")), Refused::TooManyTokens { .. }));
    let aliases: String = (0..101).map(|index| format!("a{index}: a ")).collect();
    assert!(matches!(refusal(&format!("{{ {aliases} }}")), Refused::TooManyAliases { limit: 30, .. }));
}

#[test]
fn fragments_that_multiply_are_refused() {
    assert!(matches!(refusal(&doubling(40, "a")), Refused::TooManyFields { .. }));
    assert!(matches!(refusal(&doubling(150, "a")), Refused::TooManyFields { .. }));
    // Without a single field the stock check of nesting still follows every spread.
    assert!(matches!(refusal(&doubling(40, "...Missing")), Refused::TooManyFields { .. }));
    let tenfold = format!("{{ {} }} fragment F on Q {{ {} }}", "...F ".repeat(100), "a ".repeat(100));
    assert!(matches!(refusal(&tenfold), Refused::TooManyFields { .. }));
    let aliases = format!("{{ {} }} fragment F on Q {{ x: a y: a }}", "...F ".repeat(16));
    assert!(matches!(refusal(&aliases), Refused::TooManyAliases { .. }));
}

#[test]
fn a_chain_of_fragments_is_refused_by_its_nesting() {
    let links = (0..200).map(|index| format!("fragment F{index} on Q {{ ...F{} }}", index + 1));
    let text = format!("{{ ...F0 }} {} fragment F200 on Q {{ a }}", links.collect::<Vec<_>>().join(" "));
    assert!(matches!(refusal(&text), Refused::NestedTooDeep { limit: 32, .. }));
}

#[test]
fn cycles_and_unused_fragments_are_refused() {
    assert!(matches!(refusal("{ ...A } fragment A on Q { ...A }"), Refused::FragmentCycle { .. }));
    assert!(matches!(refusal("{ a } fragment A on Q { ...A }"), Refused::FragmentCycle { .. }));
    let refused = refusal("{ a }\nfragment A on Q { a }");
    assert_eq!(refused, Refused::UnusedFragment { fragment: "A".to_owned(), at: Pos { line: 2, column: 1 } });
}

#[test]
fn depth_and_directives_have_limits() {
    let nested = |depth: usize| format!("{}a{}", "{ a ".repeat(depth - 1) + "{ ", " }".repeat(depth));
    assert!(outcome(&nested(15)).is_ok());
    assert!(matches!(refusal(&nested(16)), Refused::TooDeep { found: 16, limit: 15, .. }));
    let directives = |count: usize| format!("{{ a {} }}", "@skip(if: false) ".repeat(count));
    assert!(outcome(&directives(8)).is_ok());
    assert!(matches!(refusal(&directives(9)), Refused::TooManyDirectives { .. }));
}

#[test]
fn hostile_lengths_of_pages_cannot_wrap() {
    for length in ["6148914691236517206", "18446744073709551615", "99999999999999999999", "-1", "0", "null"] {
        let admitted = outcome(&format!("{{ a(first: {length}) {{ nodes {{ b }} }} }}")).unwrap();
        assert!((3..=501).contains(&admitted.cost), "{length}: {}", admitted.cost);
    }
    let nested = "{ a(first: 6148914691236517206) { b(first: 6148914691236517206) { c(first: 3) { d } } } }";
    assert!(matches!(refusal(nested), Refused::TooCostly { .. }));
}

#[test]
fn five_thousand_variables_are_dropped_unless_defined() {
    let sent = (0..5_000).map(|index| (Name::new(format!("v{index}")), Value::from(index))).collect();
    let admitted = outcome_of("query Q($v7: Int) { a(x: $v7) }", None, Value::Object(sent)).unwrap();
    assert_eq!(admitted.variables.into_value(), value!({ "v7": 7 }));
}

#[test]
fn concatenated_words_are_no_way_around_the_count_of_tokens() {
    // The parser reads such a word as thousands of values; they are too few to matter in 64 kB.
    let text = format!("{{ a(x: [{}]) }}", "true".repeat(16_000));
    assert!(outcome(&text).is_ok());
}

#[test]
fn strange_texts_are_refused_by_the_parser() {
    for text in ["", " ", "{", "}", "{}", "\0", "{ a\0 }", "{ é }", "\u{feff}", "{ a(x: \"\\uD800\") }", "{ a(x: 1e) }"]
    {
        assert!(matches!(refusal(text), Refused::NotGraphql { .. }), "{text}");
    }
    for text in ["\u{feff}{ a }", "{ a(x: \"\0 é 🦀\") }", "{ a(x: \"\"\" \\\"\"\" [[[ \"\"\") } # é [["] {
        assert!(outcome(text).is_ok(), "{text}");
    }
    assert!(matches!(refusal(&format!("{{ a(x: {}) }}", "9".repeat(60_000))), Refused::NotGraphql { .. }));
}

#[test]
fn of_several_operations_one_must_be_named() {
    let text = "query A { a } mutation B { b } subscription C { c }";
    assert_eq!(refusal(text), Refused::OperationNameRequired);
    let unknown = outcome_of(text, Some("D"), value!({})).unwrap_err();
    assert_eq!(unknown, Refused::UnknownOperation { name: "D".to_owned() });
    assert!(matches!(outcome_of("{ a }", Some("A"), value!({})), Err(Refused::UnknownOperation { .. })));
    for (name, kind) in
        [("A", OperationType::Query), ("B", OperationType::Mutation), ("C", OperationType::Subscription)]
    {
        let admitted = outcome_of(text, Some(name), value!({})).unwrap();
        assert_eq!((admitted.operation_type, admitted.operation_name.as_deref()), (kind, Some(name)));
        assert_eq!(admitted.document.operations.iter().count(), 1);
    }
    assert_eq!(outcome("query A { a }").unwrap().operation_name.as_deref(), Some("A"));
    let eleven: String = (0..11).map(|index| format!("query Q{index} {{ a }}\n")).collect();
    let refused = outcome_of(&eleven, Some("Q0"), value!({})).unwrap_err();
    assert_eq!(refused, Refused::TooManyOperations { found: 11, limit: 10, at: Pos { line: 11, column: 1 } });
}

#[test]
fn another_operation_over_its_limits_does_no_harm() {
    let deep = "{ a ".repeat(20) + "{ a" + &" }".repeat(21);
    let text = format!("query Good {{ a }} query Deep {deep}");
    assert!(outcome_of(&text, Some("Good"), value!({})).is_ok());
    assert!(matches!(outcome_of(&text, Some("Deep"), value!({})), Err(Refused::TooDeep { .. })));
}

#[test]
fn root_fields_are_told_through_aliases_and_fragments() {
    let text = "mutation M { __typename x: signIn { secret: a } ... { ...F } signIn { b } } fragment F on M { refreshSession }";
    let admitted = outcome(text).unwrap();
    assert_eq!(admitted.root_fields, ["__typename", "signIn", "refreshSession"]);
    assert!(admitted.asks_only_for(&["signIn", "refreshSession"]));
    assert!(!admitted.asks_only_for(&["signIn"]));
    assert!(outcome("{ __typename }").unwrap().asks_only_for(&[]));
    for text in ["{ signIn: members }", "{ ...Missing }", "{ signIn ... on Query { members } }"] {
        assert!(!outcome(text).unwrap().asks_only_for(&["signIn"]), "{text}");
    }
    assert!(outcome("{ a: __type(name: \"A\") { name } }").unwrap().asks_only_for(&["__type"]));
    assert!(outcome(INTROSPECTION).unwrap().asks_only_for(&["__schema"]));
}

/// Words of the language, from which many documents come out right and more come out nearly right.
fn soup() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        "!",
        "=",
        "@",
        "$",
        "...",
        "a",
        "b",
        "first",
        "nodes",
        "on",
        "Q",
        "F",
        "query",
        "mutation",
        "fragment",
        "1",
        "-1",
        "1e9",
        "null",
        "true",
        "$v",
        "\"s\"",
        "\"\"\"b\"\"\"",
        "\"",
        "#",
        "\n",
        ",",
        "__schema",
        "{ a }",
        "...F",
        "fragment F on Q { a ...G }",
        "fragment G on Q { ...F }",
        "query Q($v: Int)",
        "(x: $v)",
        "@skip(if: $v)",
        "[$v, {a: $v}]",
        "\u{feff}",
        "é",
    ]);
    prop::collection::vec(word, 0..80).prop_map(|words| words.join(" "))
}

/// Documents that are right: nested selections with arguments, directives and fragments, within the limits.
fn tree() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["a", "b(x: 1)", "c(first: $v)", "d(in: {e: [$v, {f: $v}]})", "...F"]);
    let set = leaf.prop_map(str::to_owned).prop_recursive(4, 60, 4, |inner| {
        let head = prop::sample::select(vec!["a", "x: b", "...", "... on Q", "c(last: 2)"]);
        (head, prop::collection::vec(inner, 1..4)).prop_map(|(head, below)| format!("{head} {{ {} }}", below.join(" ")))
    });
    set.prop_map(|set| format!("query Q($v: Int) {{ z {set} ...F }} fragment F on Q {{ f(x: $v) }}"))
        .prop_filter("few aliases", |text| text.matches("x: b").count() <= 30)
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = outcome(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_words_are_answered(text in soup()) {
        let _ = outcome(&text);
        let _ = outcome_of(&text, Some("Q"), value!({ "v": 1 }));
    }

    #[test]
    fn documents_within_the_limits_are_admitted(text in tree()) {
        let omitting = outcome(&text).expect(&text);
        let shown = format!("{:?}", omitting.document);
        prop_assert!(omitting.pruned && !shown.contains("Variable("), "{}", shown);
        let sending = outcome_of(&text, None, value!({ "v": 3 })).expect(&text);
        prop_assert!(!sending.pruned && sending.root_fields == omitting.root_fields);
    }
}
