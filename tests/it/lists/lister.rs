//! Asks for parts of a list as a client does, with every argument in a variable.

use serde_json::{Map, Value, json};
use tests::{Answer, TestApp};

/// A list of the API.
pub struct Lister<'a> {
    pub app: &'a TestApp,
    /// The field, for example `segments`, or several down to the list, for example `segment(ref: {key: "a"}) { members`.
    pub path: &'a str,
    pub filter_type: &'static str,
    pub order_type: &'static str,
    /// What a row is told by.
    pub name: &'static str,
}

/// A part of a list, checked to agree with itself.
#[derive(Debug)]
pub struct Part {
    pub names: Vec<String>,
    pub cursors: Vec<String>,
    pub has_next: bool,
    pub has_previous: bool,
    pub total: u64,
}

impl Lister<'_> {
    /// What the server answers to arguments; those that are not given are variables that are not sent.
    pub async fn answer(&self, arguments: Value) -> Answer {
        let Self { path, filter_type, order_type, name, .. } = self;
        let (before, field) = path.rsplit_once(' ').unwrap_or(("", path));
        let text = format!(
            "query($first: Int, $after: String, $last: Int, $before: String, $search: String, $filter: {filter_type},
                $orderBy: {order_type}) {{ {before} list: {field}(first: $first, after: $after, last: $last,
                before: $before, search: $search, filter: $filter, orderBy: $orderBy) {{
                totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
                edges {{ cursor node {{ {name} }} }} nodes {{ {name} }} }} {} }}",
            "} ".repeat(before.matches('{').count() - before.matches('}').count()),
        );
        self.app.send(Some(&self.app.token), &text, arguments).await
    }

    /// A part of the list; every way to see it agrees with every other.
    pub async fn part(&self, arguments: Value) -> Part {
        let answer = self.answer(arguments.clone()).await;
        assert!(answer.body.get("errors").is_none(), "{arguments}: {}", answer.body);
        let data = &answer.body["data"];
        let list = if data["list"].is_null() {
            &data.as_object().unwrap().values().next().unwrap()["list"]
        } else {
            &data["list"]
        };
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no text in {list}")).to_owned();
        let edges = list["edges"].as_array().unwrap();
        let names: Vec<String> = edges.iter().map(|edge| text(&edge["node"][self.name])).collect();
        let cursors: Vec<String> = edges.iter().map(|edge| text(&edge["cursor"])).collect();
        let nodes: Vec<String> = list["nodes"].as_array().unwrap().iter().map(|node| text(&node[self.name])).collect();
        assert_eq!(nodes, names, "{arguments}");
        let info = &list["pageInfo"];
        assert_eq!(info["startCursor"].as_str(), cursors.first().map(String::as_str), "{arguments}");
        assert_eq!(info["endCursor"].as_str(), cursors.last().map(String::as_str), "{arguments}");
        Part {
            names,
            cursors,
            has_next: info["hasNextPage"].as_bool().unwrap(),
            has_previous: info["hasPreviousPage"].as_bool().unwrap(),
            total: list["totalCount"].as_u64().unwrap(),
        }
    }

    /// The whole list by pages of a size, from its start or from its end; each page agrees with where it stands.
    pub async fn walk(&self, arguments: &Value, size: usize, backward: bool) -> Vec<String> {
        let (many, beyond) = if backward { ("last", "before") } else { ("first", "after") };
        let mut arguments: Map<String, Value> = arguments.as_object().unwrap().clone();
        arguments.insert(many.to_owned(), json!(size));
        let mut names: Vec<String> = Vec::new();
        loop {
            let part = self.part(Value::Object(arguments.clone())).await;
            assert!(part.names.len() <= size, "{arguments:?}");
            let is_first_page = names.is_empty();
            let (more, back) =
                if backward { (part.has_previous, part.has_next) } else { (part.has_next, part.has_previous) };
            assert_eq!(back, !is_first_page, "{arguments:?}");
            let end = if backward { part.cursors.first() } else { part.cursors.last() };
            let end = end.cloned();
            if backward {
                names.splice(0..0, part.names);
            } else {
                names.extend(part.names);
            }
            assert_eq!(more, names.len() < usize::try_from(part.total).unwrap(), "{arguments:?}");
            let Some(end) = end.filter(|_| more) else { return names };
            arguments.insert(beyond.to_owned(), json!(end));
        }
    }
}
