//! How many statements a request runs: one a kind, whatever the number of rows.

use serde_json::json;

use crate::lists::over_a_shop;

const FIGURES: &str = "query($n: Int) { segments(first: $n, orderBy: {field: AVERAGE_CLV, direction: DESC}) { totalCount
    pageInfo { hasNextPage endCursor } nodes { id key name description kind active frozenAt version createdAt createdBy updatedAt
    memberCount reachableCount averageTransactionValue { amount currencyCode } averageTransactions averageSpending { amount }
    averageClv { amount } statsAt } } }";
const NESTED: &str = "query($n: Int) { segments(first: $n, orderBy: {field: MEMBERS, direction: DESC}) { nodes { tags
    members(first: 5) { nodes { number metrics { spending { amount } } transactions(first: 3) { nodes { items { sku } } } } } } } }";
const DEEP: &str = "query($n: Int) { members(first: $n, orderBy: {field: TRANSACTIONS, direction: DESC}) { nodes { labels { key } attributes
    metrics { pointsBalance } pointsEntries(first: 2) { nodes { points } } segments(first: 3) { nodes { key tags } }
    transactions(first: 2) { nodes { document member { number } } } } } }";

over_a_shop! {
    async fn a_page_of_20_segments_with_all_figures_takes_two_besides_the_session(world, random) {
        for many in [1, 20, 120] {
            let answer = world.app.send(Some(&world.app.token), FIGURES, json!({"n": many})).await;
            assert_eq!(answer.body["data"]["segments"]["nodes"].as_array().map(Vec::len), Some(many), "{}", answer.body);
            assert!(answer.statements() <= 2, "{} statements for {many} segments", answer.statements());
        }
        let with = "query { segments(first: 20, search: \"a\", filter: {not: {name: {eq: \"x\"}}, hasMember: {number: \"none\"}}) { totalCount } }";
        let answer = world.app.send(Some(&world.app.token), with, json!({})).await;
        // Whom nobody knows may have been erased: that takes one more.
        assert!(answer.statements() <= 4, "{} statements with a member looked up", answer.statements());

        // What hangs below takes one statement a kind, for 5 rows as for 20 and for a whole page.
        for (text, kinds, counts) in [(NESTED, 5, [5, 20, 50]), (DEEP, 7, [5, 20, 200])] {
            let mut taken = Vec::new();
            for many in counts {
                let answer = world.app.send(Some(&world.app.token), text, json!({"n": many})).await;
                assert!(answer.body.get("errors").is_none(), "{}", answer.body);
                taken.push(answer.statements());
            }
            assert_eq!(taken, vec![kinds; 3], "{text}");
        }
        // Different arguments are different kinds; the same ones under two names are one.
        let text = "{ segments(first: 9) { nodes { a: members(first: 2) { nodes { number } } b: members(first: 2) { nodes { id } }
            c: members(first: 3) { nodes { number } } } } }";
        let answer = world.app.send(Some(&world.app.token), text, json!({})).await;
        assert_eq!(answer.statements(), 3, "{}", answer.body);
    }
}
