// Charts of an audit: arrivals by day, and the accounts that lost most.

// Bars that stand. Each is `{ label, title, parts: [[count, tone]], href }`.
function drawArrivals(size) {
  const { bars, unit } = DATA.arrivals;
  const [height, bottom, leftEdge, top] = [260, 30, 46, 42];
  const sum = (bar) => bar.counts.reduce((total, count) => total + count, 0);
  const most = Math.max(1, ...bars.map(sum));
  const y = (value) => height - bottom - (value / most) * (height - bottom - top);
  const slot = (size - leftEdge - 8) / bars.length;
  const thick = Math.max(2, Math.min(44, slot * 0.68));
  const every = Math.ceil(46 / slot);
  const lines = steps(most, 4).map((value) => [svg("line", { class: "rule", x1: leftEdge, x2: size, y1: y(value), y2: y(value) }),
    svg("text", { class: "tick", x: leftEdge - 8, y: y(value) + 4, "text-anchor": "end" }, number(value))]);
  const shapes = bars.map((bar, n) => {
    const x = leftEdge + slot * n + (slot - thick) / 2;
    let under = 0;
    const parts = bar.counts.map((count, kind) => {
      const part = count > 0 && svg("rect", { class: ARRIVAL_TONES[kind], x, width: thick, y: y(under + count), height: Math.max(1, y(under) - y(under + count)) });
      under += count;
      return part;
    });
    const named = bar.counts.map((count, kind) => count > 0 && `${arrivalName(kind)}: ${number(count)}`).filter(Boolean);
    const total = sum(bar) > 0 && slot >= 8.5 * number(sum(bar)).length && svg("text", { class: "value", x: x + thick / 2, y: y(sum(bar)) - 6, "text-anchor": "middle" }, number(sum(bar)));
    const area = svg("rect", { class: "area", x: leftEdge + slot * n, y: top, width: slot, height: height - bottom - top, tabindex: sum(bar) ? 0 : null });
    const label = n % every === 0 && svg("text", { class: "tick", x: x + thick / 2, y: height - 10, "text-anchor": "middle" }, unit === "month" ? bar.date.slice(0, 7) : bar.date.slice(5));
    return withTip(svg("g", null, area, parts, total, label), unit === "month" ? bar.date.slice(0, 7) : bar.date, ...(named.length ? named : [t("arrivals.none")]));
  });
  return svg("svg", { viewBox: `0 0 ${size} ${height}`, role: "group", "aria-label": t("arrivals.title") }, lines, shapes, endLine());

  // Where the migration ended.
  function endLine() {
    const day = bars.findIndex((bar) => bar.date === time(CASE.finished_at, true));
    if (unit === "month" || day < 0) return null;
    const x = leftEdge + slot * (day + (CASE.finished_at % 86400) / 86400);
    return [svg("line", { class: "end", x1: x, x2: x, y1: 6, y2: height - bottom }), svg("text", { class: "tick", x: x - 6, y: 14, "text-anchor": "end" }, t("arrivals.end"))];
  }
}

const ARRIVAL_TONES = ["tone-migrated", "tone-arrived_out_of_scope", "tone-added"];
const arrivalName = (kind) => [t("arrivals.migrated"), t("arrivals.other"), t("arrivals.added")][kind];

function arrivalsCard() {
  const { bars, later, without_time: withoutTime, unit } = DATA.arrivals;
  const notes = [t("arrivals.lead", { zone: CASE.timezone })];
  const after = later.reduce((sum, count) => sum + count, 0);
  if (after) notes.push(t("arrivals.later", { count: number(after) }));
  if (withoutTime) notes.push(t("arrivals.without_time", { count: number(withoutTime) }));
  const rows = bars.map((bar) => [unit === "month" ? bar.date.slice(0, 7) : bar.date, ...bar.counts.map(number)]);
  const draw = (size) => el("div", null, legend([0, 1, 2].map((kind) => [arrivalName(kind), ARRIVAL_TONES[kind]])), drawArrivals(size));
  return card({ id: "arrivals", title: t("arrivals.title"), lead: notes.join(" "), draw, numbers: [[t("date"), arrivalName(0), arrivalName(1), arrivalName(2)], ...rows] });
}

const LOST = ["missing", "misplaced", "refused_but_arrived", "undetermined", "refused"];

// Accounts by what did not arrive as it should have, the worst first.
function accountsCard() {
  const rows = TABLES.get("accounts");
  const column = (name) => rows.byName.get(name);
  const lost = (row) => LOST.reduce((sum, outcome) => sum + column(outcome).value(row), 0);
  const worst = Array.from({ length: rows.count }, (_, row) => row).filter((row) => lost(row) > 0).sort((a, b) => lost(b) - lost(a) || a - b).slice(0, 10);
  const title = t("accounts.title");
  if (!worst.length) return el("section", { class: "card chart", id: "worst" }, el("h3", null, title), el("p", { class: "all-well" }, mark("ok"), t("accounts.none")));
  const entries = worst.map((row) => {
    const userid = column("source_userid").value(row);
    const outcome = LOST.filter((word) => column(word).value(row) > 0);
    return {
      title: `${userid} → ${column("target_userid").value(row)}`, href: link("relations", { source_userid: [userid], scope: ["in_scope"], outcome }, lost(row)),
      name: [el("strong", null, userid), el("small", null, t("accounts.rate", { rate: percent(column("migrated").value(row) + column("already_at_target").value(row), column("in_scope").value(row)) }))],
      parts: LOST.map((outcome) => [column(outcome).value(row), tone("outcome", outcome), wordName("outcome", outcome)]),
      amount: `${number(lost(row))} / ${number(column("in_scope").value(row))}`,
    };
  });
  const draw = () => el("div", null, legend(LOST.map((outcome) => [wordName("outcome", outcome), tone("outcome", outcome)])), lyingBars(entries));
  const numbers = [[t("account"), ...LOST.map((outcome) => wordName("outcome", outcome)), t("in_scope")], ...worst.map((row) => [column("source_userid").value(row), ...LOST.map((outcome) => number(column(outcome).value(row))), number(column("in_scope").value(row))])];
  return card({ id: "worst", title, lead: t("accounts.lead", { shown: number(worst.length), all: number(rows.total) }), draw, numbers });
}
