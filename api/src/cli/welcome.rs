//! What a person sees who starts the server: where to look, how to sign in, what to try first.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use entity::kinds::Role;
use tokio::net::TcpListener;

use super::failure::Failure;
use super::output::say;
use crate::app::App;
use crate::auth::ops::{self, FirstOwner};

/// Tells it, with the new owner's password where there is one.
pub(super) async fn greet(
    app: &App,
    address: SocketAddr,
    metrics: Option<&TcpListener>,
    new_owner: Option<FirstOwner>,
) -> Result<(), Failure> {
    let url = format!("http://{}", reachable(address));
    let known = ops::users(app).await?.into_iter().find(|user| user.active && user.role == Role::Owner);
    let email = known.map_or_else(|| app.settings.owner_email.clone(), |user| user.email);
    let (how, password) = match new_owner {
        Some(FirstOwner { password: Some(password), .. }) => {
            (format!("{email} with the password {password} (made just now and shown this once)"), password)
        }
        Some(FirstOwner { password: None, .. }) => {
            (format!("{email} with the password from the settings"), "PASSWORD".to_owned())
        }
        None => (
            format!("{email} with the password of the first start; tessera user password {email} makes another"),
            "PASSWORD".to_owned(),
        ),
    };
    let metrics = match metrics {
        Some(listener) => format!("http://{}/metrics", reachable(listener.local_addr()?)),
        None => "off".to_owned(),
    };
    say(format!(
        "\
{name} is served at {url}; its day is {today}.

  GraphiQL   {url}/graphiql
  Sign in    {how}
  Metrics    {metrics}

  With curl:
  TOKEN=$(curl -s {url}/graphql -H 'content-type: application/json' \\
    -d '{{\"query\":\"mutation {{ signIn(input: {{email: \\\"{email}\\\", password: \\\"{password}\\\"}}) {{ accessToken }} }}\"}}' \\
    | sed 's/.*\"accessToken\":\"\\([^\"]*\\)\".*/\\1/')
  curl -s {url}/graphql -H 'content-type: application/json' -H \"authorization: Bearer $TOKEN\" \\
    -d '{{\"query\":\"{{ segments(first: 5) {{ nodes {{ name memberCount averageSpending {{ amount }} }} }} }}\"}}'

  Ctrl-C stops.
",
        name = app.program().name,
        today = app.clock.today(app.program().zone),
    ));
    Ok(())
}

/// An address that a browser on this machine can open.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    address
}
