// What is asked for, and what matches it.

const ANY = '';

const byName = [...data.resources].sort((a, b) => a.name.localeCompare(b.name, 'en'));

const HELD = {
  direct: (access) => access[1] & MARKS.direct,
  inherited: (access) => access[1] & MARKS.inherited,
  'not told how': (access) => access[1] & MARKS.notTold,
  pending: (access) => access[1] & MARKS.pending,
  'without effect': (access) => access[1] & MARKS.ineffective,
  'as an owner': (access) => entitlementOf(access).owns,
};

function asked() {
  const value = (id) => byId(id).value;
  return {
    person: value('person').trim().toLowerCase(),
    type: value('type'),
    resource: value('resource').trim().toLowerCase(),
    entitlement: value('entitlement'),
    status: value('status'),
    how: value('how'),
  };
}

// The accounts with what of theirs matches, and the resources that matter.
function matching(wanted) {
  const fits = (resource) => resource.type === wanted.type
    && resource.sought.includes(wanted.resource);
  const candidates = byName.filter(fits);
  const isCandidate = new Set(candidates);
  const narrows = wanted.resource || wanted.entitlement !== ANY || wanted.how !== ANY;
  const rows = [];
  for (const account of data.accounts) {
    if (wanted.status !== ANY && account.status !== wanted.status) continue;
    if (!account.sought.includes(wanted.person)) continue;
    const access = account.access.filter((one) => isCandidate.has(resourceOf(one))
      && (wanted.entitlement === ANY || entitlementOf(one).name === wanted.entitlement)
      && (wanted.how === ANY || (HELD[wanted.how] && HELD[wanted.how](one))));
    const unknown = isOpen(account, candidates, wanted);
    const kept = wanted.how === 'unknown' ? unknown : access.length > 0 || !narrows || unknown;
    if (kept) rows.push({ account, access });
  }
  return { rows, resources: columnsOf(candidates, rows) };
}

// What nobody knows might match what is asked, other than how it is held.
function isOpen(account, candidates, wanted) {
  if (wanted.how !== ANY && wanted.how !== 'unknown') return false;
  return areas.length > 0 && candidates.some(({ place }) => isUnknown(account.place, place));
}

// Without the columns in which none of many rows has anything.
function columnsOf(candidates, rows) {
  if (rows.length === data.accounts.length) return candidates;
  const used = new Set(rows.flatMap(({ access }) => access.map(resourceOf)));
  const open = ({ place }) => areas.length > 0
    && rows.some(({ account }) => isUnknown(account.place, place));
  return candidates.filter((resource) => used.has(resource) || open(resource));
}

function options(select, values, all) {
  const choices = values.map(([value, text]) => element('option', { value }, text));
  if (all) choices.unshift(element('option', { value: ANY }, all));
  select.replaceChildren(...choices);
}

const distinct = (values) => [...new Set(values)].sort((a, b) => a.localeCompare(b, 'en'));

// Kinds of resources, the one that most is about first.
function types() {
  const held = new Map(data.resources.map(({ type }) => [type, [0, 0]]));
  for (const { type, scope } of data.resources) {
    const weight = held.get(type);
    weight[0] = Math.max(weight[0], scope ? 1 : 0);
    weight[1] += 1;
  }
  const weightOf = (type) => held.get(type);
  return [...held.keys()].sort((a, b) => weightOf(b)[0] - weightOf(a)[0]
    || weightOf(b)[1] - weightOf(a)[1] || a.localeCompare(b, 'en'));
}

function offerChoices() {
  options(byId('type'), types().map((type) => [type, word(type)]));
  options(byId('status'), distinct(data.accounts.map(({ status }) => status))
    .map((status) => [status, word(status)]), 'any');
  const unknown = areas.length ? ['unknown'] : [];
  options(byId('how'), [...Object.keys(HELD), ...unknown].map((key) => [key, key]), 'in any way');
  offerEntitlements();
}

function offerEntitlements() {
  const type = byId('type').value;
  const onType = data.entitlements.filter(({ resource }) => data.resources[resource].type === type);
  const names = distinct(onType.map(({ name }) => name));
  options(byId('entitlement'), names.map((name) => [name, name]), 'any');
}
