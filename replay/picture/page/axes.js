
// The home's local time, by the table in the page: no zone database of the browser is asked.
const DAY = 86400000, DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const STEPS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800].map((s) => s * 1000);
let clockTable = [[0, 0]];

function ahead(at) {
  let found = clockTable[0][1];
  for (const [from, ms] of clockTable) { if (from > at) break; found = ms; }
  return found;
}

function two(number) { return String(number).padStart(2, "0"); }

function local(at) { return new Date(at + ahead(at)); }

function clockText(at, seconds) {
  const d = local(at);
  return two(d.getUTCHours()) + ":" + two(d.getUTCMinutes()) + (seconds ? ":" + two(d.getUTCSeconds()) : "");
}

function dateText(at) {
  const d = local(at);
  return d.getUTCFullYear() + "-" + two(d.getUTCMonth() + 1) + "-" + two(d.getUTCDate());
}

function dayText(at) { return DAYS[local(at).getUTCDay()] + " " + dateText(at); }
function whenText(at) { return dayText(at) + " " + clockText(at, true); }

function ticks(from, to, room) {
  const step = STEPS.find((ms) => (to - from) / ms <= room) || 4 * STEPS.at(-1);
  const found = [];
  const shift = ahead(from);
  for (let shown = Math.ceil((from + shift) / step) * step; ; shown += step) {
    const at = shown - ahead(shown - shift);
    if (at > to) return found;
    if (at >= from && at !== found.at(-1)) found.push(at);
  }
}

function tickText(at, step) {
  const d = local(at);
  if (d.getUTCHours() === 0 && d.getUTCMinutes() === 0 && d.getUTCSeconds() === 0) return DAYS[d.getUTCDay()] + " " + d.getUTCDate() + "." + (d.getUTCMonth() + 1) + ".";
  return clockText(at, step < 60000);
}
