// What everything else uses: the data, the language, elements, and how values are written.

const DATA = JSON.parse(document.getElementById("data").textContent);
const LANGUAGES = ["zh-CN", "en"];
const CASE = DATA.case;

// A page that was opened as a file may not be allowed to remember anything.
const memory = {
  get(key) { try { return localStorage.getItem("qianhe." + key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem("qianhe." + key, value); } catch { /* it is forgotten, then */ } },
};

let language = memory.get("language") === "en" ? 1 : 0;
const t = (key, values = {}) => DATA.text[key][language].replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
const say = (pair) => pair[language];
const wordName = (vocabulary, word) => DATA.words[vocabulary]?.[word]?.[language] ?? word;
const severityOf = (vocabulary, word) => DATA.severities[vocabulary]?.[word] ?? "ok";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  // Strings become text nodes, never markup.
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",");
const number = (value) => (value < 0 ? "−" : "") + grouped(String(Math.abs(value)));
const signed = (value) => (value > 0 ? "+" : "") + number(value);
// Money comes as exact text and leaves as text.
function money(text) {
  const [, sign, whole, rest] = /^(-?)(\d+)(.*)$/.exec(text);
  return (sign && "−") + grouped(whole) + rest;
}
// 100 % means all.
function percent(part, whole) {
  if (!whole) return "–";
  const rounded = Math.round((part * 1000) / whole);
  const tenths = part < whole ? Math.min(rounded, 999) : rounded;
  return `${Math.floor(tenths / 10)}.${tenths % 10}%`;
}
const two = (value) => String(value).padStart(2, "0");
// Seconds on the clock of the case's zone.
function time(seconds, isDateOnly = false) {
  const at = new Date(seconds * 1000);
  const date = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  return isDateOnly ? date : `${date} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

// Seriousness has a shape as well as a colour.
const MARKS = {
  ok: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm-1 8.6L4.4 8l1-1L7 8.6 10.6 5l1 1Z",
  info: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm-.8 5.4h1.6v4H7.2Zm0-2.8h1.6v1.6H7.2Z",
  review: "M8 1.6 15 14H1Zm-.8 4.6.2 4h1.2l.2-4Zm0 4.8v1.4h1.6V11Z",
  defect: "M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2Zm.9 3.5-1.1 1.1L6.9 8 5 9.9 6.1 11 8 9.1l1.9 1.9L11 9.9 9.1 8 11 6.1 9.9 5 8 6.9Z",
};
const drawnMarks = new Map();
const drawMark = (severity) => svg("svg", { class: `mark ${severity}`, viewBox: "0 0 16 16", role: "img", "aria-label": wordName("severity", severity) },
  svg("path", { d: MARKS[severity], "fill-rule": "evenodd" }));
// Copies of one that was drawn: tables need many.
function mark(severity) {
  const key = `${severity} ${language}`;
  if (!drawnMarks.has(key)) drawnMarks.set(key, drawMark(severity));
  return drawnMarks.get(key).cloneNode(true);
}
const code = (text) => el("code", { class: "code" }, text);

// What carries a tooltip says it on hover and on focus.
const tip = el("div", { class: "tip", role: "tooltip", hidden: true });
function placeTip(x, y) {
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - width - 8))}px`;
  tip.style.top = `${y + height + 22 > innerHeight ? y - height - 10 : y + 16}px`;
}
function withTip(element, ...lines) {
  const show = () => tip.replaceChildren(...lines.map((line, n) => el(n ? "div" : "strong", null, line)));
  element.addEventListener("pointermove", (event) => { show(); placeTip(event.clientX, event.clientY); });
  element.addEventListener("focus", () => { show(); const box = element.getBoundingClientRect(); placeTip(box.left, box.bottom); });
  for (const event of ["pointerleave", "blur", "click"]) element.addEventListener(event, () => { tip.hidden = true; });
  return element;
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { class: "sr-only" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const label = button.textContent;
  button.textContent = t("copied");
  setTimeout(() => { button.textContent = label; }, 1200);
}

