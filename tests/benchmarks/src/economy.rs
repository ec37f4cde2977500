//! The fewest requests by which all of an organization can be read, from how
//! many rows its lists have. Pure.
//!
//! A list of `n` rows takes `max(1, ⌈n / limit⌉)` requests with the largest page
//! that its endpoint has: that there is nothing takes a request to know, too.
//! Which lists have to be asked for follows from what others do not tell:
//!
//! | list | of | since |
//! |---|---|---|
//! | roles, users, invitations, groups, projects, admin keys | the organization | |
//! | roles of a user | each user, where there are custom organization roles | no other list tells who holds one |
//! | members; roles | each group | the list of groups tells neither |
//! | roles, users, groups, service accounts, keys | each live project | |
//! | roles of a user | each person in each live project | whether the list tells a viewer from a member is not settled (`role_detail` is `always`) |
//! | roles of a group | each group in each live project | the list of its groups names no role |
//! | roles of a user | each service account, where the project has custom roles | its own list tells predefined ones alone |
//!
//! Nobody in these organizations holds more roles than a page has, so that the
//! roles of one principal are one request.

use std::collections::BTreeMap;

use serde::Deserialize;

/// How many rows lists have: the answer of the simulator's `/control/census`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Census {
    users: u64,
    invitations: u64,
    roles: u64,
    custom_roles: u64,
    admin_keys: u64,
    groups: Vec<Group>,
    projects: Vec<Project>,
}

impl Census {
    /// Rows of the organization's list of users.
    pub(crate) fn users(&self) -> u64 {
        self.users
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Group {
    members: u64,
    roles: u64,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Project {
    live: bool,
    roles: u64,
    custom_roles: u64,
    people: u64,
    groups: u64,
    service_accounts: u64,
    keys: u64,
}

/// Requests by route, as `METHOD path-template`.
pub(crate) type Requests = BTreeMap<String, u64>;

/// The largest page of most lists, and of those about groups and roles.
const PAGE: u64 = 100;
const LARGE_PAGE: u64 = 1_000;

/// The fewest requests, by route.
pub(crate) fn fewest(census: &Census) -> Requests {
    let groups: Vec<_> = census.groups.iter().collect();
    let live: Vec<_> = census.projects.iter().filter(|it| it.live).collect();
    let lists = [
        ("organization/roles", pages(census.roles, LARGE_PAGE)),
        ("organization/users", pages(census.users, PAGE)),
        ("organization/invites", pages(census.invitations, PAGE)),
        (
            "organization/admin_api_keys",
            pages(census.admin_keys, PAGE),
        ),
        ("organization/groups", pages(count(&groups), LARGE_PAGE)),
        (
            "organization/projects",
            pages(count(&census.projects), PAGE),
        ),
        (
            "organization/users/{user_id}/roles",
            where_there_are(census.custom_roles, census.users),
        ),
        (
            "organization/groups/{group_id}/users",
            sum(&groups, |it| pages(it.members, LARGE_PAGE)),
        ),
        (
            "organization/groups/{group_id}/roles",
            sum(&groups, |it| pages(it.roles, LARGE_PAGE)),
        ),
        (
            "projects/{project_id}/roles",
            sum(&live, |it| pages(it.roles, LARGE_PAGE)),
        ),
        (
            "organization/projects/{project_id}/users",
            sum(&live, |it| pages(it.people, PAGE)),
        ),
        (
            "organization/projects/{project_id}/groups",
            sum(&live, |it| pages(it.groups, PAGE)),
        ),
        (
            "organization/projects/{project_id}/service_accounts",
            sum(&live, |it| pages(it.service_accounts, PAGE)),
        ),
        (
            "organization/projects/{project_id}/api_keys",
            sum(&live, |it| pages(it.keys, PAGE)),
        ),
        (
            "projects/{project_id}/users/{user_id}/roles",
            sum(&live, |it| {
                it.people + where_there_are(it.custom_roles, it.service_accounts)
            }),
        ),
        (
            "projects/{project_id}/groups/{group_id}/roles",
            sum(&live, |it| it.groups),
        ),
    ];
    let asked = lists.into_iter().filter(|(_, requests)| *requests > 0);
    asked
        .map(|(path, requests)| (format!("GET /v1/{path}"), requests))
        .collect()
}

/// Where more was asked than the fewest, or what is not among them: the route,
/// the requests sent, and the fewest.
pub(crate) fn excess<'a>(
    sent: &'a Requests,
    fewest: &Requests,
) -> impl Iterator<Item = (&'a str, u64, u64)> {
    let beside = sent.iter().map(|(route, sent)| {
        let fewest = fewest.get(route).copied().unwrap_or_default();
        (route.as_str(), *sent, fewest)
    });
    beside.filter(|(_, sent, fewest)| sent > fewest)
}

fn pages(rows: u64, limit: u64) -> u64 {
    rows.div_ceil(limit).max(1)
}

fn where_there_are(custom_roles: u64, principals: u64) -> u64 {
    match custom_roles {
        0 => 0,
        _ => principals,
    }
}

fn sum<T>(of: &[&T], requests: impl Fn(&T) -> u64) -> u64 {
    of.iter().map(|it| requests(it)).sum()
}

fn count<T>(of: &[T]) -> u64 {
    of.len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(census: &Census) -> u64 {
        fewest(census).values().sum()
    }

    #[test]
    fn an_empty_list_takes_a_request_and_a_full_page_no_second_one() {
        for (rows, limit, requests) in [
            (0, 100, 1),
            (1, 100, 1),
            (100, 100, 1),
            (101, 100, 2),
            (1_000, 1_000, 1),
            (2_001, 1_000, 3),
        ] {
            assert_eq!(pages(rows, limit), requests, "{rows} by {limit}");
        }
    }

    #[test]
    fn the_fewest_follow_from_what_there_is() {
        let empty = Census::default();
        let users = |users, custom_roles| Census {
            users,
            custom_roles,
            ..Census::default()
        };
        let group = |members| Census {
            groups: vec![Group { members, roles: 0 }],
            ..Census::default()
        };
        let project = |project| Census {
            projects: vec![project],
            ..Census::default()
        };
        let live = Project {
            live: true,
            ..Project::default()
        };
        let peopled = |custom_roles| Project {
            people: 3,
            groups: 2,
            service_accounts: 4,
            custom_roles,
            ..live.clone()
        };
        for (what, census, requests) in [
            ("the six lists of the organization", empty.clone(), 6),
            ("two more pages of users", users(201, 0), 8),
            ("each user's roles", users(201, 1), 8 + 201),
            ("members and roles of a group", group(0), 8),
            ("three pages of members", group(2_001), 10),
            (
                "nothing in an archived project",
                project(Project::default()),
                6,
            ),
            (
                "the five lists of a live project",
                project(live.clone()),
                11,
            ),
            ("roles of people and groups", project(peopled(0)), 11 + 5),
            ("and of service accounts", project(peopled(1)), 11 + 9),
        ] {
            assert_eq!(total(&census), requests, "{what}");
        }
    }

    #[test]
    fn what_was_asked_too_often_is_named() {
        let requests = |all: &[(&str, u64)]| -> Requests {
            all.iter()
                .map(|(route, n)| ((*route).to_owned(), *n))
                .collect()
        };
        let fewest = requests(&[("a", 2), ("b", 1), ("d", 1)]);
        let sent = requests(&[("a", 3), ("b", 1), ("c", 4)]);
        let found: Vec<_> = excess(&sent, &fewest).collect();
        assert_eq!(found, [("a", 3, 2), ("c", 4, 0)]);
    }
}
