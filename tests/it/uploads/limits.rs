//! How much may come, and that what breaks off leaves nothing behind.

use std::io;

use bytes::Bytes;
use futures::stream;
use tests::{Database, TestApp, run_with};
use tokio::io::AsyncWriteExt;

use super::{CSV, pieces, upload};

fn small(test: impl AsyncFn(&TestApp)) {
    for database in [Database::Sqlite, Database::Postgres] {
        let change =
            |settings: &mut tessera::config::Settings| (settings.upload_bytes, settings.uploads) = (3_000_000, 2);
        run_with(database, change, async |app| test(&app).await);
    }
}

#[test]
fn a_file_over_the_limit_is_refused_with_all_its_parts_together() {
    small(async |app| {
        let announced = upload(app, "members", CSV, vec![b'x'; 3_000_001]).await;
        assert_eq!(announced.status, 413, "{announced:?}");
        let chunks = (0..40).map(|_| Ok::<_, io::Error>(Bytes::from(vec![b'x'; 100_000])));
        let endless = upload(app, "members", CSV, reqwest::Body::wrap_stream(stream::iter(chunks))).await;
        assert_eq!(endless.status, 413, "{endless:?}");
        assert_eq!(pieces(app).await, 0);
        let part = async |part: u32, bytes: usize| {
            upload(app, &format!("members?upload=a&part={part}&parts=2"), CSV, vec![b'x'; bytes]).await.status
        };
        assert_eq!(part(1, 2_000_000).await, 200);
        assert_eq!(part(2, 1_000_001).await, 413);
        assert_eq!(part(1, 2_500_000).await, 200, "a part takes its own place");
        assert_eq!(part(2, 500_000).await, 200);
        assert_eq!(pieces(app).await, 3 + 1);
    });
}

#[test]
fn so_many_uploads_wait_for_their_parts() {
    small(async |app| {
        let call =
            async |key: &str| upload(app, &format!("members?upload={key}&part=1&parts=2"), CSV, "number\n").await;
        // Two that came over the limit before wait, too, until a day is over.
        assert_eq!((call("a").await.status, call("b").await.status), (200, 200));
        let third = call("c").await;
        assert_eq!(third.status, 503, "{third:?}");
        assert!(third.headers.contains_key("retry-after"));
        assert_eq!(call("a").await.status, 200);
        upload(app, "members?upload=a&part=2&parts=2", CSV, "m1\n").await;
        assert_eq!(upload(app, "members?upload=a&parts=2", CSV, "").await.status, 202);
        assert_eq!(call("c").await.status, 200);
    });
}

#[test]
fn a_sender_that_goes_away_leaves_nothing_behind() {
    small(async |app| {
        let mut socket = tokio::net::TcpStream::connect(app.base.trim_start_matches("http://")).await.unwrap();
        let head = format!(
            "POST /imports/members HTTP/1.1\r\nhost: x\r\ncontent-type: text/csv\r\ncontent-length: 2900000\r\nauthorization: Bearer {}\r\n\r\n",
            app.token
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        socket.write_all(&vec![b'x'; 2_500_000]).await.unwrap();
        crate::jobs::until("pieces", async || pieces(app).await == 2).await;
        drop(socket);
        crate::jobs::until("nothing", async || pieces(app).await == 0).await;
    });
}
