// Accounts in rows, resources in columns, a mark for each entitlement. The look
// of a mark tells how it is held, its letters which one it is.

const COLUMNS = 40;
const MATRIX_ROW = 30;

const matrix = { columns: [], begin: 0, codes: new Map() };

// Letters for names: the first one, or as many as tell it from others.
function codesFor(names) {
  const codes = new Map();
  const taken = new Set();
  for (const name of names) {
    const letters = [...name.replace(/[^\p{L}\p{N}]/gu, '')].map((it) => it.toUpperCase());
    const tries = [letters[0], letters[0] + (letters[1] || ''), letters[0] + (letters[2] || '')];
    let code = tries.find((it) => it && !taken.has(it));
    for (let next = 1; !code || taken.has(code); next += 1) code = `${letters[0] || '#'}${next}`;
    taken.add(code);
    codes.set(name, code);
  }
  return codes;
}

function lookOf(access) {
  const mark = access[1];
  const looks = [
    [MARKS.direct, 'direct'], [MARKS.pending, 'pending'],
    [MARKS.inherited, 'indirect'], [MARKS.notTold, 'told-not'],
  ];
  const [, look] = looks.find(([one]) => mark & one) || [0, 'told-not'];
  return `mark ${look}${mark & MARKS.ineffective ? ' ineffective' : ''}`;
}

function marked(access) {
  return element('span', { class: lookOf(access) }, matrix.codes.get(entitlementOf(access).name));
}

function cell(row, resource) {
  const access = row.access.filter((one) => resourceOf(one) === resource);
  const unknown = isUnknown(row.account.place, resource.place);
  const question = unknown ? [element('span', { class: 'mark unknown' }, '?')] : [];
  if (!access.length) {
    return element('td', { tabindex: '-1', 'aria-label': unknown && 'unknown' }, ...question);
  }
  const words = access.map((one) => `${entitlementOf(one).name}: ${how(one)}`);
  if (unknown) words.push('more is unknown');
  const button = element('button', {
    type: 'button',
    class: 'cell',
    tabindex: '-1',
    title: `${row.account.name} on ${resource.name}\n${words.join('\n')}`,
    'aria-label': `${row.account.name} on ${nameOf(resource)}: ${words.join('; ')}`,
  }, ...access.map(marked), ...question);
  button.addEventListener('click', () => showAccount(row.account, resource));
  return element('td', { tabindex: '-1' }, button);
}

function matrixRow(row) {
  const { account } = row;
  const name = element('button', {
    type: 'button', class: 'name', title: `${account.name}\n${account.email}`,
  }, account.name);
  name.addEventListener('click', () => showAccount(account));
  const status = account.status === 'active' ? [] : [
    element('span', { class: 'status' }, word(account.status)),
  ];
  const shown = matrix.columns.slice(matrix.begin, matrix.begin + COLUMNS);
  const head = element('th', { scope: 'row' }, element('div', {}, name, ...status));
  return element('tr', {}, head, ...shown.map((resource) => cell(row, resource)));
}

function matrixHead() {
  const shown = matrix.columns.slice(matrix.begin, matrix.begin + COLUMNS);
  const heads = shown.map((resource) => {
    const ended = resource.status === 'active' || resource.status === 'not-told' ? '' : ` (${word(resource.status)})`;
    const parent = resource.parent ? `\nin ${resource.parent}` : '';
    const title = `${nameOf(resource)}${ended}\n${resource.id}${parent}`;
    return element('th', { scope: 'col', title }, element('div', {}, resource.name + ended));
  });
  return element('tr', { 'aria-rowindex': '1' }, element('th', { scope: 'col' }, 'Account'), ...heads);
}

function showColumns() {
  const { begin, columns } = matrix;
  const end = Math.min(begin + COLUMNS, columns.length);
  byId('matrix').querySelector('thead').replaceChildren(matrixHead());
  byId('columns').textContent = columns.length
    ? `Columns ${number(begin + 1)}–${number(end)} of ${number(columns.length)}` : 'No columns';
  byId('earlier').disabled = begin === 0;
  byId('later').disabled = end === columns.length;
}

function turnColumns(by, rows) {
  matrix.begin = Math.max(0, matrix.begin + by);
  showColumns();
  rows.refresh();
}

function showCodes() {
  const codes = [...matrix.codes].map(([name, code]) => element('span', {}, `${code} ${name}`));
  byId('codes').replaceChildren(...codes.slice(0, 60));
}

// Arrow keys move from cell to cell, and so on through all rows.
function moveFocus(event) {
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  const step = steps[event.key];
  const from = event.target.closest('td, th');
  if (!step || !from) return;
  const row = {
    '-1': from.parentElement.previousElementSibling,
    0: from.parentElement,
    1: from.parentElement.nextElementSibling,
  }[step[0]];
  const next = row && row.cells[from.cellIndex + step[1]];
  if (!next) return;
  event.preventDefault();
  (next.querySelector('button') || next).focus();
}
