
"use strict";
// Columns and rows out of the page: base64, zlib, differences (see columns.py).
const NONE = -536870913, BLOCK = 8192;

async function inflated(text) {
  const packed = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function column(bytes, rows) {
  const values = new Int32Array(rows);
  let last = 0;
  for (let first = 0; first < rows; first += BLOCK) {
    const count = Math.min(BLOCK, rows - first), at = first * 4;
    for (let row = 0; row < count; row++) {
      const step = (bytes[at + row] | bytes[at + count + row] << 8 | bytes[at + 2 * count + row] << 16 | bytes[at + 3 * count + row] << 24) >>> 0;
      last += step & 1 ? -((step + 1) / 2) : step / 2;
      values[first + row] = last;
    }
  }
  return values;
}

async function load() {
  const about = JSON.parse(document.getElementById("about").textContent);
  const groups = {}, rows = {};
  const work = [];
  for (const script of document.querySelectorAll("script[data-group]")) {
    const name = script.dataset.group, of = about.groups[name];
    groups[name] = groups[name] || { name, rows: of.rows, first: of.first, columns: {} };
    work.push(inflated(script.textContent).then((bytes) => {
      const values = column(bytes, of.rows);
      if (script.dataset.column !== "t") groups[name].columns[script.dataset.column] = values;
      else groups[name].times = Float64Array.from(values, (ms) => ms + of.first);
    }));
  }
  for (const script of document.querySelectorAll("script[data-rows]"))
    work.push(inflated(script.textContent).then((bytes) => { rows[script.dataset.rows] = JSON.parse(new TextDecoder().decode(bytes)); }));
  await Promise.all(work);
  return { about, groups, decisions: rows.decisions, marks: rows.marks };
}

// Index of the last row at or before an instant; -1 = there is none.
function before(times, at) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= at) low = middle + 1; else high = middle;
  }
  return low - 1;
}

// The least and the greatest value in each of `count` parts of the time in sight; a row holds until the next one.
function sampled(group, name, from, to, count, scale) {
  const out = new Array(2 * count).fill(null);
  if (!group) return out;
  const { times } = group, values = group.columns[name];
  let row = before(times, from);
  for (let part = 0; part < count; part++) {
    const end = from + (to - from) * (part + 1) / count;
    let least = row >= 0 && values[row] !== NONE ? values[row] : null, most = least, first = least;
    while (row + 1 < times.length && times[row + 1] < end) {
      const value = values[++row];
      if (value === NONE) continue;
      if (least === null) { least = most = first = value; continue; }
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (least === null) continue;
    const rises = first - least <= most - first;
    out[2 * part] = (rises ? least : most) * scale;
    out[2 * part + 1] = (rises ? most : least) * scale;
  }
  return out;
}
