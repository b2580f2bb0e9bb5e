pub(crate) async fn import(_: &crate::scene::Scene<'_>, _: &mut crate::report::Report) -> anyhow::Result<()> { Ok(()) }
