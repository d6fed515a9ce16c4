
// The curves: what is drawn, and how the time in sight becomes points.
const view = { from: 0, to: 1 };
const plots = [];
function ink(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }

function chartsOf(data) {
  const { about, groups } = data, name = (source) => about.names[source] || "thing " + source;
  const curve = (group, column, label, color, scale, more) => ({ group, column, label, color, scale, ...more });
  const chargers = about.chargers;
  const power = [curve("meter", "grid_w", "grid", "grid", 1e-3), curve("house", "house_w", "house less sun", "house", 1e-3), curve("battery", "battery_w", "battery", "battery", 1e-3)];
  chargers.forEach((source, i) => power.push(curve("charger:" + source, "draw_w", name(source), "charger-" + i % 4, 1e-3)));
  const found = [{ title: "Power", unit: "kW", curves: power, height: 220 }];
  found.push({ title: "Currents at the grid", unit: "A", height: 170, curves: ["a", "b", "c"].map((phase) => curve("meter", phase + "_ma", "phase " + phase.toUpperCase(), phase, 1e-3))
    .concat([curve("limit", "limit_ma", "limit", "limit", 1e-3, { dash: [6, 4] })]) });
  chargers.forEach((source, i) => found.push({ title: name(source), unit: "A", height: 150, plans: source, curves: [
    curve("set:" + source, "set_ma", "decided", "charger-" + i % 4, 1e-3, { width: 2 }), curve("charger:" + source, "offer_ma", "shown", "soft", 1e-3, { dash: [3, 3] }),
    curve("charger:" + source, "drawn_ma", "drawn", "ink", 1e-3)] }));
  const levels = Object.keys(groups).filter((key) => key.startsWith("car:")).map((key, i) => curve(key, "level_percent", name(key.slice(4)), "charger-" + i % 4, 1));
  if (groups.battery) levels.push(curve("battery", "level_percent", "battery", "battery", 1));
  chargers.filter((source) => groups["info:" + source]).forEach((source) => levels.push(curve("info:" + source, "target_percent", "target at " + name(source), "target", 1, { dash: [4, 4] })));
  if (levels.length) found.push({ title: "Levels", unit: "%", curves: levels, height: 140, range: [0, 100] });
  if (about.prices.length) {
    const times = Float64Array.from(about.prices.flatMap(([from, to]) => [from, to]));
    const values = Int32Array.from(about.prices.flatMap(([, , price], i) => [price, about.prices[i + 1] && about.prices[i + 1][0] === about.prices[i][1] ? price : NONE]));
    groups.price = { times, columns: { price: values } };
    found.push({ title: "Price", unit: "ct/kWh", height: 120, curves: [curve("price", "price", "price", "price", 1e-4)] });
  }
  for (const chart of found) chart.curves = chart.curves.filter((each) => groups[each.group] && groups[each.group].columns[each.column].some((value) => value !== NONE));
  return found.filter((chart) => chart.curves.length);
}

function points(data, chart, width) {
  const count = Math.max(60, Math.min(1200, Math.floor(width))), times = [];
  for (let i = 0; i < 2 * count; i++) times.push(view.from + (view.to - view.from) * (i + 0.5) / (2 * count));
  return [times, ...chart.curves.map((each) => sampled(data.groups[each.group], each.column, view.from, view.to, count, each.scale))];
}

function planBands(data, chart) {
  return (u) => {
    if (!chart.plans) return;
    const { ctx, bbox } = u;
    ctx.save();
    ctx.globalAlpha = 0.16;
    ctx.fillStyle = ink("plan");
    for (const [source, , from, to] of data.about.plans) {
      if (source !== chart.plans || to < view.from || from > view.to) continue;
      const left = Math.max(bbox.left, u.valToPos(from, "x", true)), right = Math.min(bbox.left + bbox.width, u.valToPos(to, "x", true));
      ctx.fillRect(left, bbox.top, Math.max(1, right - left), bbox.height);
    }
    ctx.restore();
  };
}

function draw(data, chart, host, onView) {
  const axis = { stroke: () => ink("soft"), grid: { stroke: () => ink("line"), width: 1 }, ticks: { stroke: () => ink("line"), width: 1 }, font: "12px system-ui" };
  const width = host.clientWidth - 4;
  const options = {
    width, height: chart.height, title: "", cursor: { sync: { key: "time" }, drag: { x: true, y: false, setScale: false }, y: false },
    scales: { x: { time: false, range: () => [view.from, view.to] }, y: chart.range ? { range: chart.range } : {} },
    axes: [{ ...axis, splits: (u, i, from, to) => ticks(from, to, Math.max(3, u.bbox.width / devicePixelRatio / 75)), values: (u, list) => list.map((at) => tickText(at, list.length > 1 ? list[1] - list[0] : DAY)) },
      { ...axis, size: 46 }],
    series: [{ label: "time", value: (u, at) => (at == null ? "" : whenText(at)) }].concat(chart.curves.map((each) => ({
      label: each.label, stroke: () => ink(each.color), width: each.width || 1.2, dash: each.dash, spanGaps: false, points: { show: false },
      value: (u, value) => (value == null ? "–" : value.toFixed(chart.unit === "%" ? 0 : 2) + " " + chart.unit) }))),
    hooks: { drawClear: [planBands(data, chart)], setSelect: [(u) => {
      if (u.select.width < 5) return;
      onView(u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x"));
      u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    }] },
  };
  const plot = new uPlot(options, points(data, chart, width), host);
  plot.over.addEventListener("dblclick", () => onView(data.about.first, data.about.last));
  plots.push({ plot, chart, host });
}

function redraw(data) {
  for (const { plot, chart, host } of plots) {
    const width = host.clientWidth - 4;
    if (Math.abs(width - plot.width) > 1) plot.setSize({ width, height: chart.height });
    plot.setData(points(data, chart, width), true);
  }
}
