//! What the guard lets through.

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Request, Variables};

/// One operation, ready to be executed.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// The operation alone with the fragments that it uses; arguments and input fields whose variable has no value are
    /// taken out. Everything else stands where the text had it, so that the locations of errors are right.
    pub(crate) document: ExecutableDocument,
    /// The variables that the operation defines, with its defaults filled in.
    pub(crate) variables: Variables,
    /// The operation's own name.
    pub(crate) operation_name: Option<String>,
    /// Whether it is a query, a mutation or a subscription.
    pub(crate) operation_type: OperationType,
    /// The names of the root's fields, never their aliases, each once, fragments written out. A field under `@skip` is
    /// among them.
    pub(crate) root_fields: Vec<String>,
    /// The estimated cost.
    pub(crate) cost: u64,
    /// Whether something was taken out: then validation does not see all that the caller wrote.
    pub(crate) pruned: bool,
}

impl Admitted {
    /// Whether nothing is asked for but these root fields and `__typename`. An operation of unknown fragments alone asks
    /// for nothing that could be known to be free.
    pub(crate) fn asks_only_for(&self, free: &[&str]) -> bool {
        let is_free = |field: &String| field == "__typename" || free.contains(&field.as_str());
        !self.root_fields.is_empty() && self.root_fields.iter().all(is_free)
    }

    /// The request for async-graphql, which does not parse again. The text is not repeated in it.
    pub(crate) fn into_request(self) -> Request {
        let mut request = Request::new(String::new()).variables(self.variables);
        request.operation_name = self.operation_name;
        request.set_parsed_query(self.document);
        request
    }
}
