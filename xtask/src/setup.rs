//! Set-up: the standard library that connectors are compiled with.

use crate::Result;
use crate::context::{Context, announce};

/// `yes` allows Debian's packages to be installed, as does `CI`.
pub(crate) fn run(context: &Context, yes: bool) -> Result<()> {
    let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    let library = componentize::set_up(context.route, yes || in_ci, announce)?;
    announce(&format!(
        "standard library for {}: {}",
        componentize::TARGET,
        library.route()
    ));
    Ok(())
}
