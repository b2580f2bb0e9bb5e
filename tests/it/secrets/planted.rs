//! Requests full of things that must not come out anywhere.

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE};
use reqwest::{Client as Http, RequestBuilder};
use serde_json::{Value, json};

use super::Planted;
use crate::auth::{REFRESH, SIGN_IN};

/// In everything that is planted and not made by the server.
pub const MARKER: &str = "planted7secret7marker";

/// Somebody who speaks one of the two types.
pub struct Client<'a> {
    pub http: &'a Http,
    pub url: String,
    pub accept: &'static str,
}

impl Client<'_> {
    pub async fn ask(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        let mut request = self.http.post(&self.url).header(ACCEPT, self.accept);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let request = request.json(&json!({"query": query, "variables": variables}));
        request.send().await.unwrap().json().await.unwrap()
    }
}

/// The life of a session, with every mistake in it; answers the tokens that were given out.
pub async fn session(client: &Client<'_>, email: &str, password: &str) -> Planted {
    let mut tokens = Planted::new();
    let mut keep = |answer: &Value, field: &str| {
        let [access, refresh] = ["accessToken", "refreshToken"].map(|name| {
            let token = answer["data"][field][name].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
            tokens.push((name.to_owned(), token.clone()));
            // Half of it would be enough for somebody, too.
            tokens.extend(token.split('.').skip(1).map(|part| (format!("part of {name}"), part.to_owned())));
            token
        });
        (access, refresh)
    };
    for (email, password) in
        [(email, "planted7secret7marker wrong"), ("planted7secret7marker@example.org", password), ("\0", "\0")]
    {
        client.ask(None, SIGN_IN, json!({"email": email, "password": password})).await;
    }
    let (access, refresh) =
        keep(&client.ask(None, SIGN_IN, json!({"email": email, "password": password})).await, "signIn");
    let (access_now, refresh_now) =
        keep(&client.ask(Some(&access), REFRESH, json!({ "token": refresh })).await, "refreshSession");
    let change = "mutation Change($current: String!, $new: String!) {
        changePassword(input: {currentPassword: $current, newPassword: $new}) { userErrors { code message } } }";
    let new = format!("{MARKER} new");
    for (current, new) in [(MARKER, new.as_str()), (password, "short"), (password, &new), (&new, password)] {
        let answer = client.ask(Some(&access_now), change, json!({"current": current, "new": new})).await;
        assert!(!answer.to_string().contains(MARKER), "{answer}");
    }
    // A theft, and tokens that have ended.
    for token in [&refresh, &refresh_now, &access] {
        client.ask(None, REFRESH, json!({ "token": token })).await;
    }
    for token in [&access, &access_now, &refresh_now] {
        client.ask(Some(token), "{ viewer { role } }", Value::Null).await;
    }
    // More tries than there may be.
    for _ in 0..11 {
        client.ask(None, SIGN_IN, json!({"email": "planted7secret7marker@nowhere.example", "password": MARKER})).await;
    }
    tokens
}

/// People's data on every way in and out.
pub async fn data(client: &Client<'_>, token: &str) {
    let write =
        "mutation PlantedWrite($members: [MemberInput!]!, $sales: [TransactionInput!]!, $points: [PointsInput!]!,
        $answers: [FeedbackInput!]!, $segment: CreateSegmentInput!) {
        upsertMembers(input: {members: $members}) { created updated problems { code message } userErrors { code } }
        recordTransactions(input: {transactions: $sales}) { created problems { code message } userErrors { code } }
        recordPoints(input: {entries: $points}) { created problems { code message } userErrors { code } }
        recordFeedback(input: {responses: $answers}) { created problems { code message } userErrors { code } }
        createSegment(input: $segment) { segment { id } userErrors { code } } }";
    let number = format!("{MARKER}-{}", rand::random::<u32>());
    let document = format!("{MARKER}-document-{}", rand::random::<u32>());
    let mail = format!("{MARKER}@example.org");
    let member = json!({"number": number, "firstName": MARKER, "lastName": MARKER, "email": mail, "phone": MARKER,
        "street": MARKER, "labels": [{"key": MARKER, "value": MARKER}], "attributes": {MARKER: MARKER}});
    let bad = json!({"number": format!("{MARKER}-bad"), "email": format!("{MARKER} is none"), "country": MARKER});
    let sale = json!({"document": document, "member": {"number": number}, "amount": "1.00", "at": "2024-01-01T00:00:00Z",
        "channel": MARKER, "items": [{"sku": MARKER, "name": MARKER, "amount": "1.00"}]});
    let nobodys = json!({"document": format!("{MARKER}-x"), "member": {"email": mail}, "amount": "1.00",
        "at": "2024-01-01T00:00:00Z"});
    let variables = json!({"members": [member, bad], "sales": [sale, sale, nobodys],
        "points": [{"document": document, "member": {"number": number}, "kind": "EARNED", "points": 1,
            "at": "2024-01-01T00:00:00Z", "origin": MARKER}],
        "answers": [{"document": document, "member": {"number": number}, "survey": MARKER, "score": 1, "comment": MARKER,
            "at": "2024-01-01T00:00:00Z"}, {"document": document, "member": {"email": mail}, "survey": MARKER, "score": 11,
            "comment": MARKER, "at": "2024-01-01T00:00:00Z"}],
        "segment": {"name": number, "description": MARKER, "tags": [MARKER], "members": [{"number": number}]}});
    let answer = client.ask(Some(token), write, variables).await;
    assert_eq!(answer["data"]["upsertMembers"]["created"], 1, "{answer}");
    assert_eq!(answer["data"]["recordFeedback"]["created"], 1, "{answer}");

    let read = "query PlantedData($search: String!, $mail: String!) {
        members(search: $search, filter: {or: [{email: {eq: $mail}}, {name: {contains: $search}}]}) {
            nodes { number firstName email attributes transactions { nodes { document items { name } } } } }
        segments(search: $search, filter: {description: {contains: $search}}) { nodes { name members { totalCount } } }
        member(ref: {email: $mail}) { number } segment(ref: {key: $search}) { name } surveys { key responses } }";
    let answer = client.ask(Some(token), read, json!({"search": MARKER, "mail": mail})).await;
    assert!(answer["data"]["members"]["nodes"][0]["firstName"] == MARKER, "{answer}");
}

/// Links to downloads, used and used again; answers their tokens.
pub async fn downloads(client: &Client<'_>, token: &str) -> Planted {
    let text = "query PlantedLinks { segments(first: 1) { nodes { export { url } } } }";
    let mut tokens = Planted::new();
    for _ in 0..2 {
        let answer = client.ask(Some(token), text, Value::Null).await;
        let url =
            answer["data"]["segments"]["nodes"][0]["export"]["url"].as_str().unwrap_or_else(|| panic!("{answer}"));
        for expected in [200, 410] {
            assert_eq!(client.http.get(url).send().await.unwrap().status(), expected);
        }
        client.http.get(format!("{}x", url)).send().await.unwrap();
        client.http.head(url).send().await.unwrap();
        let token = url.rsplit('/').next().unwrap();
        tokens.extend(token.split('.').skip(1).map(|part| ("part of a link".to_owned(), part.to_owned())));
    }
    tokens
}

/// Requests that are wrong in every way, each with a secret in the place where it is wrong.
pub fn broken_requests(client: &Client<'_>, base: &str) -> Vec<(String, RequestBuilder)> {
    let post = || client.http.post(&client.url).header(ACCEPT, client.accept).header(CONTENT_TYPE, "application/json");
    let mut requests = Vec::new();
    let m = MARKER;
    for document in [
        format!("mutation {{ signIn(input: {{email: \"a\", password: \"{m}\" ) {{ accessToken }} }}"),
        format!("mutation {{ signIn(input: {{email: \"a\", password: \"{m}}}) {{ accessToken }} }}"),
        format!("mutation {{ signIn(input: {{email: \"a\", password: [\"{m}\"]}}) {{ accessToken }} }}"),
        format!("mutation {{ signIn(input: {{email: \"a\", password: {{p: \"{m}\"}}}}) {{ accessToken }} }}"),
        format!("mutation {{ signIn(input: {{email: \"a\", passwort: \"{m}\"}}) {{ accessToken }} }}"),
        format!("mutation {{ signIn(input: {{email: \"a\", password: \"{m}\", more: \"{m}\"}}) {{ accessToken }} }}"),
        format!("mutation {{ signIn(input: \"{m}\") {{ accessToken }} }}"),
        format!("mutation {{ signIn(password: \"{m}\") {{ accessToken }} }}"),
        format!("mutation {{ signIn(input: {{email: 7, password: \"{m}\"}}) {{ accessToken }} }}"),
        format!("mutation {{ signIn(input: {{email: \"a\", password: \"{m}\"}}) {{ nothing }} }}"),
        format!("mutation {{ signIn(input: {{email: \"a\", password: \"{m}\"}}) }}"),
        format!("mutation {{ refreshSession(input: {{refreshToken: [\"{m}\"]}}) {{ accessToken }} }}"),
        format!("mutation {{ refreshSession(input: {{refreshToken: \"{m}.{m}\"}}) {{ userErrors {{ message }} }} }}"),
        format!("query {{ members(search: [\"{m}\"]) {{ totalCount }} }}"),
        format!("{{ __typename }} # {m}\n }}"),
        format!("{{ a(b: \"\"\"{m}"),
        format!("\"{m}\" {{ __typename }}"),
    ] {
        requests.push((document.clone(), post().body(json!({ "query": document }).to_string())));
    }
    for variables in [
        json!({"email": "a", "password": [m]}),
        json!({"email": "a", "password": {m: m}}),
        json!({"email": [m], "password": m}),
        json!({"email": "a", "passwort": m}),
        json!({"email": null, "password": m}),
        json!(m),
        json!([m]),
    ] {
        let body = json!({"query": SIGN_IN, "variables": variables}).to_string();
        requests.push((format!("variables {variables}"), post().body(body)));
    }
    for body in [
        m.to_owned(),
        format!("\"{m}\""),
        format!("[\"{m}\"]"),
        format!("{{\"query\": [\"{m}\"]}}"),
        format!("{{\"query\": \"{m}"),
        format!("{{\"query\": \"{{ __typename }}\", \"operationName\": [\"{m}\"]}}"),
        format!("{{\"query\": \"{{ __typename }}\", \"extensions\": \"{m}\"}}"),
        format!("{{\"query\": \"{{ __typename }}\"}} {m}"),
    ] {
        requests.push((format!("body {body}"), post().body(body)));
    }
    let viewer = json!({"query": "{ viewer { role } }"}).to_string();
    for value in [
        format!("Bearer {m}"),
        format!("Bearer {m}.{m}.{m}"),
        format!("Bearer {m} {m}"),
        format!("Basic {m}"),
        m.to_owned(),
    ] {
        requests.push((value.clone(), post().header(AUTHORIZATION, value).body(viewer.clone())));
    }
    let twice =
        post().bearer_auth(m).header(AUTHORIZATION, m).header(COOKIE, format!("token={m}")).body(viewer.clone());
    requests.push(("two tokens".to_owned(), twice));
    requests.push(("another type".to_owned(), post().header(CONTENT_TYPE, m).body(viewer.clone())));
    requests.push(("an id".to_owned(), post().header("x-request-id", m).body(viewer.clone())));
    requests.push(("a forwarder".to_owned(), post().header("x-forwarded-for", m).body(viewer)));
    requests.push(("an accept".to_owned(), client.http.post(&client.url).header(ACCEPT, m).body(m)));
    for address in [
        format!("graphql?query={{__typename}}&token={m}"),
        format!("graphql?query=mutation{{signIn(input:{{email:\"a\",password:\"{m}\"}}){{accessToken}}}}"),
        format!("graphiql?access_token={m}"),
        format!("nothing/{m}"),
        format!("healthz?{m}"),
        format!("readyz?{m}={m}"),
    ] {
        requests.push((address.clone(), client.http.get(format!("{base}/{address}")).header(ACCEPT, client.accept)));
    }
    requests.push(("another method".to_owned(), client.http.put(format!("{}?{m}", client.url)).body(m)));
    requests
}
