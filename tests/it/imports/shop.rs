//! The files of a shop, of any size: sales, returns, guests, bad rows.

use rand::Rng;
use rand::seq::SliceRandom;
use tests::Random;

/// A file of sales and returns with its mapping by name. Every hundredth row is bad.
pub fn sales(rows: usize, random: &mut Random) -> String {
    let mut text = "document,at,amount,member,kind,returns_document,member.country\n".to_owned();
    for row in 0..rows {
        let (day, month) = (random.random_range(1..=28), random.random_range(1..=12));
        let amount = if row % 100 == 99 { "a lot".to_owned() } else { format!("{}.{:02}", row % 90, row % 100) };
        let member = if row % 10 == 9 { String::new() } else { format!("m{}", random.random_range(0..rows / 5 + 1)) };
        let country = if row % 3 == 0 { "" } else { ["PL", "DE", "SE"][row % 7 % 3] };
        // A return of a sale that stands before or behind it, by whoever bought. Some name a return: those are refused.
        let (kind, sale, member) = match row % 20 {
            7 => ("RETURN", format!("d{}", random.random_range(0..rows)), String::new()),
            _ => ("SALE", String::new(), member),
        };
        let sale = if sale == format!("d{row}") { String::new() } else { sale };
        text.push_str(&format!("d{row},2025-{month:02}-{day:02},{amount},{member},{kind},{sale},{country}\n"));
    }
    text
}

/// A file of lines, those of a document up to `apart` places from each other, with its mapping by name.
pub fn lines(documents: usize, apart: usize, random: &mut Random) -> String {
    let mut rows = Vec::new();
    for document in 0..documents {
        let (member, day) = (random.random_range(0..documents / 4 + 1), random.random_range(1..=28));
        let member = if document % 9 == 0 { String::new() } else { format!("m{member}") };
        for line in 0..random.random_range(1..=4) {
            let sign = if document % 12 == 5 { "-" } else { "" };
            let price = if document % 150 == 149 && line == 1 {
                "dear".to_owned()
            } else {
                format!("{}.99", line + document % 50)
            };
            let (sku, country) = (random.random_range(0..300), ["PL", "DE"][document % 2]);
            let row = format!(
                "d{document},2025-06-{day:02}T1{line}:00,{member},s{sku},{sign}{},{price},{country}\n",
                line + 1
            );
            rows.push((rows.len() + random.random_range(0..=apart), row));
        }
    }
    rows.sort_by_key(|(place, _)| *place);
    let rows: String = rows.into_iter().map(|(_, row)| row).collect();
    format!("document,at,member,sku,quantity,unit_price,member.country\n{rows}")
}

/// The rows of a file in another order.
pub fn shuffled(text: &str, random: &mut Random) -> String {
    let (header, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.shuffle(random);
    format!("{header}\n{}\n", rows.join("\n"))
}
