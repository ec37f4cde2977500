// Puts the parts together, and shows them anew when something else is asked for.

let found = { rows: [], resources: [] };

const matrixRows = new Rows(
  byId('matrix-window'),
  byId('matrix').querySelector('tbody'),
  MATRIX_ROW,
  matrixRow,
);
const listRows = new Rows(byId('list-window'), byId('list').querySelector('tbody'), LIST_ROW, listRow);

function isList() {
  return byId('filters').elements.view.value === 'list';
}

function showCount(wanted) {
  const held = found.rows.reduce((sum, { access }) => sum + access.length, 0);
  const accounts = `${number(found.rows.length)} of ${number(data.accounts.length)} accounts`;
  const resources = `${number(found.resources.length)} of kind ${word(wanted.type)}`;
  byId('count').textContent = `${accounts}, ${resources}, ${number(held)} entitlements held.`;
}

function show() {
  const wanted = asked();
  found = matching(wanted);
  Object.assign(matrix, { columns: found.resources, begin: 0 });
  byId('matrix-view').hidden = isList();
  byId('list-view').hidden = !isList();
  if (isList()) {
    listRows.fill(lines(found.rows));
  } else {
    showColumns();
    matrixRows.fill(found.rows);
  }
  showCount(wanted);
}

function showType() {
  offerEntitlements();
  const names = [...byId('entitlement').options].map(({ value }) => value).filter((it) => it !== ANY);
  matrix.codes = codesFor(names);
  showCodes();
  show();
}

function listen() {
  const filters = byId('filters');
  filters.addEventListener('input', (event) => (event.target.id === 'type' ? showType() : show()));
  filters.addEventListener('submit', (event) => event.preventDefault());
  // A form is only put back after this event.
  filters.addEventListener('reset', () => setTimeout(showType));
  byId('earlier').addEventListener('click', () => turnColumns(-COLUMNS, matrixRows));
  byId('later').addEventListener('click', () => turnColumns(COLUMNS, matrixRows));
  byId('matrix').addEventListener('keydown', moveFocus);
  window.addEventListener('beforeprint', () => fillPrinted(found.rows));
}

offerChoices();
listen();
// Only now is it certain that the script works: until then the plain list stays.
document.documentElement.classList.add('scripted');
showType();
