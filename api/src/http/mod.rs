//! The face that the server turns to HTTP.

mod body;
mod client;
mod documents;
mod downloads;
mod graphiql;
mod graphql;
mod guard;
mod health;
mod imports;
mod metrics;
mod negotiate;
mod plan;
mod put_right;
mod request_log;
mod response;
mod socket;
mod upload_parameters;
mod verdict;

use std::any::Any;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::http::header::{
    ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

pub use metrics::serve_metrics;

use self::documents::Documents;
use self::guard::GuardLimits;
use self::negotiate::Format;
use self::plan::Shapes;
use self::request_log::{REQUEST_ID, SERVER_TIMING};
use self::socket::Sockets;
use self::verdict::{Problem, Verdict};
use crate::app::App;
use crate::schema::{self, Schema};
use crate::shutdown::GRACE;
use crate::watch;

/// What the handlers share.
struct Api {
    app: Arc<App>,
    schema: Schema,
    /// What partner systems see of it.
    partners_schema: Schema,
    documents: Documents,
    sockets: Sockets,
}

/// Serves the API and its pages until the token is cancelled; then requests under way may finish, for a while.
pub async fn serve(app: Arc<App>, listener: TcpListener, shutdown: CancellationToken) -> io::Result<()> {
    // Answers are short and whole: waiting for more to send only delays them.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let api = Arc::new(Api::new(Arc::clone(&app), shutdown.clone()));
    let service = routes(Arc::clone(&api)).into_make_service_with_connect_info::<SocketAddr>();
    let watched = tokio::spawn(watch::follow(app, shutdown.clone()));
    let stopping = shutdown.clone();
    let over = async move {
        stopping.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let served = async {
        let ended = axum::serve(listener, service).with_graceful_shutdown(shutdown.cancelled_owned()).await;
        // Sockets are not among what the server waits for by itself.
        api.sockets.closed().await;
        let _ = watched.await;
        ended
    };
    tokio::select! {
        ended = served => ended,
        () = over => {
            tracing::warn!("requests that did not finish in time were cut off");
            Ok(())
        }
    }
}

/// All routes, for the server and for tests without one.
pub fn router(app: Arc<App>) -> Router {
    routes(Arc::new(Api::new(app, CancellationToken::new())))
}

fn routes(api: Arc<Api>) -> Router {
    let graphql = post(graphql::endpoint)
        .fallback(wrong_method)
        .layer(cors(&api.app.settings.cors_origins))
        .layer(from_fn(only_preflight));
    let imports = Router::new()
        .route("/imports/{kind}", imports::of_rows())
        .route("/imports/segments/{key}", imports::of_segment())
        .layer(cors(&api.app.settings.cors_origins))
        .layer(from_fn(only_preflight));
    Router::new()
        .merge(imports)
        .route("/", get(|| async { Redirect::temporary("/graphiql") }))
        .route("/graphql", graphql)
        .route("/graphql/ws", socket::routes())
        .route("/downloads/{token}", downloads::routes())
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(graphiql::routes())
        .fallback(not_found)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(&api), request_log::log))
        .with_state(api)
}

impl Api {
    fn new(app: Arc<App>, stop: CancellationToken) -> Self {
        let schema = schema::build(&app);
        let partners_schema = schema::build_for_partners(&app);
        let shapes = Shapes::of(&schema.sdl()).unwrap_or_else(|error| {
            tracing::error!(%error, "the schema cannot be read: answers with errors may lack fields");
            Shapes::default()
        });
        let documents = Documents::new(GuardLimits::default(), shapes);
        Self { app, schema, partners_schema, documents, sockets: Sockets::new(stop) }
    }
}

/// Which pages of other origins may call. An origin that is not in the list is never repeated.
fn cors(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_methods([Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, REQUEST_ID])
        .expose_headers([REQUEST_ID, SERVER_TIMING, RETRY_AFTER, WWW_AUTHENTICATE])
        .max_age(Duration::from_secs(600))
}

/// The layer for other origins takes every OPTIONS for a browser's question; one that asks nothing is a wrong method.
async fn only_preflight(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS && !request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return wrong_method(request).await;
    }
    next.run(request).await
}

async fn wrong_method(request: Request) -> Response {
    let problem = Problem::new(Verdict::WrongMethod, "Send GraphQL requests by POST.");
    response::problem(problem, format_of(&request))
}

async fn not_found(request: Request) -> Response {
    let problem =
        Problem::new(Verdict::NotFound, "There is nothing here. The API is at /graphql, its editor at /graphiql.");
    response::problem(problem, format_of(&request))
}

fn format_of(request: &Request) -> Format {
    negotiate::format(request.headers()).unwrap_or(Format::Json)
}

/// What panicked outside of an execution; the hook has logged it.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    response::problem(Problem::broken(), Format::Json)
}
