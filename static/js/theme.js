// Runs before the first paint: applies the stored theme; later wires the switch.
(function () {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const stored = function () {
    try { return localStorage.getItem("theme"); } catch (error) { return null; }
  };
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const effective = function () {
    const chosen = root.dataset.theme;
    if (chosen === "light" || chosen === "dark") { return chosen; }
    return system.matches ? "dark" : "light";
  };
  const reflect = function () {
    document.querySelectorAll("[data-theme-switch]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(effective() === "dark"));
    });
  };
  const remembered = stored();
  if (remembered === "light" || remembered === "dark") { root.dataset.theme = remembered; }

  document.addEventListener("DOMContentLoaded", reflect);
  system.addEventListener("change", reflect);
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-theme-switch]");
    if (!button) { return; }
    const next = effective() === "dark" ? "light" : "dark";
    root.dataset.theme = next;
    try { localStorage.setItem("theme", next); } catch (error) { /* private mode: the cookie is enough */ }
    document.cookie = "theme=" + next + "; path=/; max-age=31536000; samesite=lax";
    reflect();
  });
})();
