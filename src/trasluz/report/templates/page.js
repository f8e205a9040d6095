"use strict";
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const pictures = JSON.parse(byId("pictures").textContent);
  const PAPER = 640; // pixels that a figure may be wide on A4 or Letter
  let printing = false;

  const sizes = JSON.parse(byId("picture-sizes").textContent);
  const isDark = () => window.trasluzTheme.isDark() && !printing;

  // Pictures are stored once and used where they are named; their size is known before, so that nothing moves when they
  // come, and browsers decode those that are folded away when they are opened.
  const show = (image, number) => {
    [image.width, image.height] = sizes[number];
    image.classList.toggle("pixels", image.width < 96);
    image.decoding = "async";
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
    dispatchEvent(new Event("trasluz-language"));
    drawAll();
  };
  document.querySelectorAll("[data-language]").forEach((button) => button.addEventListener("click", () => speak(button.dataset.language)));

  // Light or dark: as the system has it, until the reader says otherwise.
  const theme = byId("theme");
  const pressed = () => theme.setAttribute("aria-pressed", String(window.trasluzTheme.isDark()));
  theme.addEventListener("click", () => window.trasluzTheme.choose(window.trasluzTheme.isDark() ? "light" : "dark"));
  pressed();

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
    layout.separators = root.lang === "es" ? ",\u202f" : ".\u202f";
    for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
      layout[name] = { ...layout[name], gridcolor: grid, linecolor: axis, tickcolor: axis };
    }
    const sheet = getComputedStyle(root).getPropertyValue("--sheet").trim();
    layout.hoverlabel = { ...layout.hoverlabel, bgcolor: printing ? "#fff" : sheet, font: { ...layout.hoverlabel?.font, color: ink } };
    if (width < 480) layout.margin = { ...layout.margin, l: 40 };
    return layout;
  };
  // Okabe and Ito's blue is too dim on black; a lighter step of the same hue is not.
  const forTheme = (text) => (isDark() ? text.replaceAll("#0072B2", "#4FA9E2") : text);
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
    for (const box of fold.querySelectorAll(".plot")) if (box.checkVisibility()) await draw(box);
  }));
  window.trasluz = {
    speak: (language) => speak(language),
    show,
    number: (text) => (root.lang === "es" ? text.replace(".", ",") : text),
    drawLarge: async (box, stage, width, height) => {
      if (!(await ready)) return;
      const figure = JSON.parse(forTheme(byId(`${box.id}-data`).textContent))[root.lang];
      const target = document.createElement("div");
      stage.replaceChildren(target);
      const layout = { ...dressed(figure, width), width, height };
      await window.Plotly.newPlot(target, figure.data, layout, { displaylogo: false, displayModeBar: false });
    },
  };
  addEventListener("trasluz-theme", () => { pressed(); drawAll(); });

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

  // Behind a cell of the confusion matrix; browse.js makes the cards, here as in the list of all samples.
  const dialog = byId("behind");
  const behindData = byId("behind-data");
  const behind = behindData ? JSON.parse(behindData.textContent) : {};
  document.querySelectorAll("[data-behind]").forEach((button) => button.addEventListener("click", () => {
    byId("behind-title").textContent = button.getAttribute("aria-label") || button.innerText;
    window.trasluz.showCell(button.dataset.behind, behind[button.dataset.behind]);
    dialog.showModal();
  }));
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.querySelectorAll("input[data-shares]").forEach((box) => box.addEventListener("change", () => box.closest("section").classList.toggle("shares", box.checked)));

  // What scrolls within itself can be scrolled by keyboard, and a shade at its edge says that there is more.
  const edges = (part) => {
    const beyond = part.scrollWidth - part.clientWidth;
    const scrolls = beyond > 1 || part.scrollHeight > part.clientHeight + 1;
    if (scrolls) part.tabIndex = 0; else part.removeAttribute("tabindex");
    part.classList.toggle("more-left", part.scrollLeft > 1);
    part.classList.toggle("more-right", part.scrollLeft < beyond - 1);
  };
  const sized = new ResizeObserver((entries) => entries.forEach((entry) => edges(entry.target)));
  document.querySelectorAll(".scroll, pre").forEach((part) => {
    sized.observe(part);
    part.addEventListener("scroll", () => edges(part), { passive: true });
  });

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
    const plain = text.replaceAll("−", "-").replaceAll(",", ".").replace(/[\u202f\u00a0 ](?=\d)/g, "");
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

  const asked = new URLSearchParams(location.hash.split("&").slice(1).join("&")).get("lang");
  speak(document.querySelector(`[data-language="${CSS.escape(asked ?? "")}"]`) ? asked : root.lang);
})();
