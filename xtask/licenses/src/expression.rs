//! License expressions as Cargo has them: SPDX's `OR`, `AND`, `WITH` and
//! parentheses (<https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/>),
//! and the older `/`, which means `OR`.

/// Licenses that a dependency may have: they ask for no more than their notice.
pub(crate) const ALLOWED: [&str; 12] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// What a package's license demands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Expression {
    /// One license, with its exception if it has one.
    License(String),
    /// Each of these.
    All(Vec<Self>),
    /// One of these, as one likes.
    Any(Vec<Self>),
}

impl Expression {
    /// The error says what was not understood.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let spaced = text
            .replace('(', " ( ")
            .replace(')', " ) ")
            .replace('/', " OR ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut parser = Parser { words: &words };
        let expression = parser.any()?;
        match parser.words {
            [] => Ok(expression),
            [word, ..] => Err(format!("unexpected `{word}`")),
        }
    }

    /// Whether these licenses are enough to use what is so licensed.
    pub(crate) fn is_met_by(&self, allowed: &[&str]) -> bool {
        match self {
            Self::License(license) => allowed.contains(&license.as_str()),
            Self::All(parts) => parts.iter().all(|part| part.is_met_by(allowed)),
            Self::Any(parts) => parts.iter().any(|part| part.is_met_by(allowed)),
        }
    }
}

/// Reads words from the left.
struct Parser<'a> {
    words: &'a [&'a str],
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.all()?];
        while self.take("OR") {
            parts.push(self.all()?);
        }
        Ok(single(parts, Expression::Any))
    }

    fn all(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.one()?];
        while self.take("AND") {
            parts.push(self.one()?);
        }
        Ok(single(parts, Expression::All))
    }

    fn one(&mut self) -> Result<Expression, String> {
        if self.take("(") {
            let inner = self.any()?;
            return match self.take(")") {
                true => Ok(inner),
                false => Err("a parenthesis is not closed".into()),
            };
        }
        let license = self.name()?;
        match self.take("WITH") {
            true => Ok(Expression::License(format!(
                "{license} WITH {}",
                self.name()?
            ))),
            false => Ok(Expression::License(license)),
        }
    }

    fn name(&mut self) -> Result<String, String> {
        match self.words {
            [] => Err("it ends too early".into()),
            [word @ ("AND" | "OR" | "WITH" | "(" | ")"), ..] => Err(format!("unexpected `{word}`")),
            [word, rest @ ..] => {
                self.words = rest;
                Ok((*word).to_owned())
            }
        }
    }

    fn take(&mut self, wanted: &str) -> bool {
        match self.words {
            [word, rest @ ..] if *word == wanted => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

fn single(mut parts: Vec<Expression>, of: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            of(parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_met_by_what_it_demands() {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"];
        let cases = [
            ("MIT", true),
            ("GPL-3.0", false),
            ("mit", false),
            ("GPL-3.0 OR MIT", true),
            ("GPL-3.0/MIT", true),
            ("Apache-2.0 / MIT", true),
            ("MIT AND GPL-3.0", false),
            ("MIT AND Apache-2.0", true),
            // AND binds more tightly.
            ("MIT OR Apache-2.0 AND GPL-3.0", true),
            ("GPL-3.0 AND MIT OR LGPL-3.0", false),
            ("(MIT OR Apache-2.0) AND GPL-3.0", false),
            ("(MIT OR GPL-3.0) AND Apache-2.0", true),
            ("((MIT))", true),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("Apache-2.0 WITH other-exception", false),
            ("GPL-2.0 WITH Classpath-exception OR MIT", true),
        ];
        for (text, expected) in cases {
            let met = Expression::parse(text).unwrap().is_met_by(&allowed);
            assert_eq!(met, expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_an_error() {
        for text in [
            "",
            "MIT OR",
            "OR MIT",
            "MIT Apache-2.0",
            "(MIT",
            "MIT)",
            "()",
            "MIT WITH",
        ] {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
    }
}
