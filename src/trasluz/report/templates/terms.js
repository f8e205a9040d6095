"use strict";
(() => {
  // Words of the field: the first time that one stands in a section it can be asked for its meaning, by pointing at it
  // or by going there with Tab; Escape hides the answer, which stays while the pointer is on it.
  const root = document.documentElement;
  const tip = document.getElementById("term-tip");
  const entries = [...document.querySelectorAll("[data-data-term-en]")];
  if (!entries.length) return;
  const known = {};
  for (const language of ["en", "es"]) {
    const spelled = entries.flatMap((entry) => entry.getAttribute(`data-data-term-${language}`).split("|").map((word) => [word, entry]));
    spelled.sort((a, b) => b[0].length - a[0].length);
    const words = spelled.map(([word]) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    known[language] = {
      pattern: new RegExp(`(?<![\\p{L}\\d_-])(?:${words.join("|")})(?![\\p{L}\\d_-])`, "giu"),
      entry: new Map(spelled.map(([word, entry]) => [word.toLowerCase(), entry])),
    };
  }
  const MOST = 3; // in the part that is always open, so that Tab reaches the questions soon
  const barred = "svg, legend, select, button, a, summary, pre, code, script, style, h1, h2, h3, canvas, .plot, .term, #glossary, thead, caption, dialog, figcaption, noscript, .film, .points-bar, .points-legend";
  const languageOf = (node) => node.parentElement.closest("[lang]")?.lang ?? root.lang;

  const mark = (part, most = Infinity) => {
    const seen = { en: new Set(), es: new Set() };
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(barred)) texts.push(walker.currentNode);
    for (const text of texts) {
      const language = languageOf(text);
      if (!known[language] || seen[language].size >= most) continue;
      known[language].pattern.lastIndex = 0;
      for (const found of text.data.matchAll(known[language].pattern)) {
        const entry = known[language].entry.get(found[0].toLowerCase());
        if (!entry || seen[language].has(entry)) continue;
        seen[language].add(entry);
        const rest = text.splitText(found.index);
        rest.splitText(found[0].length);
        const term = document.createElement("span");
        term.className = "term";
        term.tabIndex = 0;
        term.role = "button";
        const meaning = entry.querySelector("dd");
        const said = meaning.querySelector(`span[lang="${language}"]`) ?? meaning;
        said.id ||= `${meaning.id}-${language}`;
        term.setAttribute("aria-describedby", said.id);
        rest.replaceWith(term);
        term.append(rest);
        break; // one of a text, which was cut
      }
    }
  };

  let shown = null;
  const place = () => {
    const box = shown.getBoundingClientRect();
    const wide = Math.min(22 * 16, innerWidth - 24);
    tip.style.maxWidth = `${wide}px`;
    const { width, height } = tip.getBoundingClientRect();
    const above = box.top > height + 16;
    tip.style.left = `${Math.max(12, Math.min(box.left, innerWidth - width - 12))}px`;
    tip.style.top = `${above ? box.top - height - 6 : box.bottom + 6}px`;
  };
  const show = (term) => {
    shown = term;
    const said = document.getElementById(term.getAttribute("aria-describedby"));
    tip.replaceChildren(...[...said.childNodes].map((node) => node.cloneNode(true)));
    tip.hidden = false;
    place();
  };
  const hide = () => { shown = null; tip.hidden = true; };
  document.addEventListener("pointerover", (event) => {
    const term = event.target.closest?.(".term");
    if (term) show(term);
    else if (shown && shown !== document.activeElement && !event.target.closest?.("#term-tip")) hide();
  });
  document.addEventListener("focusin", (event) => (event.target.matches?.(".term") ? show(event.target) : hide()));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown) hide();
    else if ((event.key === "Enter" || event.key === " ") && event.target.matches?.(".term")) {
      event.preventDefault();
      if (shown) hide(); else show(event.target);
    }
  });
  addEventListener("scroll", () => { if (shown) place(); }, { passive: true });

  document.querySelectorAll("section.first").forEach((part) => mark(part, MOST));
  document.querySelectorAll("details.question").forEach((one) => {
    const once = () => { if (one.open && !one.dataset.marked) { one.dataset.marked = "yes"; mark(one.querySelector(".body")); } };
    one.addEventListener("toggle", once);
    once();
  });
})();
