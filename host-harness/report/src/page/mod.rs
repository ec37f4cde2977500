//! The page: its parts put together, with the policy that allows nothing but them.

mod changes;
mod figures;
mod findings;
mod gaps;
mod head;
mod listing;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

pub use gaps::GAPS_TOLD;
pub use listing::LINES_TOLD;

use crate::Report;
use crate::markup::Markup;

const STYLE: &str = concat!(
    include_str!("../../assets/page.css"),
    include_str!("../../assets/access.css"),
    include_str!("../../assets/print.css"),
);

/// One script, of pieces that share one scope.
const SCRIPT: &str = concat!(
    "'use strict';\n(() => {\n",
    include_str!("../../assets/holdings.js"),
    include_str!("../../assets/filter.js"),
    include_str!("../../assets/rows.js"),
    include_str!("../../assets/matrix.js"),
    include_str!("../../assets/list.js"),
    include_str!("../../assets/account.js"),
    include_str!("../../assets/review.js"),
    "})();\n",
);

impl Report {
    /// The page.
    ///
    /// # Errors
    /// The data is none that JSON can hold.
    pub fn page(&self) -> serde_json::Result<String> {
        let page = Markup::fill(
            include_str!("../../assets/page.html"),
            &[
                ("policy", Markup::text(&policy())),
                ("style", Markup::fixed(STYLE)),
                ("title", head::title(self)),
                ("head", head::head(self)),
                ("gaps", gaps::section(self)),
                ("figures", figures::section(self)),
                ("findings", findings::section(self)),
                ("changes", changes::section(self)),
                ("access", listing::section(self)),
                ("data", Markup::json(&self.holdings)?),
                ("script", Markup::fixed(SCRIPT)),
            ],
        );
        Ok(page.into_text())
    }
}

/// Nothing is loaded from anywhere, and nothing runs but the page's own script and
/// style, known by their hashes. The empty icon keeps browsers from asking for one.
fn policy() -> String {
    let [script, style] = [SCRIPT, STYLE].map(|it| STANDARD.encode(Sha256::digest(it)));
    format!(
        "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; \
         img-src data:; base-uri 'none'; form-action 'none'"
    )
}

#[cfg(test)]
mod tests;
