//! People's data replaced, the same by the same within a recording, so that a
//! replay of it still fits together. Pure.
//!
//! | what | becomes |
//! |---|---|
//! | what looks like an e-mail address, anywhere, in any case | `person-1@example.invalid` |
//! | what looks like a person's id, anywhere: `user-` and the like before 16 letters and digits, or 6 with a digit | `user-person1` |
//! | any text of a member, parameter or header that is called as in [`NAMES`] | `name-1` |
//! | the same, if it is a URL | `https://example.invalid/1` |
//! | the same, if it is a word of [`ROLES`] | as it is: connectors go by these |
//! | a value of a member called as in [`HANDLES`], where it stands by itself | as there |
//!
//! Names that people wrote into other texts, such as descriptions, stay, and so
//! do ids that look like any other id.

use std::collections::{HashMap, HashSet};

use url::Url;

/// Members whose texts are about people; compared without case, `_` and `-`.
pub(super) const NAMES: [&str; 26] = [
    "avatar",
    "avatarurl",
    "displayname",
    "email",
    "emailaddress",
    "emails",
    "familyname",
    "firstname",
    "formatted",
    "fullname",
    "givenname",
    "image",
    "imageurl",
    "ipaddress",
    "lastname",
    "login",
    "mail",
    "middlename",
    "name",
    "nickname",
    "phone",
    "phonenumber",
    "photo",
    "picture",
    "useragent",
    "username",
];

/// Those of them by which some services name people in paths.
pub(super) const HANDLES: [&str; 3] = ["login", "nickname", "username"];

/// Names that are no people's but those of roles.
pub(super) const ROLES: [&str; 10] = [
    "admin",
    "administrator",
    "editor",
    "guest",
    "member",
    "owner",
    "reader",
    "user",
    "viewer",
    "writer",
];

/// What people's ids begin with.
const PEOPLE: [&str; 4] = ["user", "usr", "person", "member"];

/// Letters and digits from which on an id is one without a digit in it.
const LONG: usize = 16;

/// Letters and digits from which on an id is one with a digit in it.
const SHORT: usize = 6;

/// What was replaced so far.
#[derive(Debug, Default)]
pub(crate) struct Anonymizer {
    people: HashMap<String, String>,
    ids: HashMap<String, String>,
    names: HashMap<String, String>,
    handles: HashSet<String>,
}

impl Anonymizer {
    /// A text without people's data; `member` is what it is the value of.
    pub(crate) fn text(&mut self, member: Option<&str>, text: &str) -> String {
        let member = member.map(plain).unwrap_or_default();
        let is_named = NAMES.contains(&member.as_str()) && !text.is_empty();
        if HANDLES.contains(&member.as_str()) && is_named {
            self.handles.insert(text.to_owned());
        }
        match is_named || self.handles.contains(text) {
            true => self.name(text),
            false => self.found(text),
        }
    }

    fn name(&mut self, text: &str) -> String {
        if ROLES.iter().any(|it| text.eq_ignore_ascii_case(it)) {
            return text.to_owned();
        }
        if email_at(text, 0) == Some(text.len()) {
            return self.person(text);
        }
        let number = self.names.len() + 1;
        let replacement = || match Url::parse(text).is_ok_and(|it| it.has_host()) {
            true => format!("https://example.invalid/{number}"),
            false => format!("name-{number}"),
        };
        let names = &mut self.names;
        names
            .entry(text.to_owned())
            .or_insert_with(replacement)
            .clone()
    }

    /// Replaces what stands out in a text by its form.
    fn found(&mut self, text: &str) -> String {
        let mut passed = String::with_capacity(text.len());
        let mut before = None;
        let mut at = 0;
        while let Some(left) = text.get(at..).filter(|it| !it.is_empty()) {
            if !before.is_some_and(is_local)
                && let Some(end) = email_at(text, at)
            {
                passed.push_str(&self.person(&text[at..end]));
                at = end;
            } else if !before.is_some_and(is_word)
                && let Some(end) = id_at(text, at)
            {
                passed.push_str(&self.id(&text[at..end]));
                at = end;
            } else {
                let next = left.chars().next().unwrap_or_default();
                passed.push(next);
                at += next.len_utf8();
            }
            before = text[..at].chars().next_back();
        }
        passed
    }

    fn person(&mut self, email: &str) -> String {
        let number = self.people.len() + 1;
        let people = self.people.entry(email.to_lowercase());
        people
            .or_insert_with(|| format!("person-{number}@example.invalid"))
            .clone()
    }

    fn id(&mut self, id: &str) -> String {
        let number = self.ids.len() + 1;
        let split = id.find(['-', '_']).map_or(0, |it| it + 1);
        let replacement = || format!("{}person{number}", &id[..split]);
        let ids = self.ids.entry(id.to_owned());
        ids.or_insert_with(replacement).clone()
    }
}

/// A member's name as they are compared.
pub(super) fn plain(member: &str) -> String {
    let letters = member.chars().filter(|it| !matches!(it, '_' | '-'));
    letters.flat_map(char::to_lowercase).collect()
}

/// Where the e-mail address ends that begins here.
fn email_at(text: &str, start: usize) -> Option<usize> {
    let left = text.get(start..)?;
    let local = left.find(|it| !is_local(it)).filter(|it| *it > 0)?;
    let domain = start + local + 1;
    let after = left.get(local..)?.strip_prefix('@')?;
    let is_domain = |it: char| it.is_alphanumeric() || matches!(it, '.' | '-');
    let length = after.find(|it| !is_domain(it)).unwrap_or(after.len());
    let name = after[..length].trim_end_matches(['.', '-']);
    let (first, last) = name.rsplit_once('.')?;
    (!first.is_empty() && last.chars().count() >= 2).then_some(domain + name.len())
}

/// Where the person's id ends that begins here.
fn id_at(text: &str, start: usize) -> Option<usize> {
    let left = text.get(start..)?;
    let number = PEOPLE.iter().find_map(|it| {
        let after = left.strip_prefix(it)?;
        after.strip_prefix(['-', '_'])
    })?;
    let is_other = |it: char| !it.is_ascii_alphanumeric();
    let length = number.find(is_other).unwrap_or(number.len());
    let has_digit = number[..length].bytes().any(|it| it.is_ascii_digit());
    let is_id = length >= LONG || (length >= SHORT && has_digit);
    is_id.then(|| text.len() - number.len() + length)
}

/// Of the part of an address before the `@`.
fn is_local(it: char) -> bool {
    it.is_alphanumeric() || matches!(it, '.' | '_' | '%' | '+' | '-' | '\'')
}

fn is_word(it: char) -> bool {
    it.is_alphanumeric() || matches!(it, '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anonymized(texts: &[(&str, &str)]) -> Vec<String> {
        let mut anonymizer = Anonymizer::default();
        let member = |member: &str| (!member.is_empty()).then(|| member.to_owned());
        let texts = texts.iter();
        texts
            .map(|(it, text)| anonymizer.text(member(it).as_deref(), text))
            .collect()
    }

    #[test]
    fn each_form_is_found_wherever_it_stands() {
        for (member, text, expected) in [
            ("", "", ""),
            ("", "nobody", "nobody"),
            ("", "a.b+c@x.example.com", "person-1@example.invalid"),
            ("", "<ada@x.org>, so.", "<person-1@example.invalid>, so."),
            ("", "ask ada@x.org.", "ask person-1@example.invalid."),
            (
                "",
                "mailto:ada@x.org?a",
                "mailto:person-1@example.invalid?a",
            ),
            ("", "zoë@exämple.org", "person-1@example.invalid"),
            (
                "",
                "ada@x.org,Ada@X.org",
                "person-1@example.invalid,person-1@example.invalid",
            ),
            ("", "ada@localhost", "ada@localhost"),
            ("", "@x.org", "@x.org"),
            ("", "a@b@x.org", "a@person-1@example.invalid"),
            ("", "user-A1b2C3", "user-person1"),
            ("", "grant:user_abcdefghijklmnop:x", "grant:user_person1:x"),
            ("", "user-abcdef", "user-abcdef"),
            ("", "user-agent", "user-agent"),
            ("", "superuser-A1b2C3", "superuser-A1b2C3"),
            ("", "proj_A1b2C3", "proj_A1b2C3"),
            ("id", "user-A1b2C3", "user-person1"),
            ("title", "Ada Lovelace", "Ada Lovelace"),
            ("name", "Ada Lovelace", "name-1"),
            ("Display_Name", "Ada", "name-1"),
            ("displayName", "Ada", "name-1"),
            ("name", "ada@x.org", "person-1@example.invalid"),
            ("email", "ada at home", "name-1"),
            (
                "picture",
                "https://x.org/ada.png",
                "https://example.invalid/1",
            ),
            ("name", "", ""),
            ("name", "Owner", "Owner"),
            ("email", "owner@x.org", "person-1@example.invalid"),
        ] {
            assert_eq!(anonymized(&[(member, text)]), [expected], "{member} {text}");
        }
    }

    #[test]
    fn the_same_becomes_the_same_and_others_another() {
        let texts = [
            ("email", "ada@x.org"),
            ("", "for Ada@x.org"),
            ("email", "bob@x.org"),
            ("name", "Ada"),
            ("name", "Bob"),
            ("name", "Ada"),
            ("", "user-A1b2C3/user-A1b2C4/user-A1b2C3"),
        ];
        let expected = [
            "person-1@example.invalid",
            "for person-1@example.invalid",
            "person-2@example.invalid",
            "name-1",
            "name-2",
            "name-1",
            "user-person1/user-person2/user-person1",
        ];
        assert_eq!(anonymized(&texts), expected);
    }

    #[test]
    fn who_is_named_in_paths_is_replaced_there_too() {
        let texts = [
            ("login", "ada"),
            ("", "ada"),
            ("", "adamant"),
            ("name", "users"),
            ("", "users"),
        ];
        let expected = ["name-1", "name-1", "adamant", "name-2", "users"];
        assert_eq!(anonymized(&texts), expected);
    }
}
