// What the pages of an audit and of a precheck have in common: the bar at the top, large numbers, next steps, the basis.

function topBar(actions) {
  const choice = (name, options, chosen, choose) => el("div", { class: "choice", role: "group", "aria-label": name },
    options.map(([value, label]) => el("button", { "aria-pressed": String(value === chosen), "data-choice": value, onclick: () => choose(value) }, label)));
  return el("header", { class: "top" },
    el("div", { class: "brand" }, el("span", { class: "logo", "aria-hidden": "true" }), el("span", null, t("brand")), el("span", { class: "kind" }, kindOfPage())),
    el("nav", { "aria-label": t("nav") }, [["#overview", titleOfOverview()], ["#charts", t("nav.charts")], ["#tables", t("nav.tables")], ["#basis", t("nav.basis")]]
      .map(([href, label]) => el("a", { href }, label))),
    el("div", { class: "controls" },
      choice(t("language"), [[0, t("language.zh")], [1, t("language.en")]], language, actions.speak),
      choice(t("theme"), [["auto", t("theme.auto")], ["light", t("theme.light")], ["dark", t("theme.dark")]], actions.theme(), actions.paint),
      el("button", { class: "quiet print", onclick: () => print() }, t("print"))));
}

// One of the numbers that matter: large, with what it is of, and where its rows are.
const figure = ({ id, title, value, unit, of, children }) => el("section", { class: "card figure", id, "aria-label": title },
  el("h2", null, title), el("p", { class: "value" }, el("span", { class: "large" }, value), unit && el("span", { class: "unit" }, unit), of && el("span", { class: "of" }, of)), children);

// Where the rows of a finding are, as far as the page holds them; the SQL there gives them all.
function findingRows(finding) {
  if (!TABLES.has(finding.report)) return null;
  const filter = fromSql(finding.report, finding.filter);
  return filter && el("a", { class: "rows-link", href: leadTo(filter, finding.count) }, t("steps.rows", { count: number(finding.count) }));
}

function step(finding) {
  const waived = finding.waived > 0 && el("p", { class: "waived" }, t("steps.waived", { count: number(finding.waived) }), finding.waived_by && ` ${finding.waived_by}`, finding.waived_until && ` ${t("steps.until", { day: finding.waived_until })}`, finding.waived_reason && ` ${finding.waived_reason}`);
  const examples = finding.examples.length > 0 && el("p", { class: "examples", title: finding.examples.join("\n") }, `${t("steps.examples")} `, code(finding.examples[0]));
  return el("li", { class: `step ${finding.severity}${finding.counts ? "" : " settled"}` }, mark(finding.severity),
    el("div", null, el("p", { class: "message" }, say(finding.message)), el("p", { class: "do" }, say(finding.next_step)),
      el("p", { class: "meta" }, code(finding.code), findingRows(finding)), waived, examples));
}

const STEPS_AT_FIRST = 6;
let areAllStepsShown = false;

function nextSteps() {
  const urgent = DATA.findings.filter((finding) => finding.counts && (finding.severity === "defect" || finding.severity === "review"));
  const rest = DATA.findings.filter((finding) => !urgent.includes(finding));
  const items = [...urgent, ...rest].map(step);
  const firstShown = Math.min(STEPS_AT_FIRST, urgent.length);
  const list = el("ol", { class: "steps" }, items);
  const more = el("button", { class: "quiet more" });
  const show = () => {
    items.forEach((item, n) => item.classList.toggle("later", !areAllStepsShown && n >= firstShown));
    more.textContent = areAllStepsShown ? t("steps.less") : t("steps.all", { count: number(items.length) });
    more.setAttribute("aria-expanded", String(areAllStepsShown));
  };
  more.addEventListener("click", () => { areAllStepsShown = !areAllStepsShown; show(); });
  show();
  return el("section", { class: "next", id: "next" }, el("header", null, el("h2", null, t("steps.title")), el("p", null, urgent.length ? t("steps.lead", { count: number(urgent.length) }) : t("steps.none")), items.length > firstShown && more), list);
}

// What all rests on: the exports, the equations, and what the page leaves out. `absent`: what follows from an export that is not there, by role.
function basisOf(title, absent, notes) {
  const exports = DATA.exports.map(({ role, relations, taken_at: takenAt }) => el("li", { class: relations === null ? "absent" : "" },
    el("strong", null, wordName("role", role), " ", code(role)),
    el("span", null, relations === null ? t("basis.absent") : t("basis.relations", { count: number(relations) })),
    el("small", null, relations === null ? absent[role] : takenAt === null ? t("basis.taken_unknown") : t("basis.taken_at", { time: time(takenAt) }))));
  const totals = TABLES.get("control_totals");
  const holding = totals.byName.get("holds").values.filter(Boolean).length;
  return el("section", { class: "basis", id: "basis" }, el("h2", null, title),
    el("ul", { class: "exports" }, exports),
    el("ul", { class: "notes" },
      el("li", null, mark("ok"), el("a", { href: "#control_totals" }, t("basis.totals", { holding: number(holding), all: number(totals.total) }))),
      el("li", null, t("basis.inputs", { count: number(TABLES.get("inputs").total) }), " ", el("a", { href: "#inputs" }, t("tables.inputs"))),
      notes.map((note) => el("li", null, note)), el("li", null, t("basis.times", { zone: CASE.timezone })), el("li", null, t("basis.personal"))));
}

const foot = () => el("footer", { class: "foot" }, DATA.tool, el("span", { class: "dot" }, "·"), t("foot.same"));
