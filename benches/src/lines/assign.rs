pub(crate) async fn assign(_: &crate::scene::Scene<'_>, _: &mut crate::report::Report) -> anyhow::Result<()> { Ok(()) }
