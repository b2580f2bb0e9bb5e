//! The first look at a text: one pass without recursion that bounds what the parser may do.

use async_graphql::Pos;

use super::limits::GuardLimits;
use super::refused::Refused;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
const BLOCK_QUOTE: &[u8] = b"\"\"\"";
const ESCAPED_BLOCK_QUOTE: &[u8] = b"\\\"\"\"";

/// Refuses a text that is too long, has too many tokens or too many brackets open at once.
///
/// Strings and comments end here exactly where the parser sees their end: a text that could be read in two ways, because
/// a string has no end, is refused, so that no bracket can be hidden from the count.
pub(super) fn scan(text: &str, limits: &GuardLimits) -> Result<(), Refused> {
    if text.len() > limits.text_bytes {
        return Err(Refused::TextTooLong { bytes: text.len(), limit: limits.text_bytes });
    }
    let bytes = text.as_bytes();
    let (mut offset, mut tokens, mut open) = (0, 0, 0_usize);
    while let Some(rest) = bytes.get(offset..).filter(|rest| !rest.is_empty()) {
        let length = match lexeme(rest) {
            Lexeme::Ignored(length) => {
                offset += length;
                continue;
            }
            Lexeme::Unterminated => return Err(Refused::UnterminatedString { at: position(text, offset) }),
            Lexeme::Open => {
                open += 1;
                1
            }
            Lexeme::Close => {
                open = open.saturating_sub(1);
                1
            }
            Lexeme::Token(length) => length,
        };
        tokens += 1;
        if tokens > limits.tokens {
            return Err(Refused::TooManyTokens { limit: limits.tokens, at: position(text, offset) });
        }
        if open > limits.brackets {
            return Err(Refused::BracketsTooDeep { limit: limits.brackets, at: position(text, offset) });
        }
        offset += length;
    }
    Ok(())
}

/// What stands at the beginning of the rest of a text, with its length in bytes.
enum Lexeme {
    /// White space, a comma, a byte order mark or a comment.
    Ignored(usize),
    /// A name, a number, a string or a sign; anything else counts as one too and is left to the parser to refuse.
    Token(usize),
    /// One of `(`, `[` and `{`.
    Open,
    /// One of `)`, `]` and `}`.
    Close,
    /// A string without an end.
    Unterminated,
}

fn lexeme(rest: &[u8]) -> Lexeme {
    match rest {
        [b' ' | b'\t' | b'\n' | b'\r' | b',', ..] => Lexeme::Ignored(1),
        [b'#', ..] => Lexeme::Ignored(run(rest, |byte| !matches!(byte, b'\n' | b'\r'))),
        [b'(' | b'[' | b'{', ..] => Lexeme::Open,
        [b')' | b']' | b'}', ..] => Lexeme::Close,
        [b'"', ..] => match string_length(rest) {
            Some(length) => Lexeme::Token(length),
            None => Lexeme::Unterminated,
        },
        [b'.', b'.', b'.', ..] => Lexeme::Token(3),
        [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => {
            Lexeme::Token(run(rest, |byte| byte.is_ascii_alphanumeric() || byte == b'_'))
        }
        [b'-' | b'0'..=b'9', ..] => Lexeme::Token(number_length(rest)),
        _ if rest.starts_with(BYTE_ORDER_MARK) => Lexeme::Ignored(BYTE_ORDER_MARK.len()),
        // A sign of one byte, or letters of other scripts, which the parser accepts in strings and comments only.
        _ => Lexeme::Token(run(rest, |byte| !byte.is_ascii())),
    }
}

/// How many bytes from the first are of a kind; at least one, so that the scan always moves on.
fn run(rest: &[u8], of_kind: impl Fn(u8) -> bool) -> usize {
    rest.iter().position(|&byte| !of_kind(byte)).unwrap_or(rest.len()).max(1)
}

fn number_length(rest: &[u8]) -> usize {
    let mut length = 1;
    while let Some(&byte) = rest.get(length) {
        let after_exponent = matches!(rest.get(length - 1), Some(b'e' | b'E'));
        let signed = matches!(byte, b'+' | b'-') && after_exponent;
        if !(byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E') || signed) {
            break;
        }
        length += 1;
    }
    length
}

/// The length of the string or block string at the beginning, with its quotes; none if it has no end.
fn string_length(rest: &[u8]) -> Option<usize> {
    if rest.starts_with(BLOCK_QUOTE) {
        let mut length = BLOCK_QUOTE.len();
        loop {
            let inner = rest.get(length..).filter(|inner| !inner.is_empty())?;
            if inner.starts_with(BLOCK_QUOTE) {
                return Some(length + BLOCK_QUOTE.len());
            }
            length += if inner.starts_with(ESCAPED_BLOCK_QUOTE) { ESCAPED_BLOCK_QUOTE.len() } else { 1 };
        }
    }
    let mut length = 1;
    loop {
        match rest.get(length)? {
            b'"' => return Some(length + 1),
            b'\n' | b'\r' => return None,
            b'\\' => length += 2,
            _ => length += 1,
        }
    }
}

/// The line and column of an offset, counted as the parser counts them.
fn position(text: &str, offset: usize) -> Pos {
    let mut at = Pos { line: 1, column: 1 };
    for (_, letter) in text.char_indices().take_while(|(index, _)| *index < offset) {
        match letter {
            '\n' => at = Pos { line: at.line + 1, column: 1 },
            '\r' => at.column = 1,
            _ => at.column += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::parser::types::Selection;
    use async_graphql_value::Value as Literal;
    use proptest::prelude::*;

    use super::super::walk::selections;
    use super::*;

    fn limits(tokens: usize, brackets: usize) -> GuardLimits {
        GuardLimits { tokens, brackets, ..GuardLimits::default() }
    }

    /// The number of tokens: the smallest limit that the text passes.
    fn tokens(text: &str) -> usize {
        (0..200).find(|limit| scan(text, &limits(*limit, 100)).is_ok()).expect("more than 200 tokens")
    }

    #[test]
    fn tokens_are_counted_as_the_specification_names_them() {
        assert_eq!(tokens(""), 0);
        assert_eq!(tokens("\u{feff} ,\t\r\n # { [ ( \" \"\"\""), 0);
        assert_eq!(tokens("{ a }"), 3);
        assert_eq!(tokens("query Q($x: [Int!]! = [1, -2.5e-3]) { f(a: $x) @b { ...F } }"), 32);
        assert_eq!(tokens(r#"{ a(x: "b [ \" # c" y: """d \""" { ( """) }"#), 11);
        assert_eq!(tokens(r#"["" "\\" """"""]"#), 5);
        assert_eq!(tokens("# a comment ends with its line\ra # and\r\nb # here\nc"), 3);
    }

    #[test]
    fn the_token_over_the_limit_is_the_place() {
        let refused = scan("{ ä\n  bc de }", &limits(2, 9));
        assert_eq!(refused, Err(Refused::TooManyTokens { limit: 2, at: Pos { line: 2, column: 3 } }));
        let refused = scan("\"ä\" bc", &limits(1, 9));
        assert_eq!(refused, Err(Refused::TooManyTokens { limit: 1, at: Pos { line: 1, column: 5 } }));
    }

    #[test]
    fn brackets_of_all_kinds_count_together_and_closed_ones_do_not() {
        assert_eq!(scan("{ a(x: [1 [2] [3]]) { b } }", &limits(99, 4)), Ok(()));
        let refused = scan("{ a(x: [1 [2]]) }", &limits(99, 3));
        assert_eq!(refused, Err(Refused::BracketsTooDeep { limit: 3, at: Pos { line: 1, column: 11 } }));
        assert_eq!(scan(")))) {{", &limits(99, 2)), Ok(()));
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let text = "{ a(x: \"[[[[\\\"[[\" y: \"\"\"{{{{ \\\"\"\" {{{ \"\"\") # ((((((\n }";
        assert_eq!(scan(text, &limits(99, 2)), Ok(()));
    }

    #[test]
    fn a_string_without_an_end_hides_nothing() {
        // The parser reads the first of these as an empty string, a string and a list: its brackets would go uncounted.
        for text in
            [r#"{ a(x: [""" b" [[[["#, r#"{ a(x: "b"#, "{ a(x: \"b\n\")}", r#"{ a(x: "b\"#, r#"{a(x:"""b\""")}"#]
        {
            let refused = scan(text, &GuardLimits::default());
            assert_eq!(refused, Err(Refused::UnterminatedString { at: position(text, text.find('"').unwrap()) }));
        }
    }

    #[test]
    fn a_text_over_the_limit_is_not_looked_at() {
        let text = "{".repeat(64 * 1024 + 1);
        assert_eq!(
            scan(&text, &GuardLimits::default()),
            Err(Refused::TextTooLong { bytes: 64 * 1024 + 1, limit: 64 * 1024 })
        );
    }

    /// Values full of what looks like brackets and quotes, with one letter missing somewhere.
    fn values() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec![
            "1",
            "E",
            "\"\"",
            "\"[[\\\"[\"",
            "\"\\\\\"",
            "\"\"\"\"\"\"",
            "\"\"\" { \\\"\"\" [[ \"\"\"",
            "\"\"\"\\\"\"\"\"",
            "# [[\"\n1",
            "#\r2",
        ]);
        let value = leaf.prop_map(str::to_owned).prop_recursive(6, 40, 4, |inner| {
            prop::collection::vec(inner, 0..4).prop_flat_map(|items| {
                let list = format!("[{}]", items.join(" "));
                let fields: Vec<_> =
                    items.iter().enumerate().map(|(index, item)| format!("f{index}: {item}")).collect();
                prop::sample::select(vec![list, format!("{{{}}}", fields.join(" "))])
            })
        });
        (value, any::<prop::sample::Index>(), any::<bool>()).prop_map(|(mut value, at, complete)| {
            if !complete {
                value.remove(at.index(value.len()));
            }
            value
        })
    }

    fn nesting(value: &Literal) -> usize {
        match value {
            Literal::List(items) => 1 + items.iter().map(nesting).max().unwrap_or(0),
            Literal::Object(fields) => 1 + fields.values().map(nesting).max().unwrap_or(0),
            _ => 0,
        }
    }

    proptest! {
        #[test]
        fn what_the_parser_nests_has_been_counted(value in values()) {
            let text = format!("{{ a(x: {value}) }}");
            let parsed = parse_query(&text).ok().filter(|_| scan(&text, &GuardLimits::default()).is_ok());
            for (_, operation) in parsed.iter().flat_map(|document| document.operations.iter()) {
                for selection in selections(&operation.node.selection_set.node) {
                    let Selection::Field(field) = selection else { continue };
                    for (_, value) in &field.node.arguments {
                        // The braces and the parentheses of this text are open around the value.
                        let brackets = nesting(&value.node) + 2;
                        prop_assert!(scan(&text, &limits(2000, brackets)).is_ok(), "{}", text);
                        prop_assert!(scan(&text, &limits(2000, brackets - 1)).is_err(), "{}", text);
                    }
                }
            }
        }

        #[test]
        fn any_text_ends(text in any::<String>()) {
            let _ = scan(&text, &limits(50, 5));
        }

        #[test]
        fn any_mix_of_signs_ends(text in r#"([{}()\[\]"\\#a1.-]|"""|\\"""|\n|\r| |é){0,60}"#) {
            let _ = scan(&text, &limits(50, 5));
        }
    }
}
