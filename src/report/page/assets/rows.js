// A report's rows: columns that know how to be shown, sorted and searched.

class Column {
  constructor(cells) {
    Object.assign(this, cells);
    this.isText = this.kind === "text" || this.kind === "id" || this.kind === "word";
    this.isFilterable = this.isText || ["flag", "count", "integer"].includes(this.kind);
    // Whether it has few enough values to choose from.
    this.isFacet = this.kind === "flag" || (this.texts?.length ?? Infinity) <= 2000;
  }

  value(row) {
    const value = this.values[row];
    return this.texts && value !== null ? this.texts[value] : value;
  }

  // A text of the report in the language of the page.
  translated(text) {
    return language === 0 ? this.zh?.[text] ?? text : text;
  }

  // A value of a condition, which is a text.
  named(value) {
    return this.kind === "word" ? wordName(this.words, value) : this.translated(value);
  }

  // As people read it.
  show(row) {
    const value = this.value(row);
    if (value === null) return "";
    switch (this.kind) {
      case "word": return wordName(this.words, value);
      case "flag": return value ? t("yes") : t("no");
      case "count": case "integer": return number(value);
      case "ratio": return percent(value, 1);
      case "time": return time(value);
      case "decimal": return money(value);
      case "list": return value.join(" ");
      default: return this.translated(value);
    }
  }

  // As links and SQL name it; the empty text stands for null.
  plain(row) {
    const value = this.value(row);
    if (value === null) return "";
    if (this.kind === "flag") return value ? "true" : "false";
    if (this.kind === "time") return time(value);
    return Array.isArray(value) ? value.join(" ") : String(value);
  }

  // Each row's place among the values of the column: equal values share one, null has -1.
  get ranks() {
    if (this.ranked) return this.ranked;
    const isNumber = !this.isText && this.kind !== "list";
    const plain = (value) => (value === null ? null : Array.isArray(value) ? value.join(" ") : isNumber ? Number(value) : value);
    const values = (this.texts ?? this.values).map(plain);
    const distinct = [...new Set(values.filter((value) => value !== null))];
    // Words come in the order of their vocabulary: what is serious is more than what is fine.
    const words = Object.keys(DATA.words[this.words] ?? {});
    if (words.length) distinct.sort((a, b) => words.indexOf(a) - words.indexOf(b));
    else if (isNumber) distinct.sort((a, b) => a - b);
    else distinct.sort();
    const rank = new Map(distinct.map((value, n) => [value, n]));
    const ofValue = Int32Array.from(values, (value) => (value === null ? -1 : rank.get(value)));
    const places = this.texts ? Int32Array.from(this.values, (place) => (place === null ? -1 : ofValue[place])) : ofValue;
    this.ranked = { places, size: distinct.length };
    return this.ranked;
  }

  // Whether each row's text holds `wanted`, which is in lower case.
  holds(wanted) {
    const has = (text) => text.toLowerCase().includes(wanted) || this.translated(text).toLowerCase().includes(wanted);
    if (this.kind === "word") {
      const found = this.texts.map((text) => has(text) || has(wordName(this.words, text)));
      return (row) => this.values[row] !== null && found[this.values[row]];
    }
    if (this.texts) {
      const found = this.texts.map(has);
      return (row) => this.values[row] !== null && found[this.values[row]];
    }
    if (!this.isText && this.kind !== "list") return null;
    this.lower ??= this.values.map((value) => (value === null ? "" : String(value).toLowerCase()));
    return (row) => this.lower[row].includes(wanted) || (this.zh && this.values[row] !== null && has(this.values[row]));
  }
}

class Rows {
  constructor(excerpt) {
    Object.assign(this, { name: excerpt.name, total: excerpt.total, count: excerpt.rows });
    this.columns = excerpt.columns.map((cells) => new Column(cells));
    this.byName = new Map(this.columns.map((column) => [column.name, column]));
  }

  // The rows that the conditions and the search leave, as a list of places.
  select({ where, search }, except) {
    const tests = [];
    for (const [name, values] of where) {
      const column = this.byName.get(name);
      if (!column || name === except) continue;
      const wanted = new Set(values);
      if (wanted.has(NOT_NULL)) tests.push((row) => column.values[row] !== null);
      else if (column.texts) {
        const places = column.texts.map((text) => wanted.has(text));
        tests.push((row) => (column.values[row] === null ? wanted.has("") : places[column.values[row]]));
      } else tests.push((row) => wanted.has(column.plain(row)));
    }
    if (search) {
      const holds = this.columns.map((column) => column.holds(search.toLowerCase())).filter(Boolean);
      tests.push((row) => holds.some((test) => test(row)));
    }
    const found = new Uint32Array(this.count);
    let n = 0;
    for (let row = 0; row < this.count; row++) if (tests.every((test) => test(row))) found[n++] = row;
    return found.subarray(0, n);
  }

  // In order of a column, null last whichever way; rows that are equal there stay as the report has them.
  sort(found, { column, isDown }) {
    if (!this.byName.has(column)) return found;
    const { places, size } = this.byName.get(column).ranks;
    const slot = (row) => (places[row] < 0 ? size : isDown ? size - 1 - places[row] : places[row]);
    const begins = new Uint32Array(size + 2);
    for (const row of found) begins[slot(row) + 1]++;
    for (let n = 1; n < begins.length; n++) begins[n] += begins[n - 1];
    const sorted = new Uint32Array(found.length);
    for (const row of found) sorted[begins[slot(row)]++] = row;
    return sorted;
  }

  // The values of a column among rows that the other conditions leave, the most frequent first.
  facets(filter, column) {
    const counts = new Map();
    for (const row of this.select(filter, column.name)) {
      const value = column.plain(row);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    for (const value of filter.where.get(column.name) ?? []) if (!counts.has(value)) counts.set(value, 0);
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }
}

const TABLES = new Map(DATA.tables.map((excerpt) => [excerpt.name, new Rows(excerpt)]));

