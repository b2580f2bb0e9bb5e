//! Why a document is refused.

use std::fmt::Write as _;

use async_graphql::parser::Error as ParseError;
use async_graphql::{ErrorExtensionValues, Pos, ServerError};

/// The longest part of a caller's own text that a message repeats.
const SHOWN_CHARS: usize = 80;

/// A refusal: always the caller's to mend, never a fault of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The text has too many bytes.
    TextTooLong { bytes: usize, limit: usize },
    /// The text has too many tokens.
    TooManyTokens { limit: usize, at: Pos },
    /// The text has too many brackets open at once.
    BracketsTooDeep { limit: usize, at: Pos },
    /// A string or block string has no end.
    UnterminatedString { at: Pos },
    /// The parser does not understand the text.
    NotGraphql { reason: String, at: Vec<Pos> },
    /// The document has too many operations.
    TooManyOperations { found: usize, limit: usize, at: Pos },
    /// A fragment contains itself.
    FragmentCycle { fragment: String, at: Pos },
    /// No operation uses the fragment.
    UnusedFragment { fragment: String, at: Pos },
    /// There are several operations and the request names none.
    OperationNameRequired,
    /// No operation has the name that the request gives.
    UnknownOperation { name: String },
    /// The operation has too many fields.
    TooManyFields { limit: usize, at: Pos },
    /// The operation has too many aliases.
    TooManyAliases { limit: usize, at: Pos },
    /// The operation has too many directives.
    TooManyDirectives { limit: usize, at: Pos },
    /// The fields of the operation are nested too deep.
    TooDeep { found: usize, limit: usize, at: Pos },
    /// The selections of the operation, fragments among them, are nested too deep.
    NestedTooDeep { limit: usize, at: Pos },
    /// A variable that must have a value was not sent.
    VariableMissing { name: String, kind: String, at: Pos },
    /// A variable that must not be null was sent as null.
    VariableNull { name: String, kind: String, at: Pos },
    /// The operation asks for too much at once.
    TooCostly { cost: u64, limit: u64, at: Pos },
}

impl Refused {
    /// The `extensions.code` of every refusal.
    pub(crate) const CODE: &'static str = "BAD_USER_INPUT";

    /// The refusal of a text that the parser does not understand.
    pub(super) fn from_parser(error: &ParseError) -> Self {
        let reason = match error {
            ParseError::Syntax { message, .. } => format!("Syntax error: {}", shown(essence(message))),
            other => shown(&other.to_string()),
        };
        Self::NotGraphql { reason, at: error.positions().collect() }
    }

    /// A sentence for the caller. It repeats nothing longer than a short name and suggests nothing.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::TextTooLong { bytes, limit } => {
                format!("The document has {bytes} bytes, more than {limit}. Put large values into variables.")
            }
            Self::TooManyTokens { limit, .. } => format!("The document has more than {limit} tokens."),
            Self::BracketsTooDeep { limit, .. } => format!("The document has more than {limit} nested brackets."),
            Self::UnterminatedString { .. } => "Syntax error: a string has no end.".to_owned(),
            Self::NotGraphql { reason, .. } => format!("{reason}."),
            Self::TooManyOperations { found, limit, .. } => {
                format!("The document has {found} operations, more than {limit}.")
            }
            Self::FragmentCycle { fragment, .. } => format!("The fragment \"{}\" contains itself.", shown(fragment)),
            Self::UnusedFragment { fragment, .. } => format!("The fragment \"{}\" is never used.", shown(fragment)),
            Self::OperationNameRequired => {
                "The document has several operations: the request must give an operationName.".to_owned()
            }
            Self::UnknownOperation { name } => {
                format!("The document has no operation with the name \"{}\".", shown(name))
            }
            Self::TooManyFields { limit, .. } => {
                format!("The operation has more than {limit} fields once its fragments are written out.")
            }
            Self::TooManyAliases { limit, .. } => {
                format!("The operation has more than {limit} aliases once its fragments are written out.")
            }
            Self::TooManyDirectives { limit, .. } => {
                format!("The operation has more than {limit} directives once its fragments are written out.")
            }
            Self::TooDeep { found, limit, .. } => {
                format!("The operation is {found} fields deep, more than {limit}.")
            }
            Self::NestedTooDeep { limit, .. } => {
                format!("The operation has more than {limit} nested selections once its fragments are written out.")
            }
            Self::VariableMissing { name, kind, .. } => {
                format!("The variable \"${}\" of type \"{}\" was not sent.", shown(name), shown(kind))
            }
            Self::VariableNull { name, kind, .. } => {
                format!("The variable \"${}\" of type \"{}\" must not be null.", shown(name), shown(kind))
            }
            Self::TooCostly { cost, limit, .. } => format!(
                "The operation's estimated cost is {cost}, more than {limit}. Ask for shorter pages or fewer fields."
            ),
        }
    }

    /// Where in the document the reason stands; empty where there is no such place.
    pub(crate) fn locations(&self) -> Vec<Pos> {
        match self {
            Self::TextTooLong { .. } | Self::OperationNameRequired | Self::UnknownOperation { .. } => Vec::new(),
            Self::NotGraphql { at, .. } => at.clone(),
            Self::TooManyTokens { at, .. }
            | Self::BracketsTooDeep { at, .. }
            | Self::UnterminatedString { at }
            | Self::TooManyOperations { at, .. }
            | Self::FragmentCycle { at, .. }
            | Self::UnusedFragment { at, .. }
            | Self::TooManyFields { at, .. }
            | Self::TooManyAliases { at, .. }
            | Self::TooManyDirectives { at, .. }
            | Self::TooDeep { at, .. }
            | Self::NestedTooDeep { at, .. }
            | Self::VariableMissing { at, .. }
            | Self::VariableNull { at, .. }
            | Self::TooCostly { at, .. } => vec![*at],
        }
    }
}

/// The refusal as an entry of a response's `errors`, with its locations and code.
impl From<Refused> for ServerError {
    fn from(refused: Refused) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", Refused::CODE);
        let mut error = ServerError::new(refused.message(), None);
        error.locations = refused.locations();
        error.extensions = Some(extensions);
        error
    }
}

/// What the parser expected, of a message that is a drawing of several lines with that in the last; or what it says of a
/// number, without a place that counts from the number's own beginning.
fn essence(message: &str) -> &str {
    match message.rsplit_once("= ") {
        Some((_, expected)) => expected.trim(),
        None => message.split_once(" at line").map_or(message, |(what, _)| what),
    }
}

/// The beginning of a text of the caller's, because a name may be as long as the whole document.
fn shown(text: &str) -> String {
    let mut chars = text.chars();
    let mut start: String = chars.by_ref().take(SHOWN_CHARS).collect();
    if chars.next().is_some() {
        // Writing to a string cannot fail.
        let _ = write!(start, "…");
    }
    start
}

#[cfg(test)]
mod tests {
    use async_graphql::Value;
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn a_syntax_error_is_one_line_with_its_place() {
        let error = parse_query("{\n  a(x: }\n}").unwrap_err();
        let refused = Refused::from_parser(&error);
        assert_eq!(refused.message(), "Syntax error: expected value.");
        assert_eq!(refused.locations(), [Pos { line: 2, column: 8 }]);
        let error = parse_query("{ a(x: 1e999) }").unwrap_err();
        assert_eq!(Refused::from_parser(&error).message(), "Syntax error: invalid number: number out of range.");
        let error = parse_query("query A { a } query A { a }").unwrap_err();
        assert_eq!(Refused::from_parser(&error).message(), "operation A is defined twice.");
    }

    #[test]
    fn a_long_name_is_cut() {
        let refused = Refused::UnknownOperation { name: "x".repeat(1_000_000) };
        assert!(refused.message().len() < 200);
    }

    #[test]
    fn an_entry_of_errors_has_message_place_and_code() {
        let error = ServerError::from(Refused::TooManyTokens { limit: 5, at: Pos { line: 1, column: 9 } });
        assert_eq!(error.message, "The document has more than 5 tokens.");
        assert_eq!(error.locations, [Pos { line: 1, column: 9 }]);
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        assert_eq!(code, Some(&Value::from("BAD_USER_INPUT")));
    }
}
