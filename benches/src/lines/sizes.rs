pub(crate) async fn sizes(_: &[crate::scene::Scene<'_>; 2], _: &mut crate::report::Report) -> anyhow::Result<()> { Ok(()) }
