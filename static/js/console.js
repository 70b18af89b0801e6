// The console's palette (Ctrl K) and keys. Everything they reach is reached by links as well.
(function () {
  "use strict";
  const palette = document.getElementById("palette");
  const sheet = document.getElementById("keys-sheet");
  if (!palette || !sheet) { return; }
  const words = document.getElementById("palette-words");

  const openPalette = function () {
    if (palette.open) { return; }
    document.querySelectorAll("dialog[open]").forEach(function (other) { other.close(); });
    palette.showModal();
    words.focus();
    words.select();
    document.body.dispatchEvent(new CustomEvent("open-palette"));
  };

  document.addEventListener("click", function (event) {
    const opener = event.target.closest("[data-palette-open]");
    if (opener && !event.ctrlKey && !event.metaKey) { event.preventDefault(); openPalette(); }
    if (event.target.closest("[data-keys-open]")) { sheet.showModal(); }
  });

  // Arrows walk through what was found; Enter opens the first.
  palette.addEventListener("keydown", function (event) {
    const items = Array.from(palette.querySelectorAll(".palette__item"));
    if (!items.length) { return; }
    const now = items.indexOf(document.activeElement);
    if (event.key === "ArrowDown") { event.preventDefault(); items[Math.min(now + 1, items.length - 1)].focus(); }
    if (event.key === "ArrowUp") { event.preventDefault(); if (now <= 0) { words.focus(); } else { items[now - 1].focus(); } }
    if (event.key === "Enter" && event.target === words) { event.preventDefault(); items[0].click(); }
  });

  let leader = 0;
  const singleKeys = function () {
    try { return localStorage.getItem("shortcuts") !== "off"; } catch { return true; }
  };
  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openPalette(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !singleKeys()) { return; }
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) { return; }
    if (event.key === "?") { event.preventDefault(); sheet.showModal(); return; }
    if (event.key === "/") {
      const field = document.querySelector("main input[type=search], main [role=search] input");
      event.preventDefault();
      if (field) { field.focus(); } else { openPalette(); }
      return;
    }
    if (event.key === "g") { leader = Date.now(); return; }
    if (Date.now() - leader < 1500 && /^[1-9]$/.test(event.key)) {
      const link = document.querySelectorAll(".nav__link")[Number(event.key) - 1];
      if (link) { event.preventDefault(); link.click(); }
    }
    leader = 0;
  });
})();
