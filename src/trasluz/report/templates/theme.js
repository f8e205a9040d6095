"use strict";
(() => {
  // Before anything is drawn: light or dark, as the address, the reader's last choice, or the system says.
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => { try { return localStorage.getItem("trasluz-theme"); } catch { return null; } };
  const asked = new URLSearchParams(location.hash.split("&").slice(1).join("&")).get("theme");
  let chosen = [asked, kept()].find((one) => one === "dark" || one === "light") ?? null;
  const apply = () => {
    const next = chosen ?? (system.matches ? "dark" : "light");
    const changed = root.dataset.theme !== undefined && root.dataset.theme !== next;
    root.dataset.theme = next;
    if (changed) dispatchEvent(new Event("trasluz-theme"));
  };
  apply();
  system.addEventListener("change", apply);
  window.trasluzTheme = {
    isDark: () => root.dataset.theme === "dark",
    chosen: () => chosen,
    choose: (name) => {
      chosen = name;
      try { localStorage.setItem("trasluz-theme", name); } catch { /* pages from files may not keep anything */ }
      apply();
    },
  };
  root.classList.add("scripted");
})();
