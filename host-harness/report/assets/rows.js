// A table of which only the rows in sight are in the page, so that it is as fast
// for thousands as for ten. All rows are of one height. One that stays in sight
// stays the same element, so that it keeps the focus.

class Rows {
  constructor(frame, body, height, make) {
    Object.assign(this, { frame, body, height, make, rows: [], shown: new Map() });
    this.above = element('tr', { class: 'space', 'aria-hidden': 'true' });
    this.below = element('tr', { class: 'space', 'aria-hidden': 'true' });
    body.append(this.above, this.below);
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
    this.keep(0, 0);
    this.show();
  }

  show() {
    const spare = 8;
    const above = Math.floor(this.frame.scrollTop / this.height);
    const inSight = Math.ceil(this.frame.clientHeight / this.height);
    const first = Math.max(0, above - spare);
    const last = Math.min(this.rows.length, above + inSight + spare);
    this.keep(first, last);
    let next = this.below;
    for (let place = last - 1; place >= first; place -= 1) {
      if (!this.shown.has(place)) this.add(place, next);
      next = this.shown.get(place);
    }
    this.above.style.height = `${first * this.height}px`;
    this.below.style.height = `${(this.rows.length - last) * this.height}px`;
  }

  keep(first, last) {
    for (const [place, line] of this.shown) {
      if (place >= first && place < last) continue;
      line.remove();
      this.shown.delete(place);
    }
  }

  add(place, next) {
    const line = this.make(this.rows[place]);
    line.setAttribute('aria-rowindex', place + 2);
    this.body.insertBefore(line, next);
    this.shown.set(place, line);
  }
}
