//! Few enough to know each by name, with every state that a row can be in.

use super::small_projects::{self, People};
use super::{invitation, person};
use crate::clock::{HOUR, days_before};
use crate::organization::Organization;
use crate::organization::OrganizationRole::{Owner, Reader};
use crate::organization::Refusal;

pub(super) fn fill(organization: &mut Organization, now: u64) -> Result<(), Refusal> {
    let people = people(organization, now);
    invitations(organization, now);
    small_projects::fill(organization, &people, now)
}

fn people(organization: &mut Organization, now: u64) -> People {
    let (name, email) = ("Ada Lovelace", "ada.lovelace@example.com");
    let ada = person(organization, name, email, Owner, days_before(now, 400));
    ada.is_default = true;
    ada.api_key_last_used_at = Some(now.saturating_sub(2 * HOUR));
    let ada = ada.id.clone();

    let (name, email) = ("Grace Hopper", "Grace.Hopper@Example.com");
    let grace = person(organization, name, email, Owner, days_before(now, 300));
    grace.is_scim_managed = true;
    grace.technical_level = Some("expert".to_owned());
    let grace = grace.id.clone();

    let (name, email) = ("Alan Turing", "alan.turing@example.com");
    let alan = person(organization, name, email, Reader, days_before(now, 40));
    alan.api_key_last_used_at = Some(days_before(now, 35));
    let alan = alan.id.clone();

    let (name, email) = ("Annie Easley", "annie.easley@example.com");
    let annie = person(organization, name, email, Reader, days_before(now, 200));
    annie.banned_at = Some(days_before(now, 10));
    let annie = annie.id.clone();

    let nameless = organization.add_user(Reader, days_before(now, 100));
    let nameless = nameless.id.clone();

    let nightly = organization.add_service_account("nightly-evaluation", days_before(now, 90));
    nightly.api_key_last_used_at = Some(now.saturating_sub(HOUR));
    let nightly = nightly.id.clone();

    let idle = organization.add_service_account("unfinished-migration", days_before(now, 20));
    let idle = idle.id.clone();
    People {
        ada,
        grace,
        alan,
        annie,
        nameless,
        nightly,
        idle,
    }
}

fn invitations(organization: &mut Organization, now: u64) {
    let accepted = invitation("alan.turing@example.com", Reader);
    let row = organization.add_invitation(accepted, days_before(now, 41));
    row.accepted_at = Some(days_before(now, 40));

    let expired = invitation("dorothy.vaughan@example.com", Owner);
    organization.add_invitation(expired, days_before(now, 30));

    let mut pending = invitation("Katherine.Johnson@example.com", Reader);
    pending.projects = None;
    organization.add_invitation(pending, days_before(now, 1));
}
