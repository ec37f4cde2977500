//! Placeholder, being written.
#[derive(Debug, clap::Args)] pub(crate) struct ListArguments {}
pub(crate) fn run(_: ListArguments, _: &mut dyn std::io::Write) -> anyhow::Result<crate::exit::Exit> { Ok(crate::exit::Exit::Done) }
