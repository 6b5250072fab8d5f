// The page of a precheck: what will move at which cost, what to do before the start, and what all rests on.

const FIRST_TABLE = "accounts";
const FILE_PREFIX = "precheck-";
const kindOfPage = () => t("precheck.kind");
const titleOfOverview = () => t("precheck.nav");
const conclusion = () => t("precheck.kind");

const idle = () => Object.values(DATA.accounts.by_no_part).reduce((sum, count) => sum + count, 0);
const toSettle = () => DATA.findings.filter((finding) => finding.counts && ["defect", "review"].includes(finding.severity));

function movesFigure() {
  const { total, by_scope: scopes } = DATA.relations;
  const parts = Object.entries(scopes).reverse().filter(([, count]) => count > 0);
  const bar = el("div", { class: "stack" }, parts.map(([scope, count]) => {
    const part = el("a", { class: `part ${tone("scope", scope)}`, href: link("relations", { scope: [scope] }, count), "aria-label": `${wordName("scope", scope)}: ${number(count)}` });
    part.style.flexGrow = count;
    return withTip(part, wordName("scope", scope), `${number(count)} · ${percent(count, total)}`);
  }));
  const entries = parts.map(([scope, count]) => el("li", null,
    el("a", { href: link("relations", { scope: [scope] }, count) }, el("span", { class: `swatch ${tone("scope", scope)}` }), wordName("scope", scope), " ", el("b", null, number(count)))));
  return figure({ id: "arrived", title: t("precheck.moves"), value: number(scopes.in_scope), of: t("precheck.of", { part: percent(scopes.in_scope, total), whole: number(total) }), children: [bar, el("ul", { class: "legend" }, entries)] });
}

function riskFigure() {
  const codes = DATA.join_codes;
  const over = DATA.accounts.exceeds_cap;
  const line = (count, severity, name, href) => el("div", { class: `block ${count ? severity : "none-left"}` },
    el("p", null, mark(count ? severity : "ok"), el("a", { href }, el("span", { class: "large" }, number(count))), el("span", { class: "unit" }, name)));
  return el("section", { class: "card figure open", id: "open", "aria-label": t("precheck.risks") }, el("h2", null, t("precheck.risks")),
    line(over, "review", t("precheck.over"), link("accounts", { exceeds_cap: ["true"] }, over)),
    codes && line(codes.by_predicted.empty, "review", t("precheck.die"), link("join_codes", { predicted: ["empty"] }, codes.by_predicted.empty)),
    line(idle(), "info", t("precheck.no_part"), link("accounts", { no_part: [NOT_NULL] }, idle())));
}

function costFigure() {
  if (!DATA.billing) {
    return el("section", { class: "card figure unmeasured", id: "paid", "aria-label": t("precheck.cost") }, el("h2", null, t("precheck.cost")), el("p", { class: "not-measured" }, el("strong", null, t("not.measured")), el("span", null, t("bill.none"))));
  }
  const bill = DATA.billing;
  const row = (name, value) => el("div", { class: "pair" }, el("dt", null, name), el("dd", null, value));
  return figure({
    id: "paid", title: t("precheck.cost"), value: money(bill.payable), unit: bill.currency, of: wordName("billing_verdict", bill.billing_verdict),
    children: el("dl", { class: "pairs" }, row(t("bill.contract"), money(bill.contract_amount)), row(t("bill.surcharge"), money(bill.surcharge_amount)),
      row(t("bill.paid"), money(bill.paid)), row(t("bill.balance"), money(DATA.billing_balance))),
  });
}

function hero() {
  const times = { from: time(CASE.started_at), to: CASE.finished_at === null ? "" : time(CASE.finished_at), zone: CASE.timezone };
  const dates = CASE.finished_at === null ? t("precheck.start", times) : t("hero.dates", times);
  const corps = `${CASE.source} → ${CASE.target}`;
  const urgent = toSettle();
  const severity = urgent.some((finding) => finding.severity === "defect") ? "defect" : urgent.length ? "review" : "ok";
  return el("section", { class: "hero", id: "overview" },
    el("div", { class: "heading" }, el("p", { class: "eyebrow" }, t("hero.eyebrow", { id: CASE.id })), el("h1", null, CASE.title),
      el("p", { class: "dates" }, corps !== CASE.title && [corps, el("span", { class: "dot" }, "·")], dates)),
    el("div", { class: `verdict ${severity}` }, mark(severity), el("div", null,
      el("p", { class: "word" }, urgent.length ? t("precheck.to_settle", { count: number(urgent.length) }) : t("precheck.settled")),
      el("p", { class: "sentence" }, urgent.length ? t("precheck.to_settle_lead") : t("precheck.settled_lead")))),
    el("div", { class: "figures" }, movesFigure(), riskFigure(), costFigure()));
}

// Target accounts that will hold more than their cap: what is there, and what comes.
function capCard() {
  const rows = TABLES.get("accounts");
  const value = (name, row) => rows.byName.get(name).value(row);
  const title = t("precheck.over_cap");
  const full = Array.from({ length: rows.count }, (_, row) => row).filter((row) => value("exceeds_cap", row)).sort((a, b) => value("expected_at_target", b) - value("expected_at_target", a) || a - b).slice(0, 10);
  if (!full.length) return el("section", { class: "card chart", id: "cap" }, el("h3", null, title), el("p", { class: "all-well" }, mark("ok"), t("precheck.cap_none", { cap: number(DATA.customer_cap) })));
  const held = (row) => value("held_at_target", row) ?? 0;
  const entries = full.map((row) => ({
    title: value("target_userid", row), href: link("accounts", { target_userid: [value("target_userid", row)] }, 1), amount: number(value("expected_at_target", row)),
    name: [el("strong", null, value("target_userid", row)), value("held_at_target", row) === null && el("small", null, t("precheck.held_unknown"))],
    parts: [[held(row), "tone-out_of_scope", t("precheck.held")], [value("in_scope", row), "tone-review", t("precheck.coming")]],
  }));
  const numbers = [[t("account"), t("precheck.held"), t("precheck.coming")], ...full.map((row) => [value("target_userid", row), value("held_at_target", row) === null ? "–" : number(held(row)), number(value("in_scope", row))])];
  const draw = () => el("div", null, legend([[t("precheck.held"), "tone-out_of_scope"], [t("precheck.coming"), "tone-review"]]), lyingBars(entries));
  return card({ id: "cap", title, lead: t("precheck.cap_lead", { cap: number(DATA.customer_cap), shown: number(full.length), all: number(DATA.accounts.exceeds_cap) }), draw, numbers });
}

function charts() {
  const codes = DATA.join_codes;
  return el("section", { class: "charts", id: "charts" }, el("h2", null, t("charts.title")), el("div", { class: "cards" },
    wordsCard({ id: "codes", title: t("precheck.advice"), table: "join_codes", column: "advice", vocabulary: "advice", counts: codes?.by_advice, total: codes?.total, why: t("codes.none") }),
    capCard(),
    wordsCard({ id: "idle", title: t("precheck.idle"), table: "accounts", column: "no_part", vocabulary: "no_part", counts: DATA.accounts.by_no_part, total: idle() }),
    billCard()));
}

const basis = () => basisOf(t("precheck.basis"), { "target-before": t("precheck.absent_target") }, [t("precheck.most")]);

const NOTES = { relations: (part, isWhole, rows) => [part || t("precheck.elsewhere", { count: number(rows.total) })] };
const MEASURED = { relations: null, billing: DATA.billing, join_codes: DATA.join_codes };
const PRINTED = { accounts: ["source_userid", "target_userid", "in_scope", "expected_at_target", "exceeds_cap", "no_part"], join_codes: ["config_id", "remark", "predicted", "advice"] };
