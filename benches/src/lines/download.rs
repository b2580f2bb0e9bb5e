pub(crate) async fn download(_: &crate::scene::Scene<'_>, _: &mut crate::report::Report) -> anyhow::Result<()> { Ok(()) }
