//! GraphiQL, served from the binary itself: the page, and its files, whose names change with their contents.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// What `make graphiql` made.
#[derive(RustEmbed)]
#[folder = "graphiql/dist"]
struct Files;

/// No other host is ever asked for anything. Monaco, the editor, sets styles inline and runs workers.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";
const FOREVER: &str = "public, max-age=31536000, immutable";
const NEVER: &str = "no-store";

/// The page and its files; no token is needed to see them.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let always = |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    Router::new()
        .route("/graphiql", get(page))
        .route("/graphiql/", get(|| async { Redirect::permanent("/graphiql") }))
        .route("/graphiql/{*name}", get(file))
        .layer(CompressionLayer::new())
        .layer(always(CONTENT_SECURITY_POLICY, POLICY))
        .layer(always(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(REFERRER_POLICY, "no-referrer"))
}

async fn page() -> Response {
    serve("index.html", NEVER)
}

async fn file(Path(name): Path<String>) -> Response {
    serve(&name, if is_hashed(&name) { FOREVER } else { NEVER })
}

fn serve(path: &str, cache: &'static str) -> Response {
    let Some(EmbeddedFile { data, metadata, .. }) = Files::get(path) else {
        return (StatusCode::NOT_FOUND, [(CACHE_CONTROL, NEVER)], "There is no such file.\n").into_response();
    };
    let headers = [(CONTENT_TYPE, metadata.mimetype().to_owned()), (CACHE_CONTROL, cache.to_owned())];
    (headers, Body::from(data.into_owned())).into_response()
}

/// Whether a name ends as Vite's hashed names do, in a hyphen and eight letters before the extension.
fn is_hashed(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let Some(start) = stem.len().checked_sub(9) else { return false };
    stem.get(start..).is_some_and(|tail| {
        tail.starts_with('-') && tail.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter))
    })
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use axum::http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING};
    use tower::ServiceExt;

    use super::*;

    async fn ask(method: &str, path: &str) -> Response {
        let request = Request::builder().method(method).uri(path).header(ACCEPT_ENCODING, "gzip");
        routes().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    fn header(response: &Response, name: impl axum::http::header::AsHeaderName) -> &str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[tokio::test]
    async fn the_page_is_never_kept_and_names_no_other_host() {
        let page = ask("GET", "/graphiql").await;
        assert_eq!(page.status(), StatusCode::OK);
        assert_eq!(header(&page, CONTENT_TYPE), "text/html");
        assert_eq!(header(&page, CACHE_CONTROL), NEVER);
        assert_eq!(header(&page, X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(header(&page, CONTENT_SECURITY_POLICY), POLICY);
        let html = String::from_utf8(Files::get("index.html").unwrap().data.into_owned()).unwrap();
        assert!(!html.contains("http://") && !html.contains("https://"), "{html}");
    }

    #[tokio::test]
    async fn hashed_files_are_kept_for_ever_and_sent_compressed() {
        let assets: Vec<_> = Files::iter().filter(|name| name.starts_with("assets/")).collect();
        assert!(assets.len() > 3, "{assets:?}");
        for name in assets {
            let file = ask("GET", &format!("/graphiql/{name}")).await;
            assert_eq!(file.status(), StatusCode::OK, "{name}");
            assert_eq!(header(&file, CACHE_CONTROL), FOREVER, "{name}");
            if name.ends_with(".js") {
                assert_eq!(header(&file, CONTENT_TYPE), "text/javascript", "{name}");
                assert_eq!(header(&file, CONTENT_ENCODING), "gzip", "{name}");
            }
        }
    }

    #[tokio::test]
    async fn nothing_else_is_there() {
        for path in ["/graphiql/assets/none.js", "/graphiql/..%2Fpackage.json", "/graphiql/../package.json"] {
            assert_eq!(ask("GET", path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
        let post = ask("POST", "/graphiql").await;
        assert_eq!((post.status(), header(&post, ALLOW)), (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD"));
        assert_eq!(header(&ask("GET", "/graphiql/").await, "location"), "/graphiql");
    }
}
