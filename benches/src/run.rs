//! The whole run: each database at each size, line after line.

use anyhow::Result;

use crate::args::{Kind, Line, Run};
use crate::cluster::{self, Cluster};
use crate::documents;
use crate::lines;
use crate::report::Report;
use crate::scene::{Scene, Stage};
use crate::shop::Size;

/// Measures what is wanted, prints the table and writes the JSON.
pub(crate) async fn run(run: &Run) -> Result<()> {
    let mut report = Report::default();
    about(run, &mut report)?;
    if run.wants(Line::Shops) {
        lines::shops(run, &mut report)?;
    }
    if run.wants(Line::Value) {
        lines::value_of_cdnow(run, &mut report)?;
    }
    for &kind in &run.databases {
        let cluster = match kind {
            Kind::Postgres => Some(Cluster::start()?),
            Kind::Sqlite => None,
        };
        measure(run, kind, cluster.as_ref(), &mut report).await?;
    }
    report.finish(&run.json)
}

/// What goes over everybody's documents, which are the same in all of it.
async fn everybody(scene: &Scene<'_>, report: &mut Report) -> Result<()> {
    let (run, folder) = (scene.run, scene.stage.folder.path());
    let documents = documents::write(scene.stage.tessera.url(), folder)?;
    if run.wants(Line::Rules) {
        lines::rules(scene, &documents, report).await?;
    }
    if run.wants(Line::Insights) {
        lines::insights(scene, folder, report).await?;
    }
    if run.wants(Line::Value) {
        lines::value(scene, &documents, report).await?;
    }
    Ok(std::fs::remove_file(documents)?)
}

fn about(run: &Run, report: &mut Report) -> Result<()> {
    let cores = std::thread::available_parallelism()?;
    let mut about = format!("{} cores, seed {}", cores, run.seed);
    if run.databases.contains(&Kind::Postgres) {
        about = format!("{about}, {} with {}", cluster::version()?, cluster::SETTINGS.join(" "));
    }
    report.about(about);
    report.about(format!(
        "Loads: {} rounds of {} s each, server after server; CPU is the server's an answer + PostgreSQL's. Ratios are Tessera's to the other.",
        run.rounds, run.seconds
    ));
    Ok(())
}

/// One database at every size. They stay until the sizes are held against each other.
async fn measure(run: &Run, kind: Kind, cluster: Option<&Cluster>, report: &mut Report) -> Result<()> {
    let mut stages = Vec::new();
    for &members in &run.members {
        let size = Size { members, transactions: members * 10, segments: run.segments, seed: run.seed };
        let stage = Stage::fill(kind, cluster, run, size, report)?;
        let mut scene = Scene::open(run, &stage, cluster).await?;
        lines::pages(&scene, report).await?;
        if run.wants(Line::History) {
            lines::history(&scene, report).await?;
        }
        if run.wants(Line::Download) {
            lines::download(&scene, report).await?;
        }
        if run.wants(Line::Assign) {
            lines::assign(&scene, report).await?;
        }
        // Partners' pushes are measured where many processes can send them.
        if run.wants(Line::Push) && kind == Kind::Postgres {
            lines::push(&scene, report).await?;
        }
        if run.wants(Line::Import) {
            lines::import(&scene, report).await?;
        }
        if [Line::Rules, Line::Insights, Line::Value].into_iter().any(|line| run.wants(line)) {
            // Whatever the lines before have written is in memory now, not within a moment.
            drop(scene);
            scene = Scene::open(run, &stage, cluster).await?;
            everybody(&scene, report).await?;
        }
        if run.wants(Line::Evaluate) {
            lines::evaluate(&scene, report).await?;
        }
        if run.wants(Line::Ingest) {
            lines::ingest(&scene, report).await?;
        }
        drop(scene);
        if run.wants(Line::Verify) {
            lines::verify(&stage, report)?;
        }
        stages.push(stage);
    }
    if let ([small, .., large], true) = (stages.as_slice(), run.wants(Line::Sizes)) {
        let scenes = [Scene::open(run, small, cluster).await?, Scene::open(run, large, cluster).await?];
        lines::sizes(&scenes, report).await?;
    }
    Ok(())
}
