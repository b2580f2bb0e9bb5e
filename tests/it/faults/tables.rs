//! What the tables say of segments.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};

use super::model::Segments;

/// The tables, beside whoever else works on them.
pub struct Tables(DatabaseConnection);

impl Tables {
    pub async fn open(url: &str) -> Self {
        Self(Database::connect(url).await.unwrap())
    }

    pub async fn close(self) {
        self.0.close().await.unwrap();
    }

    /// Runs a statement.
    pub async fn run(&self, text: &str) {
        self.0.execute_unprepared(text).await.unwrap();
    }

    /// The rows of a query, the cells as text.
    pub async fn rows<const N: usize>(&self, columns: [&str; N], rest: &str) -> Vec<[String; N]> {
        let cells: Vec<String> =
            columns.iter().enumerate().map(|(at, column)| format!("CAST({column} AS TEXT) AS c{at}")).collect();
        let text = format!("SELECT {} FROM {rest}", cells.join(", "));
        let found = self.0.query_all_raw(Statement::from_string(self.0.get_database_backend(), text)).await.unwrap();
        let cell = |row: &sea_orm::QueryResult, at: usize| row.try_get("", &format!("c{at}")).unwrap();
        found.iter().map(|row| std::array::from_fn(|at| cell(row, at))).collect()
    }

    /// A number.
    pub async fn count(&self, rest: &str) -> usize {
        self.rows(["COUNT(*)"], rest).await[0][0].parse().unwrap()
    }

    /// All segments that ever were.
    pub async fn segments(&self) -> Segments {
        let mut segments = Segments::new();
        let rows = self.rows(
            ["s.name", "s.active", "s.version", "f.members"],
            "segment AS s JOIN segment_stats AS f ON f.segment_id = s.id",
        );
        for [name, active, version, members] in rows.await {
            let one = segments.entry(word(&name)).or_default();
            one.alive = true;
            one.active = ["1", "true"].contains(&active.as_str());
            one.version = version.parse().unwrap();
            one.count = members.parse().unwrap();
            one.name = name;
        }
        let rows = self.rows(
            ["s.name", "m.number"],
            "segment_member AS b JOIN segment AS s ON s.id = b.segment_id JOIN member AS m ON m.id = b.member_id",
        );
        for [name, number] in rows.await {
            let number = number.strip_prefix('m').unwrap().parse().unwrap();
            segments.entry(word(&name)).or_default().members.insert(number);
        }
        let entries = "audit_entry WHERE object_kind = 'Segment' ORDER BY id";
        for [name, action] in self.rows(["object_name", "action"], entries).await {
            segments.entry(word(&name)).or_default().actions.push(action);
        }
        let events = "membership_event GROUP BY segment_name, kind";
        for [name, kind, count] in self.rows(["segment_name", "kind", "COUNT(*)"], events).await {
            let one = segments.entry(word(&name)).or_default();
            let count: usize = count.parse().unwrap();
            if kind == "JOINED" { one.joined += count } else { one.left += count }
        }
        segments
    }
}

fn word(name: &str) -> String {
    name.split(' ').next().unwrap().to_owned()
}
