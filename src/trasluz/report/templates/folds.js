"use strict";
(() => {
  // Sections open and shut; the address says which are open and how everything that can be switched is switched, as in
  // #where+confusion&lang=es&theme=dark&latent.1=2, so that any state of the page can be sent to somebody.
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const questions = [...document.querySelectorAll("details.question")];
  const firstLanguage = root.getAttribute("data-written-in") ?? root.lang;
  let current = null; // the section that the address names first
  let restoring = false;

  const controls = new Map();
  document.querySelectorAll("main section").forEach((section) => {
    section.querySelectorAll("input[type=checkbox], input[type=range], select, .choice:not(.zoom), .points-legend").forEach((node, number) => {
      if (node.matches(".points-legend")) return;
      controls.set(`${section.id}.${number}`, node);
    });
  });
  const valueOf = (node) => {
    if (node.type === "checkbox") return node.checked ? "1" : "0";
    if (node.type === "range" || node.matches("select")) return node.value;
    return String([...node.querySelectorAll("[aria-pressed]")].findIndex((one) => one.getAttribute("aria-pressed") === "true"));
  };
  const usual = new Map([...controls].map(([key, node]) => [key, valueOf(node)]));
  const put = (node, value) => {
    if (node.type === "checkbox") node.checked = value === "1";
    else if (node.type === "range" || node.matches("select")) node.value = value;
    else { node.querySelectorAll("[aria-pressed]")[Number(value)]?.click(); return; }
    node.dispatchEvent(new Event("input", { bubbles: true }));
    node.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const write = () => {
    if (restoring) return;
    const open = questions.filter((one) => one.open).map((one) => one.parentElement.id);
    const ids = [...new Set([current, ...open].filter((id) => id && open.includes(id)))];
    const values = new URLSearchParams();
    if (root.lang !== firstLanguage) values.set("lang", root.lang);
    if (window.trasluzTheme.chosen()) values.set("theme", window.trasluzTheme.chosen());
    for (const [key, node] of controls) if (valueOf(node) !== usual.get(key)) values.set(key, valueOf(node));
    const said = values.toString();
    const address = ids.join("+") + (said ? `&${said}` : "");
    try { history.replaceState(null, "", address ? `#${address}` : location.pathname + location.search); } catch { /* some viewers forbid it */ }
  };

  // Opens what holds an element, and the element itself where it is a section or a fold.
  const unfold = (node) => {
    for (let at = node; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    const own = node.querySelector(":scope > details.question, :scope > details.fold");
    if (own) own.open = true;
  };
  const follow = () => {
    const [names, ...rest] = location.hash.slice(1).split("&");
    const nodes = names.split("+").map((name) => byId(decodeURIComponent(name))).filter(Boolean);
    restoring = true;
    nodes.forEach(unfold);
    const values = new URLSearchParams(rest.join("&"));
    for (const [key, value] of values) if (controls.has(key)) put(controls.get(key), value);
    restoring = false;
    if (!nodes.length) return;
    current = nodes[0].closest("section")?.id ?? null;
    nodes[0].scrollIntoView();
  };
  addEventListener("hashchange", follow);
  questions.forEach((one) => one.addEventListener("toggle", () => {
    if (one.open && !restoring) current = one.parentElement.id;
    write();
    buttons();
  }));
  document.addEventListener("change", write);
  document.addEventListener("click", (event) => { if (event.target.closest?.(".choice")) setTimeout(write); });
  addEventListener("trasluz-language", write);
  addEventListener("trasluz-theme", write);

  // All of a layer at once.
  const all = [...document.querySelectorAll("[data-all]")];
  const layerOf = (button) => questions.filter((one) => one.parentElement.classList.contains(button.dataset.all));
  const buttons = () => all.forEach((button) => button.setAttribute("aria-expanded", String(layerOf(button).every((one) => one.open))));
  all.forEach((button) => button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    layerOf(button).forEach((one) => { one.open = open; });
  }));

  // The list of contents, on small screens behind a button that is always there.
  const opener = document.querySelector(".contents-opener");
  const list = byId("contents-list");
  const shut = () => opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", () => {
    const open = opener.getAttribute("aria-expanded") !== "true";
    opener.setAttribute("aria-expanded", String(open));
  });
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    shut();
    const target = byId(link.hash.slice(1));
    if (!target) return;
    event.preventDefault(); // the address keeps what else it says
    current = target.id;
    unfold(target);
    target.scrollIntoView();
    target.querySelector("summary")?.focus({ preventScroll: true });
    write();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || opener.getAttribute("aria-expanded") !== "true") return;
    shut();
    opener.focus();
  });
  document.addEventListener("click", (event) => { if (!event.target.closest?.("nav.contents")) shut(); });

  // Where the reader is.
  const links = new Map([...list.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      links.forEach((link) => link.removeAttribute("aria-current"));
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-10% 0px -75% 0px" });
  document.querySelectorAll("main section").forEach((section) => watcher.observe(section));

  follow();
})();
