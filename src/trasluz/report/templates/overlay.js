"use strict";
(() => {
  // Heat maps over photographs: a map is a few bytes on its own grid; here it is coloured, as large as the photograph
  // where it is to be smooth, and laid over it. Photograph, class, layer and method are switched in place.
  const root = document.documentElement;
  const SMOOTH = 384; // pixels of the longer side of a smooth map
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const spoken = (words) => words[root.lang] ?? words.en;
  const pictures = JSON.parse(document.getElementById("pictures").textContent);

  // The map between its places, as they lie: the middle of each has its own amount.
  const between = (map, width, height, longer) => {
    const factor = longer / Math.max(width, height);
    const [wide, high] = [Math.max(Math.round(width * factor), 1), Math.max(Math.round(height * factor), 1)];
    const found = new Uint8Array(wide * high);
    for (let y = 0; y < high; y++) {
      const v = Math.min(Math.max((y + 0.5) * height / high - 0.5, 0), height - 1);
      const [top, down] = [Math.floor(v), Math.min(Math.floor(v) + 1, height - 1)];
      for (let x = 0; x < wide; x++) {
        const u = Math.min(Math.max((x + 0.5) * width / wide - 0.5, 0), width - 1);
        const [left, right] = [Math.floor(u), Math.min(Math.floor(u) + 1, width - 1)];
        const above = map[top * width + left] * (1 - u + left) + map[top * width + right] * (u - left);
        const below = map[down * width + left] * (1 - u + left) + map[down * width + right] * (u - left);
        found[y * wide + x] = Math.round(above * (1 - v + top) + below * (v - top));
      }
    }
    return [found, wide, high];
  };

  document.querySelectorAll(".over").forEach((over) => {
    const data = JSON.parse(over.querySelector('script[type="application/json"]').textContent);
    const colours = bytes(data.colours);
    const part = (selector) => over.querySelector(selector);
    const [frame, image, canvas] = [part(".over-picture"), part(".over-picture img"), part("canvas")];
    const [opacity, grid, grey] = [part("[data-opacity]"), part("[data-grid]"), part("[data-grey]")];
    const choices = [...over.querySelectorAll("[data-choose]")];
    const chosen = { photo: 0, class: 0, layer: 0, method: 0 };
    choices.forEach((choice) => { chosen[choice.dataset.choose] = Number(choice.querySelector('[aria-pressed="true"]').dataset.value); });

    const paint = (heat) => {
      const map = bytes(heat.m);
      const [shown, wide, high] = grid.checked ? [map, heat.w, heat.h] : between(map, heat.w, heat.h, Math.max(SMOOTH, heat.w, heat.h));
      [canvas.width, canvas.height] = [wide, high];
      const pen = canvas.getContext("2d");
      const pixels = pen.createImageData(wide, high);
      for (let i = 0; i < shown.length; i++) pixels.data.set(colours.subarray(4 * shown[i], 4 * shown[i] + 4), 4 * i);
      pen.putImageData(pixels, 0, 0);
    };
    const show = () => {
      const photo = data.photos[chosen.photo];
      if (image.dataset.shown !== String(photo.p)) {
        image.dataset.shown = String(photo.p);
        image.removeAttribute("width");
        image.removeAttribute("height");
        image.src = pictures[photo.p];
      }
      part('[data-choose="class"]').querySelectorAll("button").forEach((button, k) => {
        button.hidden = k >= photo.classes.length;
        if (!button.hidden) button.textContent = spoken(photo.classes[k]);
      });
      const heat = photo.heats[chosen.layer][Math.min(chosen.class, photo.classes.length - 1)][chosen.method];
      frame.classList.toggle("grid", grid.checked);
      frame.classList.toggle("grey", grey.checked);
      canvas.style.opacity = opacity.value / 100;
      opacity.parentElement.querySelector("output").textContent = `${opacity.value}\u202f%`;
      image.alt = `${spoken(photo.alt)}; ${spoken(heat.alt)}`;
      part(".over-caption").textContent = spoken(photo.caption);
      part(".over-said").textContent = spoken(heat.flag);
      part("[data-low]").textContent = spoken(heat.low);
      part("[data-high]").textContent = spoken(heat.high);
      paint(heat);
    };
    const choose = (choice, button) => {
      choice.querySelectorAll("button").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
      chosen[choice.dataset.choose] = Number(button.dataset.value);
      show();
    };
    // Of each group one button is reached by Tab, the others from there by arrow keys.
    const reach = (choice) => choice.querySelectorAll("button").forEach((button) => { button.tabIndex = button.getAttribute("aria-pressed") === "true" ? 0 : -1; });
    choices.forEach((choice) => {
      reach(choice);
      choice.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (!button) return;
        choose(choice, button);
        reach(choice);
      });
      choice.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const buttons = [...choice.querySelectorAll("button:not([hidden])")];
        const next = buttons[(buttons.indexOf(event.target.closest("button")) + step + buttons.length) % buttons.length];
        next.click();
        next.focus();
      });
    });
    [opacity, grid, grey].forEach((control) => control.addEventListener("input", show));
    addEventListener("trasluz-language", show);
    image.addEventListener("load", () => image.classList.toggle("pixels", image.naturalWidth < 48));
    show();
  });
})();
