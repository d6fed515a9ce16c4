
// Marks: decisions, writes and what else happened; one lane for the home and one for each charger.
const KINDS = ["decision", "action", "plan", "car", "alarm", "user", "home"];
const UNITS = [["_ueur_kwh", 1e-4, " ct/kWh"], ["_percent", 1, " %"], ["_permille", 1e-3, ""], ["_ma", 1e-3, " A"], ["_wh", 1e-3, " kWh"], ["_dv", 0.1, " V"], ["_w", 1, " W"]];

function valueText(name, value) {
  if (name.endsWith("_s")) return value > 1e9 ? new Date(value * 1000).toISOString().slice(0, 16).replace("T", " ") + " UTC" : value + " s";
  if (name.endsWith("_ms")) return (value / 1000).toFixed(1) + " s";
  if (name === "phase") return "ABC"[value] || String(value);
  const unit = UNITS.find(([ending]) => name.endsWith(ending));
  return unit ? String(+(value * unit[1]).toFixed(3)) + unit[2] : String(value);
}

function labelText(name) { return name.replace(/_(ueur_kwh|percent|permille|ma|wh|dv|w|s|ms)$/, "").replaceAll("_", " "); }

function ageText(ms) {
  if (ms < 0) return "before this log";
  if (ms < 120000) return (ms / 1000).toFixed(ms < 10000 ? 1 : 0) + " s old";
  return ms < 7200000 ? Math.round(ms / 60000) + " min old" : (ms / 3600000).toFixed(1) + " h old";
}

function decisionMark(about, row) {
  const [at, seq, source, on, current, phases, target, issuer, rule] = row;
  const [name, sentence, operands] = about.rules[rule] || [String(rule), "rule " + rule + ", which this version does not know", []];
  const what = on ? current / 1000 + " A" + (phases ? " on " + phases + (phases > 1 ? " phases" : " phase") : "") : "Off";
  const lines = [["Because", sentence + " (" + name + ")"], ["Wanted by", about.issuers[issuer] || String(issuer)]];
  if (on && target !== current) lines.push(["Wanted", target / 1000 + " A"]);
  for (let i = 0; i * 4 + 10 < row.length; i++) {
    const [value, from, age, kind] = row.slice(10 + i * 4, 14 + i * 4), operand = operands[i] || "value";
    const origin = from ? " (event " + from + (kind ? ", " + about.kinds[kind] : "") + ", " + ageText(age) + ")" : "";
    lines.push([labelText(operand), valueText(operand, value) + origin]);
  }
  lines.push(["Record", "#" + seq]);
  return { at, seq, source, kind: "decision", serious: false, title: what, lines };
}

function marksOf(data) {
  const found = data.decisions.map((row) => decisionMark(data.about, row));
  for (const [at, seq, source, kind, serious, title, lines] of data.marks) found.push({ at, seq, source, kind, serious, title, lines });
  for (const at of data.about.gaps) found.push({ at, seq: 0, source: 0, kind: "alarm", serious: true, title: "Events are missing from here on", lines: [["What", "The log is damaged or was cut; nothing is known until the next mark."]] });
  return found.sort((a, b) => a.at - b.at || a.seq - b.seq);
}

class Lane {
  constructor(marks, title, onChoose) {
    this.marks = marks;
    this.times = Float64Array.from(marks, (mark) => mark.at);
    this.canvas = document.createElement("canvas");
    this.canvas.className = "lane";
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "Marks of " + title + ": click one to read it");
    this.canvas.addEventListener("click", (event) => {
      const box = this.canvas.getBoundingClientRect();
      const mark = this.near(view.from + (view.to - view.from) * (event.clientX - box.left) / box.width, (view.to - view.from) * 12 / box.width);
      if (mark) onChoose(mark);
    });
  }

  near(at, reach) {
    const i = before(this.times, at);
    const close = [this.marks[i], this.marks[i + 1]].filter((mark) => mark && shown(mark) && Math.abs(mark.at - at) <= reach);
    return close.sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0];
  }

  draw(chosen) {
    const { canvas } = this, under = plots[0] && plots[0].plot, pixels = devicePixelRatio || 1;
    if (under) { // a mark stands above what it explains
      canvas.style.marginLeft = under.bbox.left / pixels + "px";
      canvas.style.width = under.bbox.width / pixels + "px";
    }
    const ratio = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const colors = Object.fromEntries(KINDS.map((kind) => [kind, ink(kind)]));
    for (let i = Math.max(0, before(this.times, view.from)); i < this.marks.length && this.marks[i].at <= view.to; i++) {
      const mark = this.marks[i];
      if (!shown(mark) || mark.at < view.from) continue;
      const x = (mark.at - view.from) / (view.to - view.from) * width, big = mark === chosen || mark.serious;
      pen.fillStyle = mark.serious ? ink("wrong") : colors[mark.kind];
      pen.fillRect(x - (big ? 1.5 : 0.75), big ? 0 : 4 + KINDS.indexOf(mark.kind) * 0.8, big ? 3 : 1.5, mark === chosen ? height : height - 8);
    }
  }
}

function shown(mark) { return mark.serious || !document.getElementById("serious").checked; }

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function explain(about, mark) {
  const box = document.getElementById("detail");
  box.replaceChildren(element("p", whenText(mark.at) + ", " + (mark.source ? about.names[mark.source] || "thing " + mark.source : "the home"), "when"), element("h2", mark.title, mark.serious ? "serious" : ""));
  const list = element("dl");
  for (const [label, text] of mark.lines) list.append(element("dt", label), element("dd", text));
  box.append(list);
}
