// Draws the page in the chosen language, follows the address, and remembers the choices.

let theme = memory.get("theme") ?? "auto";
let filter = fromHash(location.hash) ?? newFilter();

// The line above a table that says what is and what is not in the page: `shown` of `all` rows, if it is known how many.
function tableNote(rows, shown, all) {
  // Rejects are listed up to a limit: no report holds all of them.
  const counts = { shown: number(shown), all: number(all) };
  const part = all > shown && (all > rows.total ? t("rows.capped", counts) : t("rows.part", counts));
  const excerpt = () => (rows.count < rows.total ? [t("rows.excerpt", { shown: number(rows.count), total: number(rows.total) }), t("rows.sql")] : []);
  const sentences = NOTES[rows.name]?.(part, all === shown, rows) ?? (part || all === shown ? [part] : excerpt());
  return sentences.filter(Boolean).join(language ? " " : "");
}

const tableTitle = (name) => ({
  relations: t("tables.relations"), target_relations: t("tables.target_relations"), accounts: t("tables.accounts"), groups: t("tables.groups"), join_codes: t("tables.join_codes"), billing: t("tables.billing"),
  coverage: t("tables.coverage"), rejects: t("tables.rejects"), inputs: t("tables.inputs"), control_totals: t("tables.control_totals"),
})[name];

function tablesSection() {
  const note = el("p", { class: "note" });
  const count = el("span", { class: "found", role: "status" });
  const chips = el("span", { class: "chips" });
  const sql = el("code", { class: "sql-text" });
  const sqlTitle = el("span");
  const search = el("input", { type: "search", class: "search", placeholder: t("tables.search"), "aria-label": t("tables.search"), oninput: () => { filter.search = search.value.trim(); changed(); } });
  const holder = el("div");
  const chip = (name, value) => el("button", { class: "chip", onclick: () => drop(name, value), "aria-label": t("filter.remove") }, el("span", null, say(TABLES.get(filter.table).byName.get(name).title)),
    " ", el("b", null, value === "" ? t("value.none") : value === NOT_NULL ? t("value.any") : TABLES.get(filter.table).byName.get(name).named(value)), el("span", { "aria-hidden": "true" }, " ×"));
  const drop = (name, value) => {
    const left = filter.where.get(name).filter((other) => other !== value);
    if (left.length) filter.where.set(name, left);
    else filter.where.delete(name);
    table.changed();
  };
  const said = () => {
    chips.replaceChildren(...[...filter.where].flatMap(([name, values]) => values.map((value) => chip(name, value))));
    count.textContent = t("rows.found", { found: number(table.found.length), all: number(table.rows.count) });
    const [shown, all] = [table.found.length, allOf(filter)];
    const isCut = all > shown;
    sql.textContent = toSql(filter);
    sqlTitle.textContent = isCut ? t("sql.all", { all: number(Math.min(all, table.rows.total)) }) : t("sql.title");
    note.textContent = tableNote(table.rows, shown, all);
    note.classList.toggle("cut", isCut);
    // What gives all of the rows stands where the page says that it does not hold them.
    (isCut ? note : holder).after(sqlLine);
    tabs.forEach((tab) => tab.setAttribute("aria-selected", String(tab.dataset.table === filter.table)));
  };
  // The address follows, without a step back for every letter typed.
  const onChange = () => { said(); history.replaceState(null, "", toHash(filter)); };
  const changed = () => { table.update(); onChange(); };
  const table = new Table(onChange);
  const show = () => { search.value = filter.search; holder.replaceChildren(table.mount(filter)); said(); requestAnimationFrame(() => table.draw()); };
  // What was not measured has no rows, which is not to say that there are none.
  const isOffered = (rows) => MEASURED[rows.name] !== null;
  const tabs = [...TABLES.values()].filter(isOffered).map((rows) => el("button", {
    role: "tab", "data-table": rows.name, onclick: () => { filter = newFilter(rows.name); show(); onChange(); },
  }, tableTitle(rows.name), el("span", { class: "count" }, number(rows.count))));
  const download = () => {
    const link = el("a", { href: URL.createObjectURL(new Blob([table.csv()], { type: "text/csv;charset=utf-8" })), download: `${CASE.id}-${filter.table}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const copySql = el("button", { class: "quiet", onclick: () => copy(toSql(filter), copySql) }, t("copy"));
  const sqlLine = el("div", { class: "sql" }, sqlTitle, sql, copySql);
  const section = el("section", { class: "tables", id: "tables" }, el("h2", null, t("tables.title")),
    el("div", { class: "tabs", role: "tablist", "aria-label": t("tables.title") }, tabs),
    el("div", { class: "tools" }, search, chips, count, el("button", { class: "quiet csv", title: t("csv.hint"), onclick: download }, t("csv"))),
    note, holder, sqlLine);
  return { section, show };
}

// For paper: the first rows of what there is to know, in plain tables.
const PRINTED_ROWS = 25;

function paper() {
  return el("section", { class: "paper" }, Object.entries(PRINTED).map(([name, names]) => {
    const rows = TABLES.get(name);
    const columns = names.map((column) => rows.byName.get(column));
    const worst = rows.sort(rows.select(newFilter(name)), { column: "severity", isDown: true });
    const lines = Array.from(worst.subarray(0, PRINTED_ROWS), (row) => el("tr", null, columns.map((column) => el("td", { class: isNumeric(column) ? "num" : "" }, column.show(row)))));
    return rows.count > 0 && [el("h3", null, tableTitle(name), " ", el("small", null, t("paper.first", { shown: number(lines.length), all: number(rows.total) }))),
      el("table", null, el("thead", null, el("tr", null, columns.map((column) => el("th", { class: isNumeric(column) ? "num" : "" }, say(column.title))))), el("tbody", null, lines))];
  }));
}

let showTable = () => {};

function render() {
  document.documentElement.lang = LANGUAGES[language];
  document.documentElement.dataset.theme = theme;
  document.title = `${CASE.title} · ${conclusion()}`;
  const actions = {
    speak: (chosen) => { language = chosen; memory.set("language", chosen ? "en" : "zh"); render(); },
    theme: () => theme,
    paint: (chosen) => { theme = chosen; memory.set("theme", chosen); render(); },
  };
  const tables = tablesSection();
  showTable = tables.show;
  tip.hidden = true;
  document.getElementById("app").replaceChildren(topBar(actions), el("main", null, hero(), nextSteps(), charts(), tables.section, basis(), paper()), foot(), tip);
  everyChart("redraw");
  showTable();
}

// A link to rows opens their table; a link to a place of the page is the browser's.
function follow() {
  const wanted = fromHash(location.hash);
  if (!wanted) return;
  filter = wanted;
  showTable();
  document.getElementById("tables").scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

addEventListener("beforeprint", () => everyChart("drawForPaper"));
addEventListener("afterprint", () => everyChart("redraw"));
addEventListener("hashchange", follow);
// The same link again is no change of the address, and still a wish.
addEventListener("click", (event) => {
  const href = event.target.closest?.("a")?.getAttribute("href");
  if (href && href === location.hash) follow();
});
render();
if (fromHash(location.hash)) document.getElementById("tables").scrollIntoView();
