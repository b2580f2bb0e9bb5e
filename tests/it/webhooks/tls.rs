//! Over TLS: a certificate that the machine trusts is enough, and one of a stranger is not. The log keeps quiet about it.

use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use tests::{Database, Served, TestApp, run_with};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::{ALL, endpoint, inside, rows, shown};
use crate::calls::segment;
use crate::jobs::until;

/// An authority of its own, and a server for `localhost` that it vouches for; answers the authority's certificate and
/// the server's URL.
async fn vouched() -> (String, String, JoinHandle<()>) {
    let (authority_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.distinguished_name.push(DnType::CommonName, format!("Authority {}", rand::random::<u64>()));
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let secret = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![server.der().clone()], secret)
        .unwrap();
    let (acceptor, listener) = (TlsAcceptor::from(Arc::new(config)), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let url = format!("https://localhost:{}/hook", listener.local_addr().unwrap().port());
    let serving = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not trust us goes away.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut some = vec![0; 65_536];
            let _ = stream.read(&mut some).await;
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
            let _ = stream.shutdown().await;
        }
    });
    (certificate.pem(), url, serving)
}

/// A receiver may have put a secret into its URL.
const PLANTED: &str = "planted7secret7marker";

#[test]
fn a_certificate_must_be_trusted() {
    run_with(Database::Sqlite, inside, trusting);
}

async fn trusting(app: Arc<TestApp>) {
    let ((trusted, good_url, good), (_, strange_url, strange)) = (vouched().await, vouched().await);
    let folder = app.folder().join("served");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("trusted.pem");
    std::fs::write(&file, trusted).unwrap();
    let (good_id, good_secret) = endpoint(&app, &format!("{good_url}?token={PLANTED}"), &ALL).await;
    let (strange_id, strange_secret) = endpoint(&app, &format!("{strange_url}?token={PLANTED}"), &ALL).await;
    segment(&app, "a", &[]).await;
    let _server = served(&app, &folder, &file);
    until("two attempts", async || rows(&app, "webhook_attempt").await >= 2).await;
    let first = async |id: &str| shown(&app, id).await.1[0].clone();
    let told = first(&good_id).await;
    assert_eq!((&told["status"], &told["attempts"][0]["error"]), (&json!("DELIVERED"), &Value::Null), "{told}");
    let refused = first(&strange_id).await;
    let why = "The receiver could not be reached: invalid peer certificate: UnknownIssuer.";
    assert_eq!((&refused["status"], &refused["attempts"][0]["error"]), (&json!("PENDING"), &json!(why)), "{refused}");
    good.abort();
    strange.abort();
    let log = std::fs::read_to_string(folder.join("serve.log")).unwrap();
    assert!(log.contains("\"level\":\"TRACE\"") && log.contains("a webhook was delivered"), "{} bytes", log.len());
    for secret in [PLANTED, &good_secret[6..20], &strange_secret[6..20]] {
        assert!(!log.contains(secret), "{:?}", log.lines().find(|line| line.contains(secret)));
    }
}

/// A server whose machine trusts the certificates of a file.
fn served(app: &TestApp, folder: &Path, trusted: &Path) -> Served {
    let mut command = Served::usual(&app.url, folder);
    command
        .args(["--webhook-allow-private", "--lens", "off"])
        .env("SSL_CERT_FILE", trusted)
        .env("TESSERA_LOG", "trace");
    Served::start_as(command, folder)
}
