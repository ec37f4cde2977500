//! Tests, and what else has to pass before a change is merged.

use std::time::Duration;

use crate::Result;
use crate::context::{Context, announce, step};

const TEST: [&str; 3] = ["test", "--workspace", "--locked"];
const LICENSES: [&str; 5] = ["run", "--quiet", "--locked", "--package", "licenses"];

/// Runs all tests.
pub(crate) fn test(context: &Context) -> Result<()> {
    step("tests", &mut context.cargo(&TEST)).map(drop)
}

/// Checks licenses and sources of all dependencies.
pub(crate) fn licenses(context: &Context) -> Result<()> {
    step("licenses", &mut context.cargo(&LICENSES)).map(drop)
}

/// Checks everything, what is quickest first, and stops at the first failure.
pub(crate) fn ci(context: &Context) -> Result<()> {
    let format = context.cargo(&["fmt", "--all", "--check"]);
    let mut lints = context.cargo(&["clippy", "--workspace", "--all-targets", "--locked"]);
    lints.args(["--", "-D", "warnings"]);
    let mut documentation = context.cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
    documentation.env("RUSTDOCFLAGS", "-D warnings");
    let steps = [
        ("formatting", format),
        ("licenses", context.cargo(&LICENSES)),
        ("lints", lints),
        ("documentation", documentation),
        ("tests", context.cargo(&TEST)),
    ];
    let mut summary = Vec::new();
    for (title, mut command) in steps {
        summary.push((title, step(title, &mut command)?));
    }
    announce(&told(&summary));
    Ok(())
}

fn told(summary: &[(&str, Duration)]) -> String {
    let steps: Vec<String> = summary
        .iter()
        .map(|(title, time)| format!("{title} {} s", time.as_secs()))
        .collect();
    format!("all passed: {}", steps.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_tells_the_time_of_each_step() {
        let summary = [
            ("formatting", Duration::from_millis(900)),
            ("tests", Duration::from_secs(75)),
        ];
        assert_eq!(told(&summary), "all passed: formatting 0 s, tests 75 s");
    }
}
