//! Pages of segments: forward and backward, in every order, and what is no page.

use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::{ORDERS, lister};
use crate::lists::{TODAY, asked, model, over_a_shop, rows};

fn order(field: &str, descending: bool) -> Value {
    json!({"field": field, "direction": if descending { "DESC" } else { "ASC" }})
}

over_a_shop! {
    async fn every_order_is_whole_by_pages_of_any_size_both_ways(world, random) {
        let (rows, lister) = (rows::segments(world), lister(world));
        for field in ORDERS {
            for descending in [false, true] {
                let expected = model::listed(&rows, TODAY, None, &json!({}), (field, descending));
                let arguments = json!({"orderBy": order(field, descending)});
                for backward in [false, true] {
                    for size in [7, 250] {
                        assert_eq!(lister.walk(&arguments, size, backward).await, expected, "{field} {descending} {size} {backward}");
                    }
                }
            }
        }
        for (field, descending) in [("AVERAGE_TRANSACTION_VALUE", true), ("AVERAGE_TRANSACTIONS", false), ("NAME", false)] {
            let expected = model::listed(&rows, TODAY, None, &json!({}), (field, descending));
            let arguments = json!({"orderBy": order(field, descending)});
            for backward in [false, true] {
                assert_eq!(lister.walk(&arguments, 1, backward).await, expected, "{field} {descending} {backward}");
            }
        }
    }

    async fn a_page_goes_on_from_any_row(world, random) {
        let (rows, lister) = (rows::segments(world), lister(world));
        for round in 0..100 {
            let filter = asked::filter(&mut random, &rows, TODAY, round % 3);
            let (field, descending) = (*ORDERS.choose(&mut random).unwrap(), random.random_bool(0.5));
            let all = lister.part(json!({"first": 250, "filter": filter, "orderBy": order(field, descending)})).await;
            if all.names.is_empty() {
                continue;
            }
            let at = random.random_range(0..all.names.len());
            let size = random.random_range(1..12);
            let arguments = json!({"filter": filter, "orderBy": order(field, descending)});
            let with = |more: Value| {
                let mut arguments = arguments.clone();
                arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                arguments
            };
            let part = lister.part(with(json!({"first": size, "after": all.cursors[at]}))).await;
            let end = all.names.len().min(at + 1 + size);
            assert_eq!(part.names, all.names[at + 1..end], "{arguments}");
            assert_eq!((part.has_next, part.has_previous), (end < all.names.len(), true), "{arguments}");
            assert_eq!(part.cursors, all.cursors[at + 1..end], "{arguments}");

            let part = lister.part(with(json!({"last": size, "before": all.cursors[at]}))).await;
            let start = at.saturating_sub(size);
            assert_eq!(part.names, all.names[start..at], "{arguments}");
            assert_eq!((part.has_next, part.has_previous), (true, start > 0), "{arguments}");
            assert_eq!(part.total, all.total);
        }
    }

    async fn where_nothing_is_asked_for_it_is_the_50_newest(world, random) {
        let (rows, lister) = (rows::segments(world), lister(world));
        let expected = model::listed(&rows, TODAY, None, &json!({}), ("CREATED_ON", true));
        for arguments in [json!({}), json!({"orderBy": null}), json!({"first": null, "after": null, "last": null, "before": null})] {
            let part = lister.part(arguments).await;
            assert_eq!(part.names, expected[..50]);
            assert!(part.has_next && !part.has_previous);
        }
        let none = lister.part(json!({"first": 5, "filter": {"or": []}})).await;
        assert_eq!((none.names.len(), none.has_next, none.has_previous, none.total), (0, false, false, 0));
    }

    async fn what_is_no_page_is_refused_with_a_code(world, random) {
        let lister = lister(world);
        let cursor_of = async |field: &str, descending: bool| {
            lister.part(json!({"first": 1, "orderBy": order(field, descending)})).await.cursors.remove(0)
        };
        let (by_name, by_members) = (cursor_of("NAME", false).await, cursor_of("MEMBERS", true).await);
        let members = crate::member_lists::lister(world).part(json!({"first": 1, "orderBy": order("NAME", false)})).await;
        let url_safe = |text: &str| {
            use base64::Engine;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
        };
        let mut wrong = vec![
            json!({"first": 0}),
            json!({"last": 0}),
            json!({"first": -1}),
            json!({"first": 251}),
            json!({"last": -1}),
            json!({"last": 251}),
            json!({"first": i32::MAX}),
            json!({"first": 6_148_914_691_236_517_206_i64}),
            json!({"first": 1.5}),
            json!({"first": "1"}),
            json!({"first": 1, "last": 1}),
            json!({"first": 1, "before": by_name, "orderBy": order("NAME", false)}),
            json!({"last": 1, "after": by_name, "orderBy": order("NAME", false)}),
            json!({"after": by_name, "before": by_name, "orderBy": order("NAME", false)}),
            json!({"after": by_name}),
            json!({"after": by_name, "orderBy": order("NAME", true)}),
            json!({"after": by_name, "orderBy": order("MEMBERS", true)}),
            json!({"after": by_members, "orderBy": order("MEMBERS", false)}),
            json!({"after": by_members, "orderBy": order("AVERAGE_TRANSACTION_VALUE", true)}),
            json!({"after": members.cursors[0], "orderBy": order("NAME", false)}),
            json!({"after": 7}),
        ];
        let decoded = {
            use base64::Engine;
            String::from_utf8(base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&by_name).unwrap()).unwrap()
        };
        let tampered = decoded.replacen("\"k\":\"", "\"k\":\"\\u0000", 1);
        assert_ne!(tampered, decoded);
        for cursor in ["", " ", "\u{0}", "cursor", "§", "e30", "bnVsbA", &by_name[1..], &format!("{by_name}="), &url_safe(&tampered),
            &url_safe(&decoded.replace("\"k\":", "\"k\":null,\"x\":")), &url_safe(&decoded.replace("\"k\":", "\"k\":7,\"x\":")),
            &url_safe(&decoded.replace("\"i\":", "\"i\":1e99,\"x\":")), &"A".repeat(100_000)]
        {
            wrong.push(json!({"after": cursor, "orderBy": order("NAME", false)}));
            wrong.push(json!({"before": cursor, "orderBy": order("NAME", false)}));
        }
        for arguments in wrong {
            let answer = lister.answer(arguments.clone()).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{arguments}: {}", answer.body);
        }
    }
}
