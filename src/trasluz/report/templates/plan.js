"use strict";
(() => {
  // A box of the drawn network leads to the first that is known of its layers elsewhere on the page: maps, heat maps,
  // probes, at least its row of the table. One box is reached by Tab, the others from there by arrow keys.
  const known = [...document.querySelectorAll("[data-layer]")];
  const rank = (node) => (node.closest('.panel[data-look="strip"]') ? 1 : 0);
  document.querySelectorAll("svg.plan").forEach((plan, drawing) => {
    const boxes = [...plan.querySelectorAll("a[data-plan]")];
    boxes.forEach((box, number) => {
      const layers = box.dataset.plan.split(" ");
      const found = known.filter((node) => layers.includes(node.dataset.layer)).sort((a, b) => rank(a) - rank(b))[0];
      if (!found) return;
      found.id ||= `plan-${drawing}-${number}`;
      box.setAttribute("href", `#${found.id}`);
    });
    const links = boxes.filter((box) => box.hasAttribute("href"));
    links.forEach((link, number) => link.setAttribute("tabindex", number ? "-1" : "0"));
    plan.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const next = links[links.indexOf(event.target.closest("a")) + (step ?? 0)];
      if (!step || !next) return;
      event.preventDefault();
      links.forEach((link) => link.setAttribute("tabindex", link === next ? "0" : "-1"));
      next.focus();
    });
  });
})();
