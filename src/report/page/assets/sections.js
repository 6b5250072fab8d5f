// The page of an audit: the verdict with the numbers that matter, charts, what all rests on.

const FIRST_TABLE = "relations";
// Before the names of reports in SQL.
const FILE_PREFIX = "";
const kindOfPage = () => t("brand.kind");
const titleOfOverview = () => t("nav.overview");
const conclusion = () => wordName("verdict", DATA.verdict);

const outcomes = DATA.relations.by_outcome;
const countOf = (words) => words.reduce((sum, word) => sum + (outcomes[word] ?? 0), 0);
const wordsOf = (severity) => Object.keys(outcomes).filter((word) => severityOf("outcome", word) === severity);
const ARRIVED = ["migrated", "already_at_target"];

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

function charts() {
  const { groups, join_codes: codes, target_relations: origins } = DATA;
  return el("section", { class: "charts", id: "charts" }, el("h2", null, t("charts.title")), el("div", { class: "cards" },
    DATA.relations.total > 0 && flowCard(), accountsCard(), arrivalsCard(), billCard(),
    wordsCard({ id: "groups", title: t("groups.title"), table: "groups", column: "outcome", vocabulary: "group_outcome", counts: groups?.by_outcome, total: groups?.total, why: t("groups.none") }),
    wordsCard({ id: "codes", title: t("codes.title"), table: "join_codes", column: "verdict", vocabulary: "code_verdict", counts: codes?.by_verdict, total: codes?.total, why: t("codes.none") }),
    wordsCard({ id: "origins", title: t("origins.title"), table: "target_relations", column: "origin", vocabulary: "origin", counts: origins.by_origin, total: origins.total })));
}

// What the verdict rests on.
const basis = () => basisOf(t("basis.title"), { "source-after": t("absent.source_after"), "target-before": t("absent.target_before") }, [t("basis.chats")]);

// Of the outcomes that are looked at, what the page holds: of some the first rows, of those that ask for nothing none.
function relationsNote(part, isWhole) {
  if (isWhole) return [t("rows.to_act_on")];
  const chosen = filter.where.get("outcome");
  const left = DATA.shown.filter((entry) => (!chosen || chosen.includes(entry.outcome)) && entry.shown < entry.total);
  const absent = left.filter((entry) => entry.shown === 0).reduce((sum, entry) => sum + entry.total, 0);
  if (part) return [part, absent > 0 && t("rows.to_act_on")];
  const cut = left.filter((entry) => entry.shown > 0).map((entry) => t("rows.cut", { outcome: wordName("outcome", entry.outcome), shown: number(entry.shown), total: number(entry.total) }));
  return [t("rows.to_act_on"), ...cut, absent > 0 && t("rows.absent", { count: number(absent) }), left.length > 0 && t("rows.sql")];
}

// Above the tables of which the page holds a part, or nothing.
const NOTES = { relations: relationsNote, target_relations: (part, isWhole, rows) => [part || t("rows.elsewhere", { count: number(rows.total) })] };
// What was not measured, or is not here, by report.
const MEASURED = { target_relations: null, billing: DATA.billing, groups: DATA.groups, join_codes: DATA.join_codes };
const PRINTED = { relations: ["severity", "outcome", "reason", "source_userid", "customer_name", "target_userid"], accounts: ["source_userid", "target_userid", "in_scope", "arrival_rate", "missing", "undetermined"], groups: ["severity", "outcome", "name", "source_owner_userid", "source_member_count"], join_codes: ["severity", "verdict", "remark", "config_id"] };
