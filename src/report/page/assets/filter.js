// What is looked at: a report, conditions on its columns, a text to search for, an order. It stands in the address, so
// that every number can link to its rows, and in SQL, for those that are not in the page.

// The condition that a column is not null; no value looks like it.
const NOT_NULL = "\u0000";

const newFilter = (table = FIRST_TABLE) => ({ table, where: new Map(), search: "", sort: { column: null, isDown: false } });

// `#relations?outcome=missing&outcome=misplaced&q=text&sort=-column`; `column=` is null, `column!=` is not null.
function toHash({ table, where, search, sort }) {
  const parts = [];
  for (const [name, values] of where) {
    for (const value of values) parts.push(value === NOT_NULL ? `${name}!=` : `${name}=${encodeURIComponent(value)}`);
  }
  if (search) parts.push(`q=${encodeURIComponent(search)}`);
  if (sort.column) parts.push(`sort=${sort.isDown ? "-" : ""}${sort.column}`);
  return `#${table}${parts.length ? "?" : ""}${parts.join("&")}`;
}

function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

function fromHash(hash) {
  const [table, query = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  if (!TABLES.has(table)) return null;
  const filter = newFilter(table);
  for (const part of query.split("&").filter(Boolean)) {
    const [name, value = ""] = part.split(/=(.*)/s);
    if (name === "q") filter.search = decoded(value);
    else if (name === "sort") filter.sort = { column: value.replace(/^-/, ""), isDown: value.startsWith("-") };
    else {
      const column = name.replace(/!$/, "");
      const known = TABLES.get(table).byName.get(column);
      if (!known || (value && !known.isFilterable)) continue;
      filter.where.set(column, [...(filter.where.get(column) ?? []), name.endsWith("!") ? NOT_NULL : decoded(value)]);
    }
  }
  return filter;
}

// How many rows each number of the page says there are, by the place that it leads to. The page may hold fewer of them.
const TOLD = new Map();
// One place for the same conditions, whichever was chosen first, and however the rows are sorted.
const placeOf = ({ table, where }) => toHash({ ...newFilter(table), where: new Map([...where].map(([name, values]) => [name, [...values].sort()]).sort()) });

// The address of the rows that a number tells of.
function leadTo(filter, count) {
  TOLD.set(placeOf(filter), count);
  return toHash(filter);
}

// A link from a number to its rows: `link("relations", { outcome: ["missing"] }, 12)`.
const link = (table, where, count) => leadTo({ ...newFilter(table), where: new Map(Object.entries(where)) }, count);

// How many rows fit, in the page or not; undefined where no number of the page says so.
function allOf(filter) {
  if (filter.search) return undefined;
  // Of all relations the page of an audit says outcome by outcome what it holds.
  const isWhole = filter.where.size === 0 && !(filter.table === "relations" && DATA.shown);
  return isWhole ? TABLES.get(filter.table).total : TOLD.get(placeOf(filter));
}

// The conditions that findings and the bill write: `a = 'x' and b in ('y', 'z') and c is null`.
function fromSql(table, sql) {
  const filter = newFilter(table);
  if (sql === "true") return filter;
  for (const condition of sql.split(" and ")) {
    const [, name, how, rest] = /^(\w+) (=|in|is) (.*)$/.exec(condition) ?? [];
    if (!name || !TABLES.get(table)?.byName.has(name)) return null;
    if (how === "is") filter.where.set(name, [rest === "not null" ? NOT_NULL : ""]);
    else filter.where.set(name, how === "in" ? [...rest.matchAll(/'([^']*)'/g)].map((match) => match[1]) : [rest.replace(/^'|'$/g, "")]);
  }
  return filter;
}

function sqlValue(column, value) {
  const isBare = ["flag", "count", "integer", "ratio", "decimal"].includes(column.kind);
  return isBare ? value : `'${value.replaceAll("'", "''")}'`;
}

function toSql({ table, where, search }) {
  const rows = TABLES.get(table);
  const conditions = [...where].filter(([name]) => rows.byName.has(name)).map(([name, values]) => {
    const column = rows.byName.get(name);
    if (values.includes(NOT_NULL)) return `${name} is not null`;
    const [known, isNull] = [values.filter(Boolean).map((value) => sqlValue(column, value)), values.includes("")];
    const listed = known.length > 1 ? `${name} in (${known.join(", ")})` : `${name} = ${known[0]}`;
    if (!known.length) return `${name} is null`;
    return isNull ? `(${listed} or ${name} is null)` : listed;
  });
  if (search) {
    const wanted = search.toLowerCase().replaceAll("'", "''");
    // The report holds the English of what the page may show in Chinese.
    const told = (column) => Object.keys(column.zh ?? {}).filter((text) => column.translated(text).toLowerCase().includes(search.toLowerCase()));
    const holds = (column) => [`strpos(lower(${column.name}), '${wanted}') > 0`, ...told(column).map((text) => `${column.name} = ${sqlValue(column, text)}`)];
    const texts = rows.columns.filter((column) => column.isText).flatMap(holds);
    conditions.push(`(${texts.join(" or ")})`);
  }
  const name = FILE_PREFIX ? `"${FILE_PREFIX}${table}"` : table;
  return `select * from ${name}${conditions.length ? ` where ${conditions.join(" and ")}` : ""}`;
}

