// The tables: only the rows in view are in the document, however many there are.

const ROW_HEIGHT = 36;
const WIDTHS = { word: 178, id: 168, text: 180, time: 150, count: 112, integer: 96, flag: 104, ratio: 104, decimal: 128, list: 260 };
const WIDE = { severity: 112, outcome: 236, reason: 250, scope: 230, verdict: 250, source_external_userid: 300, source_file: 230, path: 320, name: 200, detail: 320, place: 300, filter: 420, basis: 360, no_part: 380, advice: 470, assessment_reason: 200 };
const isNumeric = (column) => ["count", "integer", "ratio", "decimal"].includes(column.kind);
const width = (column) => WIDE[column.name] ?? WIDTHS[column.kind];

// A cell's content: a word with its mark and its code, else the text.
function cellContent(column, row) {
  const value = column.value(row);
  if (value === null) return [el("span", { class: "none" }, "–")];
  if (column.kind !== "word") return [column.show(row)];
  const severity = column.words === "severity" ? value : DATA.severities[column.words]?.[value];
  return [severity && mark(severity), el("span", { class: "word" }, wordName(column.words, value)), column.words !== "severity" && code(value)];
}

class Table {
  constructor(onChange) {
    this.onChange = onChange;
    this.pool = [];
    this.active = 0;
  }

  // Draws the frame of a report; rows come with `update`.
  mount(filter) {
    this.filter = filter;
    this.rows = TABLES.get(filter.table);
    this.columns = this.rows.columns;
    this.template = this.columns.map((column) => `${width(column)}px`).join(" ");
    this.head = el("div", { class: "tr head", role: "row", "aria-rowindex": 1 }, this.columns.map((column, n) => this.header(column, n)));
    this.head.style.gridTemplateColumns = this.template;
    this.space = el("div", { class: "space", role: "presentation" });
    this.empty = el("div", { class: "empty" });
    this.grid = el("div", {
      class: "grid", role: "grid", tabindex: 0, "aria-label": t("tables.title"), "aria-colcount": this.columns.length,
      onscroll: () => this.schedule(), onkeydown: (event) => this.key(event), onclick: (event) => this.open(event.target.closest("[data-row]")),
    }, this.head, this.space);
    this.pool = [];
    this.update();
    return el("div", { class: "grid-frame" }, this.grid, this.empty);
  }

  header(column, n) {
    const { sort, where } = this.filter;
    const direction = sort.column !== column.name ? "none" : sort.isDown ? "descending" : "ascending";
    const arrow = { none: "", ascending: "↑", descending: "↓" }[direction];
    const title = el("button", { class: "sort", "data-sort": column.name, onclick: () => this.sortBy(column.name) },
      el("span", null, say(column.title)), el("span", { class: "arrow", "aria-hidden": "true" }, arrow));
    const isOn = where.has(column.name);
    const choose = column.isFacet && el("button", {
      class: `funnel${isOn ? " on" : ""}`, "aria-label": t("filter.by", { column: say(column.title) }), "aria-haspopup": "dialog", "data-filter": column.name,
      onclick: (event) => openFacets(this, column, event.currentTarget),
    }, svg("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }, svg("path", { d: "M1 2h10L7.2 6.4V11L4.8 9.6V6.4Z" })));
    return el("div", { class: `th${isNumeric(column) ? " num" : ""}`, role: "columnheader", "aria-sort": direction, "aria-colindex": n + 1, title: column.name }, title, choose);
  }

  sortBy(name) {
    const { sort } = this.filter;
    // Up, down, as it was.
    if (sort.column !== name) this.filter.sort = { column: name, isDown: false };
    else if (!sort.isDown) this.filter.sort = { column: name, isDown: true };
    else this.filter.sort = { column: null, isDown: false };
    this.changed();
  }

  changed() {
    this.head.replaceChildren(...this.columns.map((column, n) => this.header(column, n)));
    this.update();
    this.onChange();
  }

  update() {
    this.found = this.rows.sort(this.rows.select(this.filter), this.filter.sort);
    this.active = 0;
    this.space.style.height = `${this.found.length * ROW_HEIGHT}px`;
    this.space.style.width = `${this.columns.reduce((sum, column) => sum + width(column), 0)}px`;
    this.grid.setAttribute("aria-rowcount", this.found.length + 1);
    this.grid.classList.toggle("is-empty", !this.found.length);
    this.empty.replaceChildren(this.found.length ? "" : t("rows.none"));
    this.grid.scrollTop = 0;
    this.pool.forEach((line) => this.rest(line));
    this.draw();
  }

  // Takes a line out of view.
  rest(line) {
    line.dataset.row = "";
    line.hidden = true;
    line.removeAttribute("id");
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw(); });
  }

  // Puts the rows in view into the lines that are there already.
  draw() {
    const height = this.grid.clientHeight || 520;
    const first = Math.max(0, Math.floor(this.grid.scrollTop / ROW_HEIGHT) - 3);
    const last = Math.min(this.found.length, first + Math.ceil(height / ROW_HEIGHT) + 6);
    while (this.pool.length < last - first) this.pool.push(this.line());
    const free = [];
    const shown = new Set();
    for (const line of this.pool) {
      const place = line.dataset.row === "" ? -1 : Number(line.dataset.row);
      if (place >= first && place < last) shown.add(place);
      else free.push(line);
    }
    for (let place = first; place < last; place++) if (!shown.has(place)) this.put(free.pop(), place);
    for (const line of free) this.rest(line);
    this.highlight();
  }

  line() {
    const cells = this.columns.map((column, n) => el("div", { class: `td ${column.kind}${isNumeric(column) ? " num" : ""}`, role: "gridcell", "aria-colindex": n + 1 }));
    const line = el("div", { class: "tr", role: "row", "data-row": "" }, cells);
    line.style.gridTemplateColumns = this.template;
    this.space.append(line);
    return line;
  }

  put(line, place) {
    const row = this.found[place];
    line.hidden = false;
    line.dataset.row = place;
    line.id = `row-${place}`;
    line.setAttribute("aria-rowindex", place + 2);
    line.style.transform = `translateY(${place * ROW_HEIGHT}px)`;
    this.columns.forEach((column, n) => {
      const cell = line.children[n];
      const value = column.values[row];
      // Neighbours often have the same word: what stands there already stays.
      if (cell.shown === value && column.kind === "word") return;
      cell.shown = value;
      if (value === null || column.kind === "word") cell.replaceChildren(...cellContent(column, row).filter(Boolean));
      else cell.textContent = column.show(row);
    });
  }

  highlight() {
    for (const line of this.pool) line.classList.toggle("active", line.dataset.row === String(this.active));
    this.grid.setAttribute("aria-activedescendant", `row-${this.active}`);
  }

  key(event) {
    if (event.target !== this.grid) return;
    const page = Math.max(1, Math.floor(this.grid.clientHeight / ROW_HEIGHT) - 2);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Enter") {
      // Else the button that the opened row puts the focus on would take it, and close the row.
      event.preventDefault();
      this.open(document.getElementById(`row-${this.active}`));
    }
    if (step === undefined || !this.found.length) return;
    event.preventDefault();
    this.active = Math.max(0, Math.min(this.found.length - 1, this.active + step));
    const [top, view] = [this.active * ROW_HEIGHT, this.grid.clientHeight - this.head.offsetHeight];
    if (top < this.grid.scrollTop) this.grid.scrollTop = top;
    else if (top + ROW_HEIGHT > this.grid.scrollTop + view) this.grid.scrollTop = top + ROW_HEIGHT - view;
    this.draw();
  }

  // A whole row, with every value.
  open(line) {
    if (!line || line.dataset.row === "" || line.dataset.row === undefined) return;
    this.active = Number(line.dataset.row);
    this.highlight();
    const row = this.found[this.active];
    const close = el("button", { class: "quiet", onclick: () => dialog.close() }, t("close"));
    const values = this.columns.map((column) => el("div", { class: "pair" },
      el("dt", null, say(column.title), " ", code(column.name)), el("dd", { class: column.kind }, cellContent(column, row))));
    const dialog = el("dialog", { class: "row-dialog", "aria-label": t("row.title"), onclose: () => { dialog.remove(); this.grid.focus({ preventScroll: true }); } },
      el("header", null, el("h3", null, t("row.title")), close), el("dl", null, values));
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    document.body.append(dialog);
    dialog.showModal();
  }

  // What is shown, as CSV that Excel opens in Chinese; a text that a sheet would take for a formula or a number is guarded,
  // as `starts_a_formula` has it.
  csv() {
    const guarded = (column, text) => (column.isText || column.kind === "list") && (/^([\t\r\n]|\s*[=+\-@＝＋－＠])/.test(text) || (column.kind === "id" && /^(0\d+|\d{12,})$/.test(text)));
    const cell = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const lines = [this.columns.map((column) => cell(say(column.title)))];
    for (const row of this.found) {
      lines.push(this.columns.map((column) => {
        const text = isNumeric(column) && column.kind !== "ratio" ? String(column.value(row) ?? "") : column.show(row);
        return cell(guarded(column, text) ? `'${text}` : text);
      }));
    }
    return `\ufeff${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
  }
}

// The values of a column to choose from.
function openFacets(table, column, button) {
  const chosen = new Set(table.filter.where.get(column.name) ?? []);
  const facets = table.rows.facets(table.filter, column);
  const apply = () => {
    if (chosen.size) table.filter.where.set(column.name, [...chosen]);
    else table.filter.where.delete(column.name);
    table.changed();
  };
  const title = (value) => (value === "" ? t("value.none") : value === NOT_NULL ? t("value.any") : column.kind === "flag" ? (value === "true" ? t("yes") : t("no")) : column.kind === "word" ? wordName(column.words, value) : column.translated(value));
  const item = ([value, count]) => {
    const box = el("input", { type: "checkbox", value, onchange: () => { if (box.checked) chosen.add(value); else chosen.delete(value); apply(); } });
    box.checked = chosen.has(value);
    return el("label", null, box, el("span", { class: "value" }, title(value), column.kind === "word" && value && code(value)), el("span", { class: "count" }, number(count)));
  };
  const list = el("div", { class: "facets" });
  const draw = (wanted) => list.replaceChildren(...facets.filter(([value]) => `${value} ${title(value)}`.toLowerCase().includes(wanted)).slice(0, 200).map(item));
  draw("");
  const search = facets.length > 10 && el("input", { type: "search", placeholder: t("filter.find"), "aria-label": t("filter.find"), oninput: (event) => draw(event.target.value.toLowerCase()) });
  const clear = el("button", { class: "quiet", onclick: () => { chosen.clear(); apply(); dialog.close(); } }, t("filter.clear"));
  const dialog = el("dialog", { class: "facet-dialog", "aria-label": t("filter.by", { column: say(column.title) }), onclose: () => { dialog.remove(); table.grid.querySelector(`[data-filter="${column.name}"]`)?.focus(); } },
    el("header", null, el("strong", null, say(column.title)), clear), search, list);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  const box = button.getBoundingClientRect();
  dialog.showModal();
  dialog.style.left = `${Math.max(8, Math.min(box.left - 12, innerWidth - dialog.offsetWidth - 8))}px`;
  dialog.style.top = `${Math.max(8, Math.min(box.bottom + 6, innerHeight - dialog.offsetHeight - 8))}px`;
}

