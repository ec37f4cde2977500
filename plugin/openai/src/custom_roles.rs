//! Whether a project has custom roles: the one fact of its roles that the
//! reading of their holders depends on. It travels in tokens.

use governance_guest::token::Token;

const KEY: &str = "custom";

/// Whether there are custom roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomRoles {
    /// There are none.
    None,
    /// There are some, or there may be, and who holds them can be asked.
    Some,
    /// It cannot be read, and who holds them neither.
    Unknown,
}

impl CustomRoles {
    /// What a token says.
    #[must_use]
    pub fn of(token: &Token) -> Self {
        match token.get(KEY) {
            Some("some") => Self::Some,
            Some("unknown") => Self::Unknown,
            _ => Self::None,
        }
    }

    /// The token, saying it.
    #[must_use]
    pub fn put(self, token: Token) -> Token {
        let word = match self {
            Self::None => None,
            Self::Some => Some("some"),
            Self::Unknown => Some("unknown"),
        };
        token.with(KEY, word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_into_a_token_comes_out() {
        for custom in [CustomRoles::None, CustomRoles::Some, CustomRoles::Unknown] {
            assert_eq!(CustomRoles::of(&custom.put(Token::new("step"))), custom);
        }
    }
}
