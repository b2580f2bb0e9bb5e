pub(crate) async fn history(_: &crate::scene::Scene<'_>, _: &mut crate::report::Report) -> anyhow::Result<()> { Ok(()) }
