//! Admin keys: deleting them, but never the one in use, nor its owner.
//!
//! The host shows the last four characters of the credential that it holds, the
//! service a part of each key. The two are compared by the end that both show:
//!
//! | listed keys with that end | the key in use | deleting one of them | deleting another one |
//! |---|---|---|---|
//! | one | is that | never | yes |
//! | none, several | is not told | with `force` | with `force` |
//!
//! A person or service account that owns the key in use is not deleted either:
//! see [`spare_owner_of_key_in_use`].

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::precondition;
use governance_guest::given::{Given, optional};
use governance_guest::items::closed_part;
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::Completion;
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{ChangeKind, Field, FieldKind, OfferedChange};
use governance_guest::wit::model::{Reference, ResourceId};
use serde_json::{Value, json};

use super::{offer, parents, row, whole_list};
use crate::admin_api_key::{LIST, RETRIEVE, SURFACE, owner, resource};
use crate::manifest::CREDENTIAL;
use crate::session::{Session, changing};

/// The field that lets a key be deleted although it may be the one in use.
pub const FORCE: &str = "force";

const SURE: &str = "make sure that it is not so, and give force";
/// How many characters both have to show. Four are shown by the host; some
/// lists of the service show three.
const SHOWN: usize = 3;
/// What stands for what is not shown.
const MASKS: [char; 4] = ['*', '.', '\u{2026}', '\u{2022}'];

const DELETE: Endpoint = changing(
    "admin-api-keys-delete",
    Method::Delete,
    "/organization/admin_api_keys/{key_id}",
    SURFACE,
);

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![DELETE]
}

/// What `describe` offers.
#[must_use]
pub fn offered() -> Vec<OfferedChange> {
    vec![offer(ChangeKind::DeleteResource, vec![force_field()])]
}

/// The field [`FORCE`].
#[must_use]
pub fn force_field() -> Field {
    let description = "Go on although the admin key in use is not recognised, and could be lost";
    optional(FORCE, "Force", description, FieldKind::Boolean)
}

/// Which of the listed keys is the one in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InUse<'a> {
    /// This one, for sure.
    Recognised(&'a Value),
    /// It is not told, for this reason.
    NotTold(&'static str),
}

/// Finds the key in use by what the host shows of it.
fn recognise<'a>(keys: &'a [Value], shown: Option<&str>) -> InUse<'a> {
    let Some(shown) = shown else {
        return InUse::NotTold("the host shows nothing of the admin key in use");
    };
    let bears = |key: &&Value| {
        let redacted = key.text("redacted_value");
        redacted.is_some_and(|redacted| same_end(redacted, shown))
    };
    let mut bearers = keys.iter().filter(bears);
    match (bearers.next(), bearers.next()) {
        (Some(key), None) => InUse::Recognised(key),
        (None, _) => InUse::NotTold("no listed admin key ends like the one in use"),
        (Some(_), Some(_)) => InUse::NotTold("several listed admin keys end like the one in use"),
    }
}

/// Whether two redacted values can be of one key: both show enough characters
/// behind their masks, and the shorter end is the end of the longer one.
fn same_end(one: &str, other: &str) -> bool {
    let (one, other) = (end(one), end(other));
    let enough = one.chars().count().min(other.chars().count()) >= SHOWN;
    enough && (one.ends_with(other) || other.ends_with(one))
}

fn end(redacted: &str) -> &str {
    let redacted = redacted.trim();
    redacted.rsplit(MASKS).next().unwrap_or(redacted)
}

/// Deletes an admin key.
///
/// # Errors
/// `precondition` if it is the one in use, or could be and `force` is not
/// given; and all that requests can bring.
pub fn delete<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    of: &Reference,
    given: &Given,
) -> Result<Completion, Stop> {
    let id = &of.id;
    let Some(found) = steps.find(&Call::new(&RETRIEVE).argument(&id.id))? else {
        return Ok(no_op(&parents::gone(id)));
    };
    let before = row::read(SURFACE, resource(&found))?;
    let keys = listed(steps)?;
    let force = given.flag(FORCE) == Some(true);
    judge(recognise(&keys, shown(session)), &id.id, force)?;
    let answer = json!({"id": id.id, "deleted": true});
    let call = Call::new(&DELETE).argument(&id.id).predicting(answer);
    if steps.remove(&call)?.is_none() {
        return Ok(no_op(&parents::gone(id)));
    }
    steps.did(&format!("deleted admin key {}", before.name), id);
    steps.consequence("whatever administers the organization with the key is refused from now on");
    Ok(Completion::Complete)
}

fn judge(in_use: InUse<'_>, id: &str, force: bool) -> Result<(), Error> {
    match in_use {
        InUse::Recognised(key) if key.text("id") == Some(id) => Err(precondition(
            "this is the admin key in use",
            "let this harness use another admin key first",
        )),
        InUse::NotTold(reason) if !force => Err(precondition(
            &format!("this could be the admin key in use: {reason}"),
            SURE,
        )),
        InUse::Recognised(_) | InUse::NotTold(_) => Ok(()),
    }
}

/// That an account which is to be deleted does not own the admin key in use: the
/// key would end with it. Reads the admin keys.
///
/// # Errors
/// `precondition` if it owns the key in use, whatever is given; or, unless
/// `force`, if it owns one that could be, or the credential may not read them;
/// and all that reading can bring.
pub fn spare_owner_of_key_in_use<T: Transport>(
    session: &Session<'_, T>,
    steps: &Steps<'_, T>,
    account: &ResourceId,
    force: bool,
) -> Result<(), Error> {
    let keys = match listed(steps) {
        Ok(keys) => keys,
        Err(error) if closed_part(&error).is_none() => return Err(error),
        Err(_) if force => return Ok(()),
        Err(error) => {
            let reason = error.message;
            let message = format!("whether it owns the admin key in use is unknown: {reason}");
            return Err(precondition(&message, SURE));
        }
    };
    judge_owner(recognise(&keys, shown(session)), &keys, &account.id, force)
}

/// A service account may be listed as a user, so that ids alone count.
fn judge_owner(in_use: InUse<'_>, keys: &[Value], id: &str, force: bool) -> Result<(), Error> {
    let owns = |key: &Value| owner(key).is_some_and(|owner| owner.id == id);
    match in_use {
        InUse::Recognised(key) if owns(key) => Err(precondition(
            "the account owns the admin key in use, which would end with it",
            "let this harness use an admin key of another account first",
        )),
        InUse::NotTold(reason) if !force && keys.iter().any(owns) => Err(precondition(
            &format!("the account owns an admin key, which could be the one in use: {reason}"),
            SURE,
        )),
        InUse::Recognised(_) | InUse::NotTold(_) => Ok(()),
    }
}

fn listed<T: Transport>(steps: &Steps<'_, T>) -> Result<Vec<Value>, Error> {
    whole_list::rows(steps, &LIST, |after| LIST.call(after), |_| true)
}

fn shown<'a, T>(session: &'a Session<'_, T>) -> Option<&'a str> {
    let credentials = &session.credentials;
    let held = credentials.iter().find(|held| held.id == CREDENTIAL)?;
    held.redacted_value.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redacted_values_are_compared_by_the_end_that_both_show() {
        for (listed, held, expected) in [
            ("sk-admin-****************abcd", "\u{2026}abcd", true),
            ("sk-admin-...bcd", "\u{2026}abcd", true),
            ("sk-a...xabcd", "\u{2026}abcd", true),
            ("sk-admin-abcd", "\u{2026}abcd", true),
            ("sk-\u{2022}\u{2022}\u{2022}abcd ", "\u{2026}abcd", true),
            ("sk-admin-****abce", "\u{2026}abcd", false),
            ("sk-admin-****ABCD", "\u{2026}abcd", false),
            ("sk-admin-****cd", "\u{2026}abcd", false),
            ("sk-admin-****", "\u{2026}abcd", false),
            ("", "\u{2026}abcd", false),
            ("sk-admin-****abcd", "\u{2026}", false),
            ("sk-admin-****abcd", "", false),
        ] {
            assert_eq!(same_end(listed, held), expected, "{listed} and {held}");
        }
    }

    fn key(id: &str, redacted: &str, owner: &str) -> Value {
        json!({"id": id, "redacted_value": redacted, "owner": {"type": "user", "id": owner}})
    }

    #[test]
    fn the_key_in_use_stays_and_one_that_could_be_it_needs_force() {
        let (a, b) = (key("a", "sk-*abcd", "ada"), key("b", "sk-*wxyz", "bob"));
        let twin = key("c", "sk-*abcd", "cy");
        let (pair, twins) = (vec![a.clone(), b.clone()], vec![a, b, twin]);
        for (keys, shown, id, allowed, forced) in [
            (&pair, Some("\u{2026}abcd"), "a", false, false),
            (&pair, Some("\u{2026}abcd"), "b", true, true),
            (&pair, Some("\u{2026}none"), "a", false, true),
            (&pair, None, "a", false, true),
            (&twins, Some("\u{2026}abcd"), "a", false, true),
            (&twins, Some("\u{2026}abcd"), "b", false, true),
        ] {
            let in_use = recognise(keys, shown);
            let told = [false, true].map(|force| judge(in_use, id, force).is_ok());
            assert_eq!(told, [allowed, forced], "{id} with {shown:?}");
        }
    }

    #[test]
    fn the_owner_of_the_key_in_use_stays() {
        let keys = [key("a", "sk-*abcd", "ada"), key("b", "sk-*wxyz", "bob")];
        for (shown, account, allowed, forced) in [
            (Some("\u{2026}abcd"), "ada", false, false),
            (Some("\u{2026}abcd"), "bob", true, true),
            (Some("\u{2026}none"), "bob", false, true),
            (Some("\u{2026}none"), "cy", true, true),
            (None, "ada", false, true),
        ] {
            let in_use = recognise(&keys, shown);
            let judge = |force| judge_owner(in_use, &keys, account, force).is_ok();
            let told = [false, true].map(judge);
            assert_eq!(told, [allowed, forced], "{account} with {shown:?}");
        }
    }
}
