// The page from top to bottom: what it is, the verdict with the numbers that matter, the next steps, what all rests on.

const outcomes = DATA.relations.by_outcome;
const countOf = (words) => words.reduce((sum, word) => sum + (outcomes[word] ?? 0), 0);
const wordsOf = (severity) => Object.keys(outcomes).filter((word) => severityOf("outcome", word) === severity);
const ARRIVED = ["migrated", "already_at_target"];

function topBar(actions) {
  const choice = (name, options, chosen, choose) => el("div", { class: "choice", role: "group", "aria-label": name },
    options.map(([value, label]) => el("button", { "aria-pressed": String(value === chosen), "data-choice": value, onclick: () => choose(value) }, label)));
  return el("header", { class: "top" },
    el("div", { class: "brand" }, el("span", { class: "logo", "aria-hidden": "true" }), el("span", null, t("brand")), el("span", { class: "kind" }, t("brand.kind"))),
    el("nav", { "aria-label": t("nav") }, [["#overview", t("nav.overview")], ["#charts", t("nav.charts")], ["#tables", t("nav.tables")], ["#basis", t("nav.basis")]]
      .map(([href, label]) => el("a", { href }, label))),
    el("div", { class: "controls" },
      choice(t("language"), [[0, t("language.zh")], [1, t("language.en")]], language, actions.speak),
      choice(t("theme"), [["auto", t("theme.auto")], ["light", t("theme.light")], ["dark", t("theme.dark")]], actions.theme(), actions.paint),
      el("button", { class: "quiet print", onclick: () => print() }, t("print"))));
}

// One of the numbers that matter: large, with what it is of, and where its rows are.
const figure = ({ id, title, value, unit, of, children }) => el("section", { class: "card figure", id, "aria-label": title },
  el("h2", null, title), el("p", { class: "value" }, el("span", { class: "large" }, value), unit && el("span", { class: "unit" }, unit), of && el("span", { class: "of" }, of)), children);

function arrivedFigure() {
  const inScope = DATA.relations.by_scope.in_scope;
  const parts = [[ARRIVED, "tone-migrated", t("figure.arrived")], [["refused"], "tone-refused", wordName("outcome", "refused")], [["undetermined"], "tone-undetermined", wordName("outcome", "undetermined")],
    [["missing", "misplaced", "refused_but_arrived"], "tone-missing", t("figure.defects")]];
  const bar = el("div", { class: "stack" }, parts.filter(([words]) => countOf(words) > 0).map(([words, toneName, name]) => {
    const part = el("a", { class: `part ${toneName}`, href: link("relations", { outcome: words }, countOf(words)), "aria-label": `${name}: ${number(countOf(words))}` });
    part.style.flexGrow = countOf(words);
    return withTip(part, name, `${number(countOf(words))} · ${percent(countOf(words), inScope)}`);
  }));
  const entries = parts.filter(([words]) => countOf(words) > 0).map(([words, toneName, name]) => el("li", null,
    el("a", { href: link("relations", { outcome: words }, countOf(words)) }, el("span", { class: `swatch ${toneName}` }), name, " ", el("b", null, number(countOf(words))))));
  return figure({
    id: "arrived", title: t("figure.arrived_of_scope"), value: percent(countOf(ARRIVED), inScope),
    of: t("figure.of", { part: number(countOf(ARRIVED)), whole: number(inScope) }), children: [bar, el("ul", { class: "legend" }, entries)],
  });
}

function openFigure() {
  const line = (severity) => el("ul", { class: "words" }, wordsOf(severity).filter((word) => outcomes[word] > 0).map((word) => el("li", null,
    el("a", { href: link("relations", { outcome: [word] }, outcomes[word]) }, wordName("outcome", word), " ", el("b", null, number(outcomes[word]))))));
  // None of them is good news, and looks so.
  const block = (severity, title) => el("div", { class: `block ${countOf(wordsOf(severity)) ? severity : "none-left"}` }, el("p", null, mark(countOf(wordsOf(severity)) ? severity : "ok"), el("a", { href: link("relations", { outcome: wordsOf(severity) }, countOf(wordsOf(severity))) },
    el("span", { class: "large" }, number(countOf(wordsOf(severity))))), el("span", { class: "unit" }, title)), line(severity));
  return el("section", { class: "card figure open", id: "open", "aria-label": t("figure.open") }, el("h2", null, t("figure.open")), block("defect", t("figure.defects")), block("review", t("figure.reviews")));
}

function billFigure() {
  if (!DATA.billing) {
    return el("section", { class: "card figure unmeasured", id: "paid", "aria-label": t("figure.paid") }, el("h2", null, t("figure.paid")), el("p", { class: "not-measured" }, el("strong", null, t("not.measured")), el("span", null, t("bill.none"))));
  }
  const bill = DATA.billing;
  const billed = bill.contracted + bill.surcharge_quantity;
  const row = (name, value, href) => el("div", { class: "pair" }, el("dt", null, href ? el("a", { href }, name) : name), el("dd", null, value));
  return figure({
    id: "paid", title: t("figure.paid"), value: number(Math.max(0, billed - bill.delivered)), unit: t("figure.undelivered"), of: t("figure.delivered_of", { delivered: number(bill.delivered), billed: number(billed) }),
    children: el("dl", { class: "pairs" }, row(t("bill.payable"), `${money(bill.payable)} ${bill.currency}`, "#bill"), row(t("bill.paid"), `${money(bill.paid)} ${bill.currency}`, "#bill"),
      row(t("bill.balance"), `${money(DATA.billing_balance)} ${bill.currency}`, "#bill"), row(t("bill.against_contract"), wordName("billing_verdict", bill.billing_verdict), "#bill")),
  });
}

const VERDICT_MARK = { reconciled: "ok", review: "review", defect: "defect", inconclusive: "review" };
const verdictSentence = () => ({ reconciled: t("verdict.reconciled"), review: t("verdict.review"), defect: t("verdict.defect"), inconclusive: t("verdict.inconclusive") })[DATA.verdict];

function hero() {
  const dates = t("hero.dates", { from: time(CASE.started_at), to: time(CASE.finished_at), zone: CASE.timezone });
  const corps = `${CASE.source} → ${CASE.target}`;
  return el("section", { class: "hero", id: "overview" },
    el("div", { class: "heading" }, el("p", { class: "eyebrow" }, t("hero.eyebrow", { id: CASE.id })), el("h1", null, CASE.title),
      el("p", { class: "dates" }, corps !== CASE.title && [corps, el("span", { class: "dot" }, "·")], dates)),
    el("div", { class: `verdict ${VERDICT_MARK[DATA.verdict]}` }, mark(VERDICT_MARK[DATA.verdict]),
      el("div", null, el("p", { class: "word" }, wordName("verdict", DATA.verdict), " ", code(DATA.verdict)), el("p", { class: "sentence" }, verdictSentence()))),
    el("div", { class: "figures" }, arrivedFigure(), openFigure(), billFigure()));
}

// Where the rows of a finding are, as far as the page holds them; the SQL there gives them all.
function findingRows(finding) {
  if (!finding.report) return null;
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

function charts() {
  const { groups, join_codes: codes, target_relations: origins } = DATA;
  return el("section", { class: "charts", id: "charts" }, el("h2", null, t("charts.title")), el("div", { class: "cards" },
    DATA.relations.total > 0 && flowCard(), accountsCard(), arrivalsCard(), billCard(),
    wordsCard({ id: "groups", title: t("groups.title"), table: "groups", column: "outcome", vocabulary: "group_outcome", counts: groups?.by_outcome, total: groups?.total, why: t("groups.none") }),
    wordsCard({ id: "codes", title: t("codes.title"), table: "join_codes", column: "verdict", vocabulary: "code_verdict", counts: codes?.by_verdict, total: codes?.total, why: t("codes.none") }),
    wordsCard({ id: "origins", title: t("origins.title"), table: "target_relations", column: "origin", vocabulary: "origin", counts: origins.by_origin, total: origins.total })));
}

// What the verdict rests on: the exports, the equations, and what the page leaves out.
function basis() {
  const absent = { "source-after": t("absent.source_after"), "target-before": t("absent.target_before") };
  const exports = DATA.exports.map(({ role, relations, taken_at: takenAt }) => el("li", { class: relations === null ? "absent" : "" },
    el("strong", null, wordName("role", role), " ", code(role)),
    el("span", null, relations === null ? t("basis.absent") : t("basis.relations", { count: number(relations) })),
    el("small", null, relations === null ? absent[role] : takenAt === null ? t("basis.taken_unknown") : t("basis.taken_at", { time: time(takenAt) }))));
  const totals = TABLES.get("control_totals");
  const holding = totals.byName.get("holds").values.filter(Boolean).length;
  return el("section", { class: "basis", id: "basis" }, el("h2", null, t("basis.title")),
    el("ul", { class: "exports" }, exports),
    el("ul", { class: "notes" },
      el("li", null, mark("ok"), el("a", { href: "#control_totals" }, t("basis.totals", { holding: number(holding), all: number(totals.total) }))),
      el("li", null, t("basis.inputs", { count: number(TABLES.get("inputs").total) }), " ", el("a", { href: "#inputs" }, t("tables.inputs"))),
      el("li", null, t("basis.chats")), el("li", null, t("basis.times", { zone: CASE.timezone })), el("li", null, t("basis.personal"))));
}

const foot = () => el("footer", { class: "foot" }, DATA.tool, el("span", { class: "dot" }, "·"), t("foot.same"));

