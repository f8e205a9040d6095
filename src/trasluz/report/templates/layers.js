"use strict";
(() => {
  // A layer of the network leads to all that is known of it elsewhere on the page: maps, heat maps, probes.
  const known = [...document.querySelectorAll("[data-layer]")];
  document.querySelectorAll('.panel[data-look="strip"] tr[data-layer]').forEach((row, number) => {
    const own = row.closest(".panel");
    const panels = new Map();
    for (const node of known) {
      const panel = node.closest(".panel");
      if (node.dataset.layer === row.dataset.layer && panel !== own && !panels.has(panel)) panels.set(panel, node);
    }
    if (!panels.size) return;
    const links = document.createElement("ul");
    [...panels].forEach(([panel, node], place) => {
      node.id ||= `layer-${number}-${place}`;
      const link = document.createElement("a");
      link.href = `#${node.id}`;
      link.append(...panel.querySelector("h3").cloneNode(true).childNodes);
      const item = document.createElement("li");
      item.append(link);
      links.append(item);
    });
    const head = row.cells[0];
    const summary = document.createElement("summary");
    summary.append(...head.childNodes);
    const opening = document.createElement("details");
    opening.className = "goes";
    opening.append(summary, links);
    head.append(opening);
  });
})();
