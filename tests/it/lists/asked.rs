//! Filters at random, made of what the rows hold and of what stands next to it.

use chrono::{Days, NaiveDate};
use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use tests::Random;

use super::model::{Fact, Row};

/// A filter of some depth over the fields of the rows.
pub fn filter(random: &mut Random, rows: &[Row], today: NaiveDate, depth: usize) -> Value {
    let mut filter = Map::new();
    let fields: Vec<&str> = rows[0].facts.keys().copied().collect();
    let most = if depth == 0 { 2 } else { 1 };
    for _ in 0..random.random_range(0..=most) {
        let field = *fields.choose(random).unwrap();
        filter.insert(field.to_owned(), value(random, rows, field, today));
    }
    if depth > 0 {
        for field in ["and", "or"] {
            if random.random_bool(0.35) {
                let below = (0..random.random_range(0..=3)).map(|_| self::filter(random, rows, today, depth - 1));
                filter.insert(field.to_owned(), Value::Array(below.collect()));
            }
        }
        if random.random_bool(0.35) {
            filter.insert("not".to_owned(), self::filter(random, rows, today, depth - 1));
        }
    }
    if random.random_bool(0.05) {
        filter.insert(["and", "or", "not"].choose(random).copied().unwrap().to_owned(), Value::Null);
    }
    Value::Object(filter)
}

/// What a field may be asked for: each operator on its own, and several together.
pub fn value(random: &mut Random, rows: &[Row], field: &str, today: NaiveDate) -> Value {
    let row = rows.choose(random).unwrap();
    let several = random.random_range(0..=2_usize);
    match &row.facts[field] {
        Fact::Text(_) | Fact::Texts(_) => {
            some_of(random, &["eq", "in", "contains", "startsWith"], several, |random, one| {
                text(random, rows, field, one)
            })
        }
        Fact::Number(_) => {
            let whole = WHOLE.contains(&field);
            some_of(random, RANGE, several, |random, _| number(random, rows, field, whole))
        }
        Fact::Real(_) => some_of(random, RANGE, several, |random, _| real(random, rows, field)),
        Fact::Bool(_) => json!(random.random_bool(0.5)),
        Fact::Word(word) => {
            if random.random_bool(0.8) {
                json!([word])
            } else {
                json!([])
            }
        }
        Fact::Day(_) => some_of(random, &["on", "from", "to", "lastDays"], several, |random, one| {
            day(random, rows, field, one, today)
        }),
        Fact::Named(_) => {
            let names: Vec<&String> = rows.iter().flat_map(|row| named(row, field)).collect();
            let (kind, name) = names.choose(random).and_then(|name| name.split_once(':')).unwrap_or(("number", "none"));
            match random.random_range(0..10) {
                0 => json!({kind: "nothing-of-that-name"}),
                1 if kind == "email" => json!({kind: name.to_uppercase()}),
                _ => json!({kind: name}),
            }
        }
        Fact::Labels(labels) => {
            let (key, value) = labels.choose(random).cloned().unwrap_or(("none".to_owned(), "none".to_owned()));
            match random.random_range(0..3) {
                0 => json!({"key": odd_case(random, &key)}),
                1 => json!({"key": key, "value": {"eq": odd_case(random, &value)}}),
                _ => json!({"key": key, "value": {}}),
            }
        }
    }
}

/// Every operator that a field has, one at a time.
pub fn operators(fact: &Fact) -> &'static [&'static str] {
    match fact {
        Fact::Text(_) | Fact::Texts(_) => &["eq", "in", "contains", "startsWith"],
        Fact::Number(_) | Fact::Real(_) => RANGE,
        Fact::Day(_) => &["on", "from", "to", "lastDays"],
        Fact::Bool(_) | Fact::Word(_) | Fact::Named(_) | Fact::Labels(_) => &[],
    }
}

/// What a field may be asked for with one operator.
pub fn operand(random: &mut Random, rows: &[Row], field: &str, operator: &str, today: NaiveDate) -> Value {
    match &rows[0].facts[field] {
        Fact::Text(_) | Fact::Texts(_) => text(random, rows, field, operator),
        Fact::Number(_) => number(random, rows, field, WHOLE.contains(&field)),
        Fact::Real(_) => real(random, rows, field),
        Fact::Day(_) => day(random, rows, field, operator, today),
        other => panic!("{field} has no operators: {other:?}"),
    }
}

const RANGE: &[&str] = &["eq", "gt", "gte", "lt", "lte"];
/// Fields that take whole numbers alone.
const WHOLE: &[&str] = &["members", "transactions", "pointsBalance"];

fn some_of(
    random: &mut Random,
    operators: &[&str],
    several: usize,
    value: impl Fn(&mut Random, &str) -> Value,
) -> Value {
    let mut operators = operators.to_vec();
    operators.shuffle(random);
    operators.truncate(several);
    let fields = operators.into_iter().map(|operator| (operator.to_owned(), value(random, operator)));
    Value::Object(fields.collect())
}

fn named<'a>(row: &'a Row, field: &str) -> impl Iterator<Item = &'a String> {
    let Fact::Named(names) = &row.facts[field] else { panic!("{field} names nothing") };
    names.iter()
}

fn texts(row: &Row, field: &str) -> Vec<String> {
    match &row.facts[field] {
        Fact::Text(text) => text.iter().cloned().collect(),
        Fact::Texts(texts) => texts.clone(),
        other => panic!("{field} is no text: {other:?}"),
    }
}

fn text(random: &mut Random, rows: &[Row], field: &str, operator: &str) -> Value {
    let one = |random: &mut Random| -> String {
        let texts = texts(rows.choose(random).unwrap(), field);
        let text = texts.choose(random).cloned().unwrap_or_else(|| "nothing".to_owned());
        let letters: Vec<char> = text.chars().collect();
        let (from, to) = match operator {
            "contains" => (random.random_range(0..=letters.len() / 2), letters.len()),
            _ => (0, letters.len()),
        };
        let to = if matches!(operator, "contains" | "startsWith") { random.random_range(from..=to) } else { to };
        let part: String = letters[from..to].iter().collect();
        odd_case(random, &part)
    };
    match operator {
        "in" => Value::Array((0..random.random_range(0..=3)).map(|_| json!(one(random))).collect()),
        "contains" if random.random_bool(0.3) => json!(["%", "_", "\\", "", "%%", "ß", "É"].choose(random)),
        "startsWith" if random.random_bool(0.2) => json!(["%", "_", "\\", ""].choose(random)),
        _ => json!(one(random)),
    }
}

fn odd_case(random: &mut Random, text: &str) -> String {
    match random.random_range(0..4) {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        _ => text.to_owned(),
    }
}

fn number(random: &mut Random, rows: &[Row], field: &str, whole: bool) -> Value {
    let known: Vec<Decimal> = rows
        .iter()
        .filter_map(|row| match &row.facts[field] {
            Fact::Number(number) => *number,
            other => panic!("{field} is no number: {other:?}"),
        })
        .collect();
    let number = known.choose(random).copied().unwrap_or_default();
    if whole {
        let near = number + Decimal::from(random.random_range(-1..=1));
        return json!(i32::try_from(near.mantissa() / 10_i128.pow(near.scale())).unwrap());
    }
    match random.random_range(0..8) {
        0 => json!((number + Decimal::new(random.random_range(-9..=9), 3)).to_string()),
        1 => json!((number + Decimal::new(random.random_range(-9..=9), 12)).to_string()),
        2 => json!((number + Decimal::new(random.random_range(-1..=1), 2)).to_string()),
        3 => json!(format!("{number}000")),
        4 => json!(
            ["-79228162514264337593543950335", "79228162514264337593543950335", "0", "-0.005", "92233720368547758.08"]
                .choose(random)
        ),
        5 => json!(number.trunc().mantissa() as i32),
        _ => json!(number.to_string()),
    }
}

fn real(random: &mut Random, rows: &[Row], field: &str) -> Value {
    let known: Vec<f64> = rows
        .iter()
        .filter_map(|row| match &row.facts[field] {
            Fact::Real(real) => *real,
            other => panic!("{field} is no float: {other:?}"),
        })
        .collect();
    let real = known.choose(random).copied().unwrap_or_default();
    match random.random_range(0..5) {
        0 => json!(real.next_up()),
        1 => json!(real.next_down()),
        2 => json!(random.random_range(0..4)),
        _ => json!(real),
    }
}

fn day(random: &mut Random, rows: &[Row], field: &str, operator: &str, today: NaiveDate) -> Value {
    let known: Vec<NaiveDate> = rows
        .iter()
        .filter_map(|row| match &row.facts[field] {
            Fact::Day(day) => *day,
            other => panic!("{field} is no day: {other:?}"),
        })
        .collect();
    let day = known.choose(random).copied().unwrap_or(today);
    if operator == "lastDays" {
        let since = today.signed_duration_since(day).num_days().max(0) + 1;
        return json!((since + random.random_range(-1..=1)).max(1));
    }
    match random.random_range(0..6) {
        0 => json!(["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"].choose(random)),
        1 => json!(day.checked_add_days(Days::new(1))),
        2 => json!(day.checked_sub_days(Days::new(1))),
        _ => json!(day),
    }
}
