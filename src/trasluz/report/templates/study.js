
// Trials of a study: lines across the axes of their fields, ranges on the axes, the confusion matrix of one training.
(() => {
  const source = document.getElementById("trials-data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const root = document.documentElement;
  const box = document.querySelector(".trials");
  const svg = box.querySelector(".trials-lines");
  const choice = box.querySelector(".trials-choice");
  const cells = box.querySelector(".trials-cell");
  const HEIGHT = 352;
  const TOP = 34;
  const BOTTOM = 16;
  const words = () => data.words[root.lang] ?? data.words.en;
  const say = (key, values) => Object.entries(values).reduce((text, [name, value]) => text.replace(`%${name}`, value), words()[key]);
  const number = (text) => window.trasluz.number(text).replace("-", "\u2212");
  const make = (name, attributes, text) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const ranges = data.axes.map(() => null); // each the lower and the upper end, 0 at the foot of the axis to 1
  let chosen = data.best;

  const inside = (trial) => ranges.every((range, i) => range === null || (trial.places[i] !== null && trial.places[i] >= range[0] - 1e-9 && trial.places[i] <= range[1] + 1e-9));
  const height = (place) => TOP + (1 - place) * (HEIGHT - TOP - BOTTOM);
  const placeAt = (y) => Math.min(1, Math.max(0, 1 - (y - TOP) / (HEIGHT - TOP - BOTTOM)));
  const lines = [];
  const marks = [];

  // Where the axes stand follows from the width; everything is laid out again when that changes.
  const layOut = () => {
    if (!svg) return;
    const width = svg.clientWidth;
    if (!width) return;
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    lines.length = 0;
    marks.length = 0;
    const last = data.axes.length - 1;
    const left = 30;
    const right = 66; // the ticks of the last axis stand to its right, as those of all
    const across = (i) => left + (i * (width - left - right)) / last;
    const faint = Math.max(0.16, Math.min(0.75, 30 / data.trials.length));
    data.trials.map((trial, order) => [trial, order]).reverse().forEach(([trial, order]) => {
      const points = trial.places.map((place, i) => (place === null ? null : `${across(i).toFixed(1)},${height(place).toFixed(1)}`));
      const known = points.filter((point) => point !== null);
      const share = data.trials.length > 1 ? 1 - order / (data.trials.length - 1) : 1;
      const line = make("path", { d: `M${known.join("L")}`, "stroke-opacity": (faint + (1 - faint) * share ** 6).toFixed(2) });
      line.append(make("title", {}, `${trial.name}: ${number(trial.score)}`));
      line.addEventListener("click", () => choose(order));
      lines[order] = line;
      svg.append(line);
    });
    data.axes.forEach((axis, i) => {
      const x = across(i);
      svg.append(make("line", { class: "axis", x1: x, x2: x, y1: TOP, y2: HEIGHT - BOTTOM }));
      const title = box.querySelector(`[data-axis="${i}"] .trials-title`);
      const spoken = (title.querySelector(`span[lang="${root.lang}"]`) ?? title).textContent.trim();
      const longest = Math.max(6, Math.floor((width - left - right) / last / 6.6));
      const short = spoken.length > longest ? `${spoken.slice(0, longest - 1)}…` : spoken;
      svg.append(make("text", { class: "title halo", x: i === 0 ? 2 : x, y: i % 2 || longest > 16 ? 12 : 25, "text-anchor": i === 0 ? "start" : i === last ? "middle" : "middle" }, short));
      const mark = make("rect", { class: "range", x: x - 6, width: 12, y: 0, height: 0, visibility: "hidden" });
      marks.push(mark);
      svg.append(mark);
      axis.ticks.forEach((tick) => svg.append(make("text", { class: "halo", x: x + 6, y: height(tick.at) + 4 }, number(tick.text))));
      const hold = make("rect", { class: "hold", x: x - 14, width: 28, y: TOP - 8, height: HEIGHT - TOP - BOTTOM + 16 });
      hold.addEventListener("pointerdown", (event) => brush(event, hold, i));
      svg.append(hold);
    });
    show();
  };
  const brush = (event, hold, i) => {
    const of = (one) => placeAt(((one.clientY - svg.getBoundingClientRect().top) * HEIGHT) / svg.clientHeight);
    const start = of(event);
    let moved = false;
    hold.setPointerCapture(event.pointerId);
    hold.onpointermove = (one) => {
      const now = of(one);
      if (!moved && Math.abs(now - start) < 0.02) return;
      moved = true;
      ranges[i] = [Math.min(start, now), Math.max(start, now)];
      show();
    };
    hold.onpointerup = hold.onpointercancel = () => {
      hold.onpointermove = hold.onpointerup = hold.onpointercancel = null;
      if (!moved) ranges[i] = null; // a press without a stroke takes the range away
      show();
    };
  };

  // Ranges, chosen trial and list always say the same.
  const show = () => {
    let count = 0;
    data.trials.forEach((trial, order) => {
      const within = inside(trial);
      count += within ? 1 : 0;
      lines[order]?.classList.toggle("out", !within);
      lines[order]?.classList.toggle("chosen", order === chosen);
      if (choice.options[order]) choice.options[order].hidden = !within && order !== chosen;
    });
    if (lines[chosen]) svg.querySelector(".axis").before(lines[chosen]); // above all other lines
    ranges.forEach((range, i) => {
      if (!marks[i]) return;
      marks[i].setAttribute("visibility", range === null ? "hidden" : "visible");
      if (range !== null) {
        marks[i].setAttribute("y", height(range[1]));
        marks[i].setAttribute("height", Math.max(2, height(range[0]) - height(range[1])));
      }
      const ticks = data.axes[i].ticks;
      box.querySelectorAll(`[data-axis="${i}"] select`).forEach((select) => {
        const end = Number(select.dataset.end);
        const wanted = range === null ? end : range[end];
        const nearest = ticks.reduce((best, tick, k) => (Math.abs(tick.at - wanted) < Math.abs(ticks[best].at - wanted) ? k : best), 0);
        select.value = String(nearest);
      });
    });
    const told = box.querySelector(".trials-count");
    if (told) told.textContent = say("count", { n: count, count: data.trials.length });
  };
  const choose = (order) => {
    chosen = order;
    choice.value = String(order);
    listCells();
    show();
  };
  const labelOf = (cell) => `${cell.fold === null ? say("seed", { seed: cell.seed }) : say("fold", { seed: cell.seed, fold: cell.fold })}: ${number(cell.score)}`;
  const listCells = () => {
    const trial = data.trials[chosen];
    cells.replaceChildren(...trial.cells.map((cell, i) => new Option(labelOf(cell), String(i))));
    box.querySelector(".trials-cells").hidden = trial.cells.length < 2;
    const fields = [[words().metric, number(trial.score)], ...trial.fields.map(([name, value]) => [name, number(value)])];
    box.querySelector(".trials-fields").replaceChildren(...fields.map(([name, value]) => {
      const pair = document.createElement("div");
      const term = document.createElement("dt");
      const told = document.createElement("dd");
      [term.textContent, told.textContent] = [name, value];
      pair.append(term, told);
      return pair;
    }));
    showMatrix();
  };
  const showMatrix = () => {
    const place = box.querySelector(".trials-matrix");
    if (!place) return;
    const counts = data.trials[chosen].cells[Number(cells.value || 0)]?.counts;
    if (!counts) {
      place.textContent = words().none;
      return;
    }
    const names = data.classes;
    const long = names.length > 4 && Math.max(...names.map((name) => name.length)) > 4;
    const table = document.createElement("table");
    table.className = long ? "matrix long" : "matrix";
    table.setAttribute("aria-label", words().matrix);
    const head = table.createTHead().insertRow();
    const corner = head.insertCell();
    corner.className = "corner";
    corner.append(words().said, document.createElement("br"), words().true);
    const header = (name, scope) => {
      const cell = document.createElement("th");
      cell.scope = scope;
      cell.title = name;
      const inner = document.createElement("span");
      inner.textContent = name;
      cell.append(inner);
      return cell;
    };
    names.forEach((name) => head.append(header(name, "col")));
    const body = table.createTBody();
    counts.forEach((row, i) => {
      const line = body.insertRow();
      line.append(header(names[i], "row"));
      const total = row.reduce((sum, count) => sum + count, 0) || 1;
      row.forEach((count, k) => {
        const share = count / total;
        const inner = document.createElement("span");
        inner.className = count === 0 ? "zero" : share > 0.8 ? "strong middle" : share > 0.7 ? "middle" : "";
        inner.style.setProperty("--amount", share.toFixed(3));
        inner.textContent = String(count);
        inner.title = say("cell", { count, true: names[i], said: names[k] });
        line.insertCell().append(inner);
      });
    });
    place.replaceChildren(table);
  };
  const speak = () => {
    choice.replaceChildren(...data.trials.map((trial, order) => new Option(`${trial.name}: ${number(trial.score)}`, String(order))));
    data.axes.forEach((axis, i) => box.querySelectorAll(`[data-axis="${i}"] select`).forEach((select) => {
      select.replaceChildren(...axis.ticks.map((tick, k) => new Option(number(tick.text), String(k))));
    }));
    choice.value = String(chosen);
    listCells();
    layOut();
    show();
  };
  choice.addEventListener("change", () => choose(Number(choice.value)));
  cells.addEventListener("change", showMatrix);
  box.querySelectorAll(".trials-ranges select").forEach((select) => select.addEventListener("change", () => {
    const i = Number(select.closest("[data-axis]").dataset.axis);
    const [low, high] = [...box.querySelectorAll(`[data-axis="${i}"] select`)].map((one) => data.axes[i].ticks[Number(one.value)].at);
    ranges[i] = Math.min(low, high) <= 0 && Math.max(low, high) >= 1 ? null : [Math.min(low, high), Math.max(low, high)];
    show();
  }));
  box.querySelector(".trials-clear")?.addEventListener("click", () => { ranges.fill(null); show(); });
  addEventListener("trasluz-language", speak);
  if (svg) new ResizeObserver(layOut).observe(svg);
  speak();
})();
