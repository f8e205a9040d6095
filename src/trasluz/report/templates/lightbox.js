"use strict";
(() => {
  // Every picture can be seen large, by click or by Enter; arrow keys go to its neighbours, Escape goes back to it.
  const box = document.getElementById("lightbox");
  const large = document.createElement("img");
  const stage = box.querySelector(".lightbox-stage");
  const words = box.querySelector(".lightbox-words");
  const steps = box.querySelectorAll("[data-step]");
  let shown = null;

  const groupOf = (image) => image.closest(".tile-grid, .gallery, .shown") ?? image.parentElement;
  const membersOf = (image) => [...groupOf(image).querySelectorAll("img")];

  // One picture of a group can be reached by Tab, the others from there by arrow keys.
  const prepare = (root) => root.querySelectorAll("img").forEach((image) => {
    if (box.contains(image) || image.closest("button")) return;
    image.classList.add("can-enlarge");
    image.setAttribute("role", "button");
    image.setAttribute("aria-haspopup", "dialog");
    image.tabIndex = membersOf(image)[0] === image ? 0 : -1;
  });
  const focus = (image) => {
    membersOf(image).forEach((other) => { other.tabIndex = other === image ? 0 : -1; });
    image.focus();
  };

  // Pixels stay squares: small pictures grow by whole factors.
  const fit = () => {
    const [width, height] = [large.naturalWidth || 1, large.naturalHeight || 1];
    const factor = Math.min((innerWidth * 0.88 - 32) / width, (innerHeight * 0.86 - 120) / height);
    const crisp = width < 96;
    large.classList.toggle("pixels", crisp);
    large.style.width = `${width * (crisp ? Math.max(1, Math.floor(factor)) : Math.min(factor, 5))}px`;
  };
  large.addEventListener("load", fit);
  addEventListener("resize", () => { if (box.open && shown) fit(); });

  const show = (image) => {
    shown = image;
    large.alt = image.alt;
    large.src = image.src;
    stage.replaceChildren(large);
    const caption = image.closest("figure")?.querySelector("figcaption");
    const said = document.createElement("p");
    said.textContent = image.alt;
    words.replaceChildren(said);
    if (caption && caption.innerText.trim() !== image.alt) words.append(...caption.cloneNode(true).childNodes);
    const members = membersOf(image);
    steps.forEach((button) => { button.hidden = members.length < 2; });
    box.setAttribute("aria-label", image.alt);
    if (!box.open) box.showModal();
  };
  const step = (by) => {
    if (!shown) return;
    const members = membersOf(shown);
    show(members[(members.indexOf(shown) + by + members.length) % members.length]);
  };
  steps.forEach((button) => button.addEventListener("click", () => step(Number(button.dataset.step))));
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  box.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || !shown) return;
    event.preventDefault();
    step(by);
  });
  box.addEventListener("close", () => {
    if (shown) focus(shown);
    shown = null;
    stage.replaceChildren();
  });

  document.addEventListener("click", (event) => {
    const image = event.target.closest?.("img.can-enlarge");
    if (image) show(image);
  });
  const centre = (image) => {
    const { left, top, width, height } = image.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2, high: height };
  };
  const neighbour = (image, key) => {
    const members = membersOf(image);
    const here = centre(image);
    if (key === "ArrowRight" || key === "ArrowLeft") return members[members.indexOf(image) + (key === "ArrowRight" ? 1 : -1)];
    const sign = { ArrowDown: 1, ArrowUp: -1 }[key];
    const beyond = members.filter((other) => sign * (centre(other).y - here.y) > here.high / 2);
    const far = (other) => Math.abs(centre(other).y - here.y) * 4 + Math.abs(centre(other).x - here.x);
    return beyond.sort((a, b) => far(a) - far(b))[0];
  };
  document.addEventListener("keydown", (event) => {
    const image = event.target.closest?.("img.can-enlarge");
    if (!image) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      show(image);
    } else if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      const next = neighbour(image, event.key);
      if (next) focus(next);
    }
  });

  // Figures are drawn anew in the large.
  document.querySelectorAll("[data-enlarge]").forEach((button) => button.addEventListener("click", () => {
    const plot = document.getElementById(button.dataset.enlarge);
    const said = document.createElement("p");
    said.textContent = plot.getAttribute("aria-label");
    words.replaceChildren(said);
    steps.forEach((one) => { one.hidden = true; });
    box.setAttribute("aria-label", plot.getAttribute("aria-label"));
    box.showModal();
    window.trasluz.drawLarge(plot, stage, Math.min(innerWidth * 0.9, 1100) - 48, Math.max(innerHeight * 0.72, 240));
  }));

  prepare(document);
  document.querySelectorAll("#behind-pictures, .browse-cards").forEach((list) => new MutationObserver(() => prepare(list)).observe(list, { childList: true }));
})();
