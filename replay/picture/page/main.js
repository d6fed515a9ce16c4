
(async () => {
  const began = performance.now();
  const data = await load(), { about } = data, SPAN_MIN = 30000, SIGHT_MAX = 200;
  clockTable = about.clock.length ? about.clock : clockTable;
  if (about.last <= about.first) about.last = about.first + 60000;
  document.title = about.home + ", " + dateText(about.first);
  document.getElementById("title").textContent = "Home " + about.home;
  document.getElementById("range").textContent = whenText(about.first) + " to " + whenText(about.last) + ", " + about.events.toLocaleString("en") + " events of " + about.files.join(", ");
  const problems = document.getElementById("problems");
  for (const text of about.problems) problems.append(element("li", text));
  problems.hidden = !about.problems.length;

  const marks = marksOf(data), charts = document.getElementById("charts"), lanes = [];
  let chosen = null, waiting = false;
  function choose(mark) { chosen = mark; explain(about, mark); if (mark.at < view.from || mark.at > view.to) look(mark.at - (view.to - view.from) / 2, mark.at + (view.to - view.from) / 2); else later(); }
  const laneBox = element("div", undefined, "lanes");
  for (const source of [0, ...about.chargers]) {
    const rest = (mark) => (source ? mark.source === source : !about.chargers.includes(mark.source));
    const lane = new Lane(marks.filter(rest), source ? about.names[source] || "thing " + source : "the home", choose);
    laneBox.append(element("h2", source ? about.names[source] || "thing " + source : "Home"), lane.canvas);
    lanes.push(lane);
  }
  const keys = element("p");
  for (const kind of KINDS) { const key = element("span", undefined, "key"), word = element("span", undefined, "word"); key.style.background = "var(--" + kind + ")"; word.append(key, kind); keys.append(word, " "); }
  laneBox.append(keys);
  charts.append(laneBox);
  view.from = about.first;
  view.to = about.last;
  for (const chart of chartsOf(data)) {
    const host = element("div");
    host.append(element("h2", chart.title + " (" + chart.unit + ")"));
    charts.append(host);
    draw(data, chart, host, look);
  }

  function later() { if (!waiting) { waiting = true; requestAnimationFrame(() => { waiting = false; redraw(data); for (const lane of lanes) lane.draw(chosen); list(); }); } }
  function look(from, to) {
    const whole = about.last - about.first, span = Math.min(whole, Math.max(SPAN_MIN, to - from)), middle = (from + to) / 2;
    view.from = Math.max(about.first, Math.min(about.last - span, middle - span / 2));
    view.to = view.from + span;
    later();
  }
  function list() {
    const items = [];
    for (let i = 0; i < marks.length && items.length < SIGHT_MAX; i++) if (marks[i].at >= view.from && marks[i].at <= view.to && shown(marks[i])) items.push(marks[i]);
    document.querySelector("#list h2").textContent = "In sight" + (items.length === SIGHT_MAX ? ": the first " + SIGHT_MAX : "");
    let day = "";
    document.querySelector("#list ol").replaceChildren(...items.flatMap((mark) => {
      const item = element("li"), button = element("button"), now = dayText(mark.at), head = now === day ? [] : [element("li", now, "day")];
      day = now;
      button.append(element("span", clockText(mark.at, true) + " ", "when"), (mark.source ? (about.names[mark.source] || "thing " + mark.source) + ": " : "") + mark.title + (mark.kind === "decision" ? ", " + mark.lines[0][1] : ""));
      button.addEventListener("click", () => choose(mark));
      item.append(button);
      return [...head, item];
    }));
  }
  function step(by) {
    const sight = marks.filter(shown), now = chosen ? sight.indexOf(chosen) : -1;
    const next = chosen ? sight[now + by] : sight.find((mark) => mark.at >= view.from);
    if (next) choose(next);
  }
  function go(what) {
    const span = view.to - view.from, middle = chosen && chosen.at >= view.from && chosen.at <= view.to ? chosen.at : (view.from + view.to) / 2;
    const around = (ms) => look(middle - ms / 2, middle + ms / 2);
    ({ all: () => look(about.first, about.last), day: () => around(DAY), hour: () => around(DAY / 24), back: () => look(view.from - span / 2, view.to - span / 2),
      on: () => look(view.from + span / 2, view.to + span / 2), in: () => around(span / 2), out: () => around(span * 2) })[what]();
  }
  for (const button of document.querySelectorAll("[data-go]")) button.addEventListener("click", () => go(button.dataset.go));
  document.getElementById("serious").addEventListener("change", later);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const what = { ArrowLeft: "back", ArrowRight: "on", "+": "in", "=": "in", "-": "out", 0: "all" }[event.key];
    if (what) { go(what); event.preventDefault(); }
    if (event.key === "n") step(1);
    if (event.key === "p") step(-1);
  });
  charts.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const factor = event.deltaY > 0 ? 1.25 : 0.8, span = (view.to - view.from) * factor, middle = (view.from + view.to) / 2;
    look(middle - span / 2, middle + span / 2);
  }, { passive: false });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", later);
  matchMedia("print").addEventListener("change", later);
  new ResizeObserver(later).observe(charts);
  look(about.first, about.last);
  window.report = { openedMs: performance.now() - began, count: marks.length, marks, explain: (i) => { choose(marks[i]); return document.getElementById("detail").innerText; }, look, view };
  document.documentElement.dataset.ready = "yes";
})().catch((error) => { document.getElementById("problems").hidden = false; document.getElementById("problems").append(String(error && error.stack || error)); throw error; });
