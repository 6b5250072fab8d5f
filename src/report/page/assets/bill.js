// The bill, from contract to balance: what is added stands on what was there, what is paid hangs from it.

function billSteps() {
  const bill = DATA.billing;
  const [contract, surcharge, payable, paid] = [bill.contract_amount, bill.surcharge_amount, bill.payable, bill.paid].map(Number);
  const balance = DATA.billing_balance;
  return [
    { name: t("bill.contract"), amount: bill.contract_amount, from: 0, to: contract, tone: "tone-total" },
    { name: t("bill.surcharge"), amount: bill.surcharge_amount, from: contract, to: contract + surcharge, tone: "tone-surcharge", sign: "+" },
    { name: t("bill.payable"), amount: bill.payable, from: 0, to: payable, tone: "tone-total" },
    { name: t("bill.paid"), amount: bill.paid, from: payable - paid, to: payable, tone: "tone-migrated", sign: "−" },
    { name: t("bill.balance"), amount: balance, from: 0, to: Number(balance), tone: Number(balance) === 0 ? "tone-total" : "tone-missing" },
  ];
}

function drawBill(size) {
  const items = billSteps();
  const [height, bottom, top] = [250, 34, 30];
  const high = Math.max(1e-9, ...items.map((item) => Math.max(item.from, item.to)));
  const low = Math.min(0, ...items.map((item) => Math.min(item.from, item.to)));
  const y = (value) => height - bottom - ((value - low) / (high - low)) * (height - bottom - top);
  const slot = size / items.length;
  const thick = Math.min(76, slot * 0.62);
  const shapes = items.map((item, n) => {
    const x = slot * n + (slot - thick) / 2;
    const [above, below] = [y(Math.max(item.from, item.to)), y(Math.min(item.from, item.to))];
    // To the next bar, at the height where this one ends.
    const end = n === 3 ? item.from : item.to;
    const joint = n < items.length - 1 && svg("line", { class: "joint", x1: x + thick, x2: x + slot, y1: y(end), y2: y(end) });
    const shape = svg("g", { tabindex: 0 }, joint, svg("rect", { class: item.tone, x, width: thick, y: above, height: Math.max(2, below - above), rx: 2 }),
      svg("text", { class: "value", x: x + thick / 2, y: above - 8, "text-anchor": "middle" }, (item.sign ?? "") + money(item.amount)),
      svg("text", { class: "tick", x: x + thick / 2, y: height - 10, "text-anchor": "middle" }, item.name));
    return withTip(shape, item.name, `${item.sign ?? ""}${money(item.amount)} ${DATA.billing.currency}`);
  });
  return svg("svg", { viewBox: `0 0 ${size} ${height}`, role: "group", "aria-label": t("bill.title") },
    svg("line", { class: "rule", x1: 0, x2: size, y1: y(0), y2: y(0) }), shapes);
}

function billCard() {
  if (!DATA.billing) return unmeasured("bill", t("bill.title"), t("bill.none"));
  const bill = DATA.billing;
  const values = { contracted: number(bill.contracted), participating: number(bill.participating), drift: signed(bill.drift), tolerance: number(bill.tolerance), verdict: wordName("billing_verdict", bill.billing_verdict) };
  return card({ id: "bill", title: t("bill.title"), lead: t("bill.lead", values), draw: drawBill, numbers: [[t("bill.line"), bill.currency], ...billSteps().map((item) => [item.name, (item.sign ?? "") + money(item.amount)])] });
}
