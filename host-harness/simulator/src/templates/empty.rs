//! One owner, and nothing else: what a new organization is.

use super::person;
use crate::clock::days_before;
use crate::organization::{Organization, OrganizationRole};

pub(super) fn fill(organization: &mut Organization, now: u64) {
    let (name, email) = ("Mary Jackson", "mary.jackson@example.com");
    let role = OrganizationRole::Owner;
    person(organization, name, email, role, days_before(now, 1)).is_default = true;
}
