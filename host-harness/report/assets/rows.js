// A table of which only the rows in sight are in the page, so that it is as fast
// for thousands as for ten. All rows are of one height.

class Rows {
  constructor(frame, body, height, make) {
    Object.assign(this, { frame, body, height, make, rows: [], first: -1, last: -1 });
    frame.addEventListener('scroll', () => requestAnimationFrame(() => this.show()));
    new ResizeObserver(() => this.show()).observe(frame);
  }

  fill(rows) {
    this.rows = rows;
    this.frame.scrollTop = 0;
    this.body.parentElement.setAttribute('aria-rowcount', rows.length + 1);
    this.refresh();
  }

  refresh() {
    this.first = -1;
    this.show();
  }

  show() {
    const spare = 8;
    const above = Math.floor(this.frame.scrollTop / this.height);
    const first = Math.max(0, above - spare);
    const inSight = Math.ceil(this.frame.clientHeight / this.height);
    const last = Math.min(this.rows.length, above + inSight + spare);
    if (first === this.first && last === this.last) return;
    Object.assign(this, { first, last });
    const made = this.rows.slice(first, last).map((row, place) => {
      const line = this.make(row);
      line.setAttribute('aria-rowindex', first + place + 2);
      return line;
    });
    this.body.replaceChildren(
      this.space(first),
      ...made,
      this.space(this.rows.length - last),
    );
  }

  space(count) {
    const space = element('tr', { class: 'space', 'aria-hidden': 'true' });
    space.style.height = `${count * this.height}px`;
    return space;
  }
}
