//! Keeping a page within the contract's bounds, whatever a stranger wrote into
//! it: a host refuses a page that breaks one, and with it everybody on it.
//!
//! | field | beyond its bound |
//! |---|---|
//! | name, description | cut, with `…` |
//! | e-mail address, log-in name, permission | left out, with a note |
//! | permissions beyond the most items | left out, with a note |
//! | redacted value of a secret | cut, with `…` |
//! | hint | left out: a cut one would be wrong |
//!
//! Ids and tokens are judged where they are read, since what they name is then
//! a gap.

use crate::text::{self, ITEMS_LIMIT, NAME_LIMIT};
use crate::wit::connector::Page;
use crate::wit::model::{EmailAddress, Resource};

/// The page, within the bounds.
#[must_use]
pub fn bounds(mut page: Page) -> Page {
    let mut left_out = 0_usize;
    for resource in &mut page.resources {
        left_out = left_out.saturating_add(keep(resource));
    }
    if left_out > 0 {
        let note = format!(
            "left out {left_out} texts: more than {NAME_LIMIT} bytes long, \
             or more than {ITEMS_LIMIT} on one resource"
        );
        page.notes.push(note);
    }
    for entitlement in &mut page.entitlements {
        entitlement.name = text::name(&entitlement.name);
        let description = entitlement.description.take();
        entitlement.description = description.map(|it| text::description(&it));
    }
    for note in &mut page.notes {
        *note = text::one_line(note, text::DESCRIPTION_LIMIT);
    }
    page
}

/// Keeps one resource within the bounds; how many texts were left out.
fn keep(resource: &mut Resource) -> usize {
    resource.name = text::name(&resource.name);
    resource.description = resource.description.take().map(|it| text::description(&it));
    resource.hint = resource.hint.take().filter(fits);
    let permissions = retain(&mut resource.permissions, String::as_str);
    if let Some(secret) = &mut resource.secret {
        secret.redacted_value = secret.redacted_value.take().map(|it| text::name(&it));
    }
    let Some(account) = &mut resource.account else {
        return permissions;
    };
    let emails = retain(&mut account.emails, |email: &EmailAddress| &email.address);
    let login = account.login.take();
    let too_long = login.as_ref().is_some_and(|it| !fits(it));
    account.login = login.filter(fits);
    permissions
        .saturating_add(emails)
        .saturating_add(usize::from(too_long))
}

fn retain<T>(items: &mut Vec<T>, text: impl Fn(&T) -> &str) -> usize {
    let before = items.len();
    items.retain(|item| text(item).len() <= NAME_LIMIT);
    items.truncate(ITEMS_LIMIT);
    before.saturating_sub(items.len())
}

#[expect(clippy::ptr_arg, reason = "the predicate of Option<String>::filter")]
fn fits(text: &String) -> bool {
    text.len() <= NAME_LIMIT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items;
    use crate::wit::model::{Account, AccountKind};

    fn email(address: &str) -> EmailAddress {
        EmailAddress {
            address: address.to_owned(),
            primary: false,
        }
    }

    #[test]
    fn one_overlong_text_costs_only_itself() {
        let long = "x".repeat(20_000);
        let mut page = items::page();
        page.resources.push(Resource {
            name: long.clone(),
            description: Some(long.clone()),
            hint: Some(long.clone()),
            permissions: vec!["api.read".to_owned(), long.clone()],
            account: Some(Account {
                kind: AccountKind::Human,
                emails: vec![email(&long), email("ada@example.com")],
                login: Some(long.clone()),
            }),
            ..items::resource(items::id("user", "u1"), "")
        });
        let page = bounds(page);
        let user = &page.resources[0];
        assert!(user.name.len() <= 1_024 && user.name.ends_with('…'));
        assert!(
            user.description
                .as_ref()
                .is_some_and(|it| it.len() <= 2_048)
        );
        assert_eq!(
            (&user.hint, &user.permissions),
            (&None, &vec!["api.read".to_owned()])
        );
        let account = user.account.as_ref().expect("an account");
        assert_eq!(account.emails, [email("ada@example.com")]);
        assert_eq!(account.login, None);
        assert!(page.notes[0].starts_with("left out 3 texts"));
    }
}
