//! An organization whose answers hold as little as the real API's have been
//! seen to: third parties and official examples lack these fields.

use super::{invitation, person};
use crate::clock::days_before;
use crate::organization::Organization;
use crate::organization::OrganizationRole::{Owner, Reader};
use crate::quirks::Omissions;

pub(super) fn omissions() -> Omissions {
    Omissions {
        optional_user_fields: true,
        invite_projects: true,
        invite_created_at: true,
        id_of: None,
    }
}

pub(super) fn fill(organization: &mut Organization, now: u64) {
    let (name, email) = ("Mae Jemison", "mae.jemison@example.com");
    person(organization, name, email, Owner, days_before(now, 500));
    let (name, email) = ("Rosalind Franklin", "rosalind.franklin@example.com");
    person(organization, name, email, Reader, days_before(now, 300));
    let (name, email) = ("Chien-Shiung Wu", "chien-shiung.wu@example.com");
    person(organization, name, email, Reader, days_before(now, 200)).role = None;
    organization.add_user(Reader, days_before(now, 100));

    let accepted = invitation("rosalind.franklin@example.com", Reader);
    let row = organization.add_invitation(accepted, days_before(now, 301));
    row.accepted_at = Some(days_before(now, 300));
    let pending = invitation("lise.meitner@example.com", Reader);
    organization.add_invitation(pending, days_before(now, 2));
}
