"use strict";
(() => {
  // A film: the columns of a table of tiles are moments; a slider shows one of them, large, beside the image itself.
  document.querySelectorAll(".film").forEach((film) => {
    const panel = film.closest(".panel");
    const table = panel.querySelector(".tile-grid");
    const slider = film.querySelector("input[type=range]");
    const said = film.querySelector("output");
    const heads = [...table.tHead.rows[0].cells];
    const first = heads.length - Number(slider.max) - 1; // of the cells of a row, the one of the first moment
    const move = () => {
      const now = first + Number(slider.value);
      for (const row of table.rows) [...row.cells].forEach((cell, at) => cell.classList.toggle("other", at >= first && at !== now));
      said.replaceChildren(...[...heads[now].childNodes].map((node) => node.cloneNode(true)));
      slider.setAttribute("aria-valuetext", heads[now].innerText || heads[now].textContent);
    };
    const whole = film.querySelector("input[type=checkbox]");
    const spread = () => {
      table.classList.toggle("one-moment", !whole.checked);
      slider.disabled = whole.checked;
    };
    slider.addEventListener("input", move);
    whole.addEventListener("change", spread);
    addEventListener("trasluz-language", move);
    film.hidden = false;
    move();
    spread();
  });
})();
