"use strict";
(() => {
  // Samples one by one: the list that is filtered and sorted, and the dialog behind a cell, made of the same cards.
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const MORE = 60; // cards at a time
  const WORDS = {
    en: { true_: "in truth", of: (n, all) => `${n} of ${all}`, image: "Image", made: "Reconstruction" },
    es: { true_: "en realidad", of: (n, all) => `${n} de ${all}`, image: "Imagen", made: "Reconstrucción" },
  };
  const words = () => WORDS[root.lang] ?? WORDS.en;
  const stored = byId("samples-data");
  const data = stored ? JSON.parse(stored.textContent) : { classes: [], entries: [] };

  const line = (text, name) => {
    const found = document.createElement("div");
    found.textContent = text;
    if (name) found.className = name;
    return found;
  };
  const card = (entry) => {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    const sure = window.trasluz.number(entry.w);
    entry.p.forEach((picture, place) => {
      const image = document.createElement("img");
      image.alt = `${place ? words().made : words().image} ${entry.f}`;
      window.trasluz.show(image, picture);
      figure.append(image);
    });
    if (entry.t === undefined) caption.append(line(sure, "first"));
    else {
      caption.append(line(`${data.classes[entry.s]}, ${sure}`, "first"));
      if (entry.t !== entry.s) caption.append(line(`${words().true_} ${data.classes[entry.t]}`, "wrong"));
    }
    caption.append(line(entry.f));
    figure.append(caption);
    return figure;
  };

  window.trasluz.showCell = (key, total) => {
    const [truth, said] = key.split(",").map(Number);
    const found = data.entries.filter((entry) => entry.t === truth && entry.s === said);
    byId("behind-count").textContent = `${words().of(found.length, total)}.`;
    byId("behind-pictures").replaceChildren(...found.map(card));
  };

  const browse = document.querySelector(".browse");
  if (!browse) return;
  const controls = Object.fromEntries([...browse.querySelectorAll("[data-by]")].map((one) => [one.dataset.by, one]));
  const more = browse.querySelector(".browse-more");
  const cards = browse.querySelector(".browse-cards");
  let shown = MORE;
  const keeps = (entry) => {
    const wanted = (name) => controls[name]?.value ?? "";
    if (wanted("t") !== "" && entry.t !== Number(wanted("t"))) return false;
    if (wanted("s") !== "" && entry.s !== Number(wanted("s"))) return false;
    if (wanted("right") !== "" && Number(entry.t === entry.s) !== Number(wanted("right"))) return false;
    return entry.c === undefined || (100 * entry.c >= Number(wanted("least")) && 100 * entry.c <= Number(wanted("most")));
  };
  const list = () => {
    for (const one of browse.querySelectorAll("input[type=range]")) one.nextElementSibling.textContent = `${one.value}\u202f%`;
    const order = controls.order.value;
    const by = order.replace("-", "");
    const compare = by === "f" ? (a, b) => a.f.localeCompare(b.f, root.lang, { numeric: true }) : (a, b) => (order[0] === "-" ? b[by] - a[by] : a[by] - b[by]);
    const found = data.entries.filter(keeps).sort(compare);
    browse.querySelector(".browse-count").textContent = words().of(found.length, data.entries.length);
    cards.replaceChildren(...found.slice(0, shown).map(card));
    more.hidden = found.length <= shown;
  };
  const changed = () => { shown = MORE; list(); };
  browse.querySelectorAll("[data-by]").forEach((one) => one.addEventListener("input", changed));
  more.addEventListener("click", () => { shown += MORE; list(); });
  const speak = () => {
    browse.querySelectorAll(`option[data-label-${root.lang}]`).forEach((one) => { one.label = one.getAttribute(`data-label-${root.lang}`); one.textContent = one.label; });
    list();
  };
  addEventListener("trasluz-language", speak);
  speak();
})();
