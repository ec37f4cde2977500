// One line for each account and entitlement: on small screens and on paper.

const LIST_ROW = 30;

// As many lines as somebody may want on paper.
const PRINTED = 5000;

function lines(rows) {
  return rows.flatMap(({ account, access }) => access.map((one) => ({ account, access: one })));
}

function cells({ account, access }) {
  return [
    account.name,
    word(account.status),
    nameOf(resourceOf(access)),
    entitlementOf(access).name,
    how(access),
  ];
}

function listRow(line) {
  const [name, ...others] = cells(line);
  const told = ways(line.access).join('; ');
  const button = element('button', {
    type: 'button', class: 'name', title: told, 'aria-label': `Ways: ${told}`,
  }, told);
  button.addEventListener('click', () => showAccount(line.account, resourceOf(line.access)));
  return element(
    'tr',
    {},
    element('th', { scope: 'row', title: name }, name),
    ...others.map((text) => element('td', { title: text }, text)),
    element('td', {}, button),
  );
}

// Puts what is asked for where paper takes it from.
function fillPrinted(rows) {
  const all = lines(rows);
  const printed = all.slice(0, PRINTED).map((line) => {
    const [name, ...others] = cells(line);
    const texts = [...others, ways(line.access).join('; ')];
    const head = element('th', { scope: 'row' }, name);
    return element('tr', {}, head, ...texts.map((text) => element('td', {}, text)));
  });
  document.querySelector('#static tbody').replaceChildren(...printed);
  byId('static-note').textContent = all.length > PRINTED
    ? `The first ${number(PRINTED)} of ${number(all.length)} lines.`
    : `${byId('count').textContent}`;
}
