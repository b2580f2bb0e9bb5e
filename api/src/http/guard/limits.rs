//! The limits of the guard.

/// What a document may be at most. Each is a setting; the defaults are far above what a dashboard asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GuardLimits {
    /// Bytes of the document's text. Large data go into variables, which have the request's own limit.
    pub(crate) text_bytes: usize,
    /// Names, numbers, strings and signs of the text.
    pub(crate) tokens: usize,
    /// Nested brackets of the text, of all three kinds together. The parser recurses once or more for each and so does
    /// this room: some hundreds are safe, thousands overflow the stack.
    pub(crate) brackets: usize,
    /// Nested selection sets once fragments are written out. async-graphql refuses more than 32 itself.
    pub(crate) nesting: usize,
    /// Operations of one document, of which one is executed.
    pub(crate) operations: usize,
    /// Fields of an operation once fragments are written out.
    pub(crate) fields: usize,
    /// Nested fields. The standard introspection query has exactly 15.
    pub(crate) depth: usize,
    /// Aliases of an operation once fragments are written out: that is how often they are resolved.
    pub(crate) aliases: usize,
    /// Directives of an operation once fragments are written out.
    pub(crate) directives: usize,
    /// Estimated cost of an operation: a field costs 1, and a figure more, times the pages it stands in. 100,000 is 250 rows that each show a
    /// page of 50 rows with seven fields; what a dashboard asks for is a few thousand.
    pub(crate) cost: u64,
    /// The longest page: more is an error of the field, and counts here as this many.
    pub(crate) max_page: u64,
    /// The page of a list that is asked for without a number.
    pub(crate) default_page: u64,
}

impl Default for GuardLimits {
    fn default() -> Self {
        Self {
            text_bytes: 64 * 1024,
            tokens: 2000,
            brackets: 32,
            nesting: 32,
            operations: 10,
            fields: 2000,
            depth: 15,
            aliases: 30,
            directives: 8,
            cost: 100_000,
            max_page: 250,
            default_page: 50,
        }
    }
}
