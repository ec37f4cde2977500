//! What errors of OpenAI's API need said.

use governance_guest::refusal::Dialect;

/// How OpenAI's errors are read.
pub const DIALECT: Dialect = Dialect {
    // [L]; comes with 401 for a key that is wrong, deleted or expired.
    unauthenticated_codes: &["invalid_api_key"],
    credential_hint: "check the admin key; an organization owner makes one at \
        platform.openai.com/settings/organization/admin-keys, a project's key does not do",
    // The second half is [D].
    permission_hint: "make a new admin key that has this permission; \
        permissions added to an existing key were seen not to work",
    address_hint: "check base_url, by default https://api.openai.com/v1",
};
