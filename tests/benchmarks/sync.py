"""Reads who has access to what, by the official SDK, one request after another.

The plain script that the harness is compared with: it asks what the harness
asks, with the same pages, and writes each row as a line of JSON. It is told
where to ask and with which key by OPENAI_BASE_URL and OPENAI_ADMIN_KEY, and
where to write by its only argument.
"""

import sys

from openai import OpenAI

PEOPLE = 100
ROLES = 1000


def main():
    organization = OpenAI().admin.organization
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        rows = 0
        for row in everything(organization):
            file.write(row.model_dump_json() + "\n")
            rows += 1
    print(rows)


def everything(organization):
    roles = list(organization.roles.list(limit=ROLES))
    yield from roles
    users = list(organization.users.list(limit=PEOPLE))
    yield from users
    if any(not role.predefined_role for role in roles):
        for user in users:
            yield from organization.users.roles.list(user.id, limit=ROLES)
    yield from organization.invites.list(limit=PEOPLE)
    yield from organization.admin_api_keys.list(limit=PEOPLE)
    for group in organization.groups.list(limit=ROLES):
        yield group
        yield from organization.groups.users.list(group.id, limit=ROLES)
        yield from organization.groups.roles.list(group.id, limit=ROLES)
    for project in organization.projects.list(limit=PEOPLE, include_archived=True):
        yield project
        if project.status != "archived":
            yield from inside(organization.projects, project.id)


def inside(projects, project):
    roles = list(projects.roles.list(project, limit=ROLES))
    yield from roles
    for user in projects.users.list(project, limit=PEOPLE):
        yield user
        yield from projects.users.roles.list(user.id, project_id=project, limit=ROLES)
    for group in projects.groups.list(project, limit=PEOPLE):
        yield group
        yield from projects.groups.roles.list(group.group_id, project_id=project, limit=ROLES)
    custom = any(not role.predefined_role for role in roles)
    for account in projects.service_accounts.list(project, limit=PEOPLE):
        yield account
        if custom:
            yield from projects.users.roles.list(account.id, project_id=project, limit=ROLES)
    yield from projects.api_keys.list(project, limit=PEOPLE, owner_project_access="any")


if __name__ == "__main__":
    main()
