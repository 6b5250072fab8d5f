// What charts have in common: a card with a title, a sentence that says what is to be seen, and the numbers as a table.

// `draw(width)` gives the picture; `numbers` are rows of a table that says the same, head first.
function card({ id, title, lead, draw, numbers, isWide }) {
  const picture = el("div", { class: "picture" });
  const table = numbers && el("details", { class: "numbers" }, el("summary", null, t("chart.numbers")),
    el("div", { class: "scroll" }, el("table", null,
      el("thead", null, el("tr", null, numbers[0].map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", null, numbers.slice(1).map((row) => el("tr", null, row.map((text, n) => el(n ? "td" : "th", n ? null : { scope: "row" }, text))))))));
  const section = el("section", { class: `card chart${isWide ? " wide" : ""}`, id, "aria-label": title },
    el("h3", null, title), lead && el("p", { class: "lead" }, lead), picture, table);
  const drawAt = (width) => {
    if (!width || width === section.drawn) return;
    section.drawn = width;
    picture.replaceChildren(draw(width));
  };
  section.redraw = () => drawAt(Math.floor(picture.clientWidth));
  section.drawForPaper = () => drawAt(isWide ? 640 : 300);
  new ResizeObserver(section.redraw).observe(picture);
  return section;
}

// A card for what was not measured: that is no zero.
const unmeasured = (id, title, why) => el("section", { class: "card chart unmeasured", id, "aria-label": title },
  el("h3", null, title), el("p", { class: "not-measured" }, el("strong", null, t("not.measured")), el("span", null, why)));

// The colour of a word: by what it is for relations, by how serious it is for others.
const OWN_TONES = ["outcome", "scope", "origin"];
const tone = (vocabulary, word) => (OWN_TONES.includes(vocabulary) ? `tone-${word}` : `tone-${severityOf(vocabulary, word)}`);

// Round steps for an axis, at most `most` of them.
function steps(top, most) {
  const rough = Math.max(1, top / most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough));
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, n) => n * step);
}

const legend = (entries) => el("ul", { class: "legend" }, entries.map(([name, toneName]) => el("li", null, el("span", { class: `swatch ${toneName}` }), name)));

const everyChart = (how) => document.querySelectorAll(".chart").forEach((section) => section[how]?.());

// A linked shape that says what it stands for.
const linkTo = (href, label, ...children) => svg("a", { href, "aria-label": label }, ...children);

// Bars that lie, in markup, so that names wrap and cut themselves.
function lyingBars(entries) {
  const most = Math.max(1, ...entries.map((entry) => entry.parts.reduce((sum, [count]) => sum + count, 0)));
  return el("ul", { class: "lying" }, entries.map((entry) => {
    const parts = entry.parts.filter(([count]) => count > 0).map(([count, toneName, name]) => {
      const part = el("span", { class: `part ${toneName}` });
      part.style.width = `${(count / most) * 100}%`;
      return withTip(part, entry.title, `${name}: ${number(count)}`);
    });
    return el("li", null, el("a", { href: entry.href }, el("span", { class: "name" }, entry.name), el("span", { class: "track" }, parts), el("span", { class: "amount" }, entry.amount)));
  }));
}

// Counts by the words of a vocabulary, each with its mark.
function wordsCard({ id, title, table, column: name, vocabulary, counts, total, why }) {
  if (!counts) return unmeasured(id, title, why);
  const words = Object.entries(counts).filter(([, count]) => count > 0);
  const entries = words.map(([word, count]) => ({
    title: wordName(vocabulary, word), href: link(table, { [name]: [word] }, count), amount: number(count),
    name: [DATA.severities[vocabulary] && mark(severityOf(vocabulary, word)), el("strong", null, wordName(vocabulary, word)), code(word)],
    parts: [[count, tone(vocabulary, word), t("count")]],
  }));
  return card({ id, title, lead: t("words.total", { count: number(total) }), draw: () => lyingBars(entries), numbers: [[title, t("count")], ...words.map(([word, count]) => [wordName(vocabulary, word), number(count)])] });
}
