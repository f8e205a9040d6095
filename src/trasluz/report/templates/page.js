"use strict";
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const pictures = JSON.parse(byId("pictures").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const PAPER = 640; // pixels that a figure may be wide on A4 or Letter
  let printing = false;

  // Pictures are stored once and used where they are named.
  const show = (image, number) => {
    image.onload = () => image.classList.toggle("pixels", image.naturalWidth < 96);
    image.src = pictures[number];
  };
  document.querySelectorAll("img[data-picture]").forEach((image) => show(image, image.dataset.picture));

  // Pictures that can be seen on the grid on which they were computed.
  document.querySelectorAll("input[data-native]").forEach((box) => box.addEventListener("change", () => {
    box.closest(".panel").querySelectorAll("img[data-native-picture]").forEach((image) => show(image, box.checked ? image.dataset.nativePicture : image.dataset.picture));
  }));

  // Language: spans are switched by the style sheet, attributes and figures here.
  const speak = (language) => {
    root.lang = language;
    const title = document.querySelector("title");
    document.title = title.getAttribute(`data-data-title-${language}`);
    for (const name of ["alt", "aria-label"]) {
      document.querySelectorAll(`[data-${name}-${language}]`).forEach((node) => node.setAttribute(name, node.getAttribute(`data-${name}-${language}`)));
    }
    document.querySelectorAll("[data-language]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.language === language)));
    drawAll();
  };
  document.querySelectorAll("[data-language]").forEach((button) => button.addEventListener("click", () => speak(button.dataset.language)));

  // Figures: unpack Plotly once, then draw each in the language and the colours in force.
  const unpack = async () => {
    const packed = byId("plotly-packed");
    if (!packed) return false;
    if (!("DecompressionStream" in window)) {
      byId("too-old").hidden = false;
      return false;
    }
    const bytes = Uint8Array.from(atob(packed.textContent.trim()), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const code = document.createElement("script");
    code.textContent = await new Response(stream).text();
    document.head.append(code);
    packed.remove();
    return true;
  };
  const colours = () => {
    if (printing) return { ink: "#000", grid: "#ddd", axis: "#888" };
    const style = getComputedStyle(root);
    return { ink: style.getPropertyValue("--ink").trim(), grid: style.getPropertyValue("--grid").trim(), axis: style.getPropertyValue("--axis").trim() };
  };
  const dressed = (figure, width) => {
    const { ink, grid, axis } = colours();
    const layout = structuredClone(figure.layout);
    layout.font = { ...layout.font, color: ink };
    for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
      layout[name] = { ...layout[name], gridcolor: grid, linecolor: axis, tickcolor: axis };
    }
    const sheet = getComputedStyle(root).getPropertyValue("--sheet").trim();
    layout.hoverlabel = { ...layout.hoverlabel, bgcolor: printing ? "#fff" : sheet, font: { ...layout.hoverlabel?.font, color: ink } };
    if (width < 480) layout.margin = { ...layout.margin, l: 40 };
    return layout;
  };
  // Okabe and Ito's blue is too dim on black; a lighter step of the same hue is not.
  const forTheme = (text) => (dark.matches && !printing ? text.replaceAll("#0072B2", "#4FA9E2") : text);
  const ready = unpack();
  const draw = (box) => {
    const figure = JSON.parse(forTheme(byId(`${box.id}-data`).textContent))[root.lang];
    const layout = dressed(figure, box.clientWidth);
    if (printing) layout.width = PAPER;
    return window.Plotly.react(box, figure.data, layout, { displaylogo: false, displayModeBar: false, responsive: true });
  };
  const drawAll = async () => {
    if (!(await ready)) return;
    for (const box of document.querySelectorAll(".plot")) {
      if (box.checkVisibility()) await draw(box);
    }
    root.dataset.drawn = root.lang;
  };
  // What is folded away has no width yet; it is drawn when it is opened.
  document.querySelectorAll("main details").forEach((fold) => fold.addEventListener("toggle", async () => {
    if (!fold.open || printing || !(await ready)) return;
    for (const box of fold.querySelectorAll(".plot")) await draw(box);
  }));
  // A link to what is folded away opens it.
  const unfold = () => {
    const target = location.hash && byId(location.hash.slice(1));
    const fold = target && (target.querySelector(":scope > .fold") ?? target.closest(".fold"));
    if (!fold || fold.open) return;
    fold.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  window.trasluz = {
    drawLarge: async (box, stage, width, height) => {
      if (!(await ready)) return;
      const figure = JSON.parse(forTheme(byId(`${box.id}-data`).textContent))[root.lang];
      const target = document.createElement("div");
      stage.replaceChildren(target);
      const layout = { ...dressed(figure, width), width, height };
      await window.Plotly.newPlot(target, figure.data, layout, { displaylogo: false, displayModeBar: false });
    },
  };
  dark.addEventListener("change", drawAll);

  // Paper: black on white, everything folded open, figures as wide as the page.
  let folded = [];
  addEventListener("beforeprint", () => {
    printing = true;
    folded = [...document.querySelectorAll("main details:not([open]):not(.goes)")];
    folded.forEach((one) => { one.open = true; });
    drawAll();
  });
  addEventListener("afterprint", () => {
    printing = false;
    folded.forEach((one) => { one.open = false; });
    drawAll();
  });

  // Behind a cell of the confusion matrix.
  const dialog = byId("behind");
  const behindData = byId("behind-data");
  const behind = behindData ? JSON.parse(behindData.textContent) : {};
  document.querySelectorAll("[data-behind]").forEach((button) => button.addEventListener("click", () => {
    byId("behind-title").textContent = button.getAttribute("aria-label") || button.innerText;
    byId("behind-pictures").replaceChildren(...behind[button.dataset.behind].map((entry) => {
      const figure = document.createElement("figure");
      const image = document.createElement("img");
      image.alt = `${byId("behind-title").textContent}: ${entry.c}`;
      show(image, entry.p);
      const caption = document.createElement("figcaption");
      const certain = document.createElement("div");
      certain.className = "first";
      certain.textContent = entry.c;
      const row = document.createElement("div");
      row.textContent = `#${entry.r}`;
      caption.append(certain, row);
      figure.append(image, caption);
      return figure;
    }));
    dialog.showModal();
  }));
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.querySelectorAll("input[data-shares]").forEach((box) => box.addEventListener("change", () => box.closest("section").classList.toggle("shares", box.checked)));

  // What scrolls within itself can be scrolled by keyboard.
  document.querySelectorAll(".scroll").forEach((part) => { if (part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight) part.tabIndex = 0; });

  // Arrow keys move inside the matrix.
  document.querySelectorAll(".matrix").forEach((table) => table.addEventListener("keydown", (event) => {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    const cell = event.target.closest("td");
    if (!step || !cell) return;
    event.preventDefault();
    let [row, column] = [cell.parentElement.rowIndex, cell.cellIndex];
    for (;;) {
      row += step[0];
      column += step[1];
      const next = table.rows[row]?.cells[column];
      if (!next || next.tagName !== "TD") return;
      const button = next.querySelector("button");
      if (button) { button.focus(); return; }
    }
  }));

  // Tables that sort: numbers by value, the first click puts the smallest first, what is not known goes last.
  const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const power = (text) => Number([...text].map((sign) => (sign === "⁻" ? "-" : raised.indexOf(sign))).join(""));
  const amount = (text) => {
    const plain = text.replaceAll("−", "-").replace(/[\u202f\u00a0 ](?=\d)/g, "");
    const found = /^[^\d+-]*([+-]?[\d.]+)(?:·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?/.exec(plain);
    return found ? Number(found[1]) * 10 ** (found[2] ? power(found[2]) : 0) : NaN;
  };
  document.querySelectorAll("button.sort").forEach((button) => button.addEventListener("click", () => {
    const head = button.closest("th");
    const body = head.closest("table").tBodies[0];
    const rising = head.getAttribute("aria-sort") !== "ascending";
    head.parentElement.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const cellOf = (row) => row.cells[head.cellIndex];
    const textOf = (row) => cellOf(row).dataset.value ?? cellOf(row).innerText;
    const valueOf = (row) => (cellOf(row).dataset.value === undefined ? amount(cellOf(row).innerText) : Number(cellOf(row).dataset.value));
    const rows = [...body.rows];
    if (head.dataset.kind === "number") {
      const values = new Map(rows.map((row) => [row, valueOf(row)]));
      const [sure, unsure] = [rows.filter((row) => !Number.isNaN(values.get(row))), rows.filter((row) => Number.isNaN(values.get(row)))];
      sure.sort((a, b) => (rising ? 1 : -1) * (values.get(a) - values.get(b)));
      body.append(...sure, ...unsure);
    } else {
      rows.sort((a, b) => (rising ? 1 : -1) * textOf(a).localeCompare(textOf(b), root.lang, { numeric: true }));
      body.append(...rows);
    }
  }));

  // Where the reader is.
  const links = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]));
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      links.forEach((link) => link.removeAttribute("aria-current"));
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-10% 0px -75% 0px" });
  document.querySelectorAll("main section").forEach((section) => watcher.observe(section));

  speak(root.lang);
})();
