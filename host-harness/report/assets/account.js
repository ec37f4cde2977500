// One account: what it holds, and by which ways. Closing gives the focus back.

function facts(account) {
  const told = [
    ['E-mail', account.email],
    ['Id', `${account.type}:${account.id}`],
    ['Kind', word(account.kind)],
    ['Status', word(account.status)],
    ['Last use', account.used || 'not told'],
  ];
  return told.filter(([, fact]) => fact)
    .map(([name, fact]) => element('div', {}, element('dt', {}, name), element('dd', {}, fact)));
}

function held(access, isOpen) {
  const entitlement = entitlementOf(access);
  const summary = element(
    'summary',
    {},
    `${nameOf(resourceOf(access))}: `,
    element('strong', {}, entitlement.name),
    ` (${how(access)})`,
  );
  const items = ways(access).map((way) => element('li', {}, way));
  return element('details', { open: isOpen }, summary, element('ul', {}, ...items));
}

// Where areas are open for an account, in words.
function unknownOf(account) {
  const open = areas.some((area) => !area.accounts || area.accounts.has(account.place));
  const words = 'A gap leaves open what else this account holds: what is not here is unknown, not absent.';
  return open ? [element('p', { class: 'loud-box' }, words)] : [];
}

// With a resource, what is held on it comes first and is open.
function showAccount(account, resource) {
  const isFirst = (access) => resource !== undefined && resourceOf(access) === resource;
  const first = account.access.filter(isFirst);
  const others = account.access.filter((access) => !isFirst(access));
  byId('account-heading').textContent = account.name;
  byId('account-facts').replaceChildren(...facts(account));
  const all = [
    ...first.map((access) => held(access, true)),
    ...others.map((access) => held(access, others.length <= 12)),
  ];
  const nothing = all.length ? [] : [element('p', {}, 'Holds nothing that was read.')];
  byId('account-access').replaceChildren(...unknownOf(account), ...nothing, ...all);
  byId('account').showModal();
}
