// The data as Rust wrote it (holdings.rs): tables that refer to each other by
// place. An access is [entitlement, marks, ways, until].

const MARKS = { direct: 1, inherited: 2, notTold: 4, pending: 8, ineffective: 16, moreWays: 32 };

const HOW = [
  [MARKS.direct, 'direct'],
  [MARKS.inherited, 'inherited'],
  [MARKS.notTold, 'not told how'],
  [MARKS.pending, 'pending'],
  [MARKS.ineffective, 'without effect'],
];

const data = JSON.parse(document.getElementById('data').textContent);

const word = (text) => text.replace(/[_-]/g, ' ');
const number = (count) => count.toLocaleString('en-US');
const byId = (id) => document.getElementById(id);

// Text only ever becomes text: no name can be markup.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(attribute, '');
    else if (value !== false && value !== undefined) made.setAttribute(attribute, value);
  }
  made.append(...children);
  return made;
}

const entitlementOf = (access) => data.entitlements[access[0]];
const resourceOf = (access) => data.resources[entitlementOf(access).resource];

function how(access) {
  const words = HOW.filter(([mark]) => access[1] & mark).map(([, text]) => text);
  if (access[3]) words.push(`until ${access[3]}`);
  return words.join(', ');
}

function nameOf(resource) {
  return `${word(resource.type)} ${resource.name}`;
}

// A way in steps, the account's own grant first.
function steps(way) {
  return way.through.map((place) => {
    const { resource, name } = data.entitlements[place];
    return `${nameOf(data.resources[resource])} (${name})`;
  });
}

// How each access is held, in words.
function ways(access) {
  const told = access[2].map((place) => {
    const way = data.ways[place];
    const words = way.through.length > 1 ? steps(way).join(' → ') : word(way.how);
    const sources = way.sources.length ? `, through ${way.sources.join(', ')}` : '';
    return `${words}${sources}${way.effective ? '' : ' (without effect)'}`;
  });
  if (access[1] & MARKS.pending) told.push(how(access));
  if (access[1] & MARKS.moreWays) told.push('and by more ways');
  return told;
}

const areas = data.unknown.map(({ resources, accounts }) => ({
  resources: resources && new Set(resources),
  accounts: accounts && new Set(accounts),
}));

// Whether nobody knows what an account holds on a resource besides.
function isUnknown(account, resource) {
  return areas.some((area) => (!area.accounts || area.accounts.has(account))
    && (!area.resources || area.resources.has(resource)));
}

data.accounts.forEach((account, place) => {
  account.place = place;
  account.sought = `${account.name}\n${account.email}\n${account.id}`.toLowerCase();
});
data.resources.forEach((resource, place) => {
  resource.place = place;
  resource.sought = `${resource.name}\n${resource.id}`.toLowerCase();
});
