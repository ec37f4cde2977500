//! Whether an entitlement is one of those that a rule means.

use crate::rule::Pattern;
use crate::sql::Builder;

impl Builder<'_> {
    /// That the entitlement in the columns `resource_type`, `resource_id` and
    /// `slug` of `own` is one of these.
    pub(crate) fn matches(&mut self, pattern: &Pattern) -> String {
        let itself = self.matches_itself(pattern, "own");
        if pattern.or_leads_there != Some(true) {
            return itself;
        }
        let there = self.matches_itself(pattern, "leads");
        format!(
            "({itself} OR EXISTS (
                 SELECT 1 FROM expansions AS leads
                 WHERE leads.sync = :sync AND leads.via_type = own.resource_type
                     AND leads.via_id = own.resource_id AND leads.via_slug = own.slug
                     AND leads.effective AND {there}
             ))"
        )
    }

    fn matches_itself(&mut self, pattern: &Pattern, row: &str) -> String {
        let mut all = Vec::new();
        if let Some(types) = self.types_of(pattern) {
            all.push(self.is_one_of(&format!("{row}.resource_type"), &types));
        }
        for (column, patterns) in [("resource_id", &pattern.resource), ("slug", &pattern.slug)] {
            if let Some(patterns) = patterns {
                all.push(self.is_like(&format!("{row}.{column}"), patterns));
            }
        }
        if let Some(patterns) = &pattern.resource_name {
            let named = self.is_like("thing.name", patterns);
            all.push(format!(
                "EXISTS (SELECT 1 FROM resources AS thing WHERE thing.sync = :sync
                     AND thing.type = {row}.resource_type AND thing.id = {row}.resource_id
                     AND {named})"
            ));
        }
        if let Some(purposes) = &pattern.purpose {
            let purpose = self.is_one_of("told.purpose", purposes);
            all.push(format!("EXISTS ({} AND {purpose})", told(row)));
        }
        let flags = [
            (pattern.floor, "told.exclusion_default"),
            (pattern.exclusive, "told.exclusion_group IS NOT NULL"),
        ];
        for (wanted, condition) in flags {
            if let Some(wanted) = wanted {
                let not = if wanted { "" } else { "NOT " };
                all.push(format!("{not}EXISTS ({} AND {condition})", told(row)));
            }
        }
        match all.is_empty() {
            true => "true".to_owned(),
            false => all.join(" AND "),
        }
    }

    /// The types on whose resources the entitlements are, if that is said.
    pub(crate) fn types_of(&self, pattern: &Pattern) -> Option<Vec<String>> {
        let Pattern {
            types,
            traits,
            not_trait,
            ..
        } = pattern;
        let is_said = types.is_some() || traits.is_some() || not_trait.is_some();
        is_said.then(|| {
            self.types
                .among(types.as_deref(), traits.as_deref(), not_trait.as_deref())
        })
    }
}

/// What is told of the entitlement of a row.
pub(crate) fn told(row: &str) -> String {
    format!(
        "SELECT 1 FROM entitlements AS told WHERE told.sync = :sync
             AND told.resource_type = {row}.resource_type
             AND told.resource_id = {row}.resource_id AND told.slug = {row}.slug"
    )
}
