// The flow of relations: from what was to move, and what was not, to what became of them.

const FLOW = { height: 380, slot: 42, gap: 8, least: 3, node: 10 };

// Places the nodes of one side below one another; each has room for its label.
function column(nodes, scale) {
  let y = 0;
  for (const node of nodes) {
    node.height = Math.max(FLOW.least, node.count * scale);
    const slot = Math.max(node.height, FLOW.slot);
    node.y = y + (slot - node.height) / 2;
    node.used = 0;
    y += slot + FLOW.gap;
  }
  return y - FLOW.gap;
}

function nodesOf(place, vocabulary) {
  const order = Object.keys(vocabulary === "scope" ? DATA.relations.by_scope : DATA.relations.by_outcome);
  if (vocabulary === "scope") order.reverse();
  const sum = (word) => DATA.flow.reduce((total, entry) => total + (entry[place] === word ? entry[2] : 0), 0);
  return order.map((word) => ({ word, vocabulary, count: sum(word) })).filter((node) => node.count > 0);
}

function band(x0, y0, h0, x1, y1, h1) {
  const middle = (x0 + x1) / 2;
  return `M${x0} ${y0}C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}V${y1 + h1}C${middle} ${y1 + h1} ${middle} ${y0 + h0} ${x0} ${y0 + h0}Z`;
}

function flowLabel(node, x, anchor) {
  const y = node.y + node.height / 2;
  const name = wordName(node.vocabulary, node.word);
  const share = `${number(node.count)} · ${percent(node.count, DATA.relations.total)}`;
  return linkTo(link("relations", { [node.vocabulary]: [node.word] }, node.count), `${name} ${share}`,
    svg("text", { x, y: y - 3, "text-anchor": anchor, class: "flow-name" }, name),
    svg("text", { x, y: y + 14, "text-anchor": anchor, class: "flow-count" }, share));
}

function drawFlow(size) {
  const isNarrow = size < 560;
  const [left, right] = [nodesOf(0, "scope"), nodesOf(1, "outcome")];
  const scale = (FLOW.height - 60) / DATA.relations.total;
  const [leftHeight, rightHeight] = [column(left, scale), column(right, scale)];
  const height = Math.max(leftHeight, rightHeight) + 8;
  left.forEach((node) => { node.y += (height - leftHeight) / 2; });
  right.forEach((node) => { node.y += (height - rightHeight) / 2; });
  const margin = isNarrow ? [98, 104] : [170, 190];
  const [x0, x1] = [margin[0] + FLOW.node, size - margin[1] - FLOW.node];
  const find = (nodes, word) => nodes.find((node) => node.word === word);
  const bands = DATA.flow.map(([scope, outcome, count]) => ({ from: find(left, scope), to: find(right, outcome), count }));
  const bySide = (side) => (a, b) => left.indexOf(a.from) - left.indexOf(b.from) || right.indexOf(a.to) - right.indexOf(b.to) || side;
  // Thickness that is too thin to see is drawn thicker; the offsets stay within their nodes.
  const place = (node, count) => {
    const height = (node.height * count) / node.count;
    const y = node.y + node.used;
    node.used += height;
    return [y, height];
  };
  bands.sort(bySide(0));
  for (const one of bands) [one.y0, one.h0] = place(one.from, one.count);
  for (const one of bands) [one.y1, one.h1] = place(one.to, one.count);
  const shapes = bands.map((one) => {
    const label = `${wordName("scope", one.from.word)} → ${wordName("outcome", one.to.word)}`;
    const shape = linkTo(link("relations", { scope: [one.from.word], outcome: [one.to.word] }, one.count), `${label}: ${number(one.count)}`,
      svg("path", { class: `band ${tone("outcome", one.to.word)}`, d: band(x0, one.y0, Math.max(one.h0, 1.2), x1, one.y1, Math.max(one.h1, 1.2)) }));
    return withTip(shape, label, `${number(one.count)} · ${percent(one.count, DATA.relations.total)}`);
  });
  const bar = (node, x) => svg("rect", { class: `node ${tone(node.vocabulary, node.word)}`, x, y: node.y, width: FLOW.node, height: node.height, rx: 2 });
  return svg("svg", { viewBox: `0 0 ${size} ${height}`, class: "flow", role: "group", "aria-label": t("flow.title") },
    shapes, left.map((node) => bar(node, x0 - FLOW.node)), right.map((node) => bar(node, x1)),
    left.map((node) => flowLabel(node, x0 - FLOW.node - 10, "end")), right.map((node) => flowLabel(node, x1 + FLOW.node + 10, "start")));
}

function flowCard() {
  const rows = DATA.flow.map(([scope, outcome, count]) => [`${wordName("scope", scope)} → ${wordName("outcome", outcome)}`, number(count), percent(count, DATA.relations.total)]);
  return card({
    id: "flow", title: t("flow.title"), lead: t("flow.lead", { total: number(DATA.relations.total) }), draw: drawFlow, isWide: true,
    numbers: [[t("flow.from_to"), t("relations"), t("share")], ...rows],
  });
}

