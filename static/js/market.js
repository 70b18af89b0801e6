// The market: what is picked for comparing stays picked from page to page, and the filters are a sheet on phones.
// Without this file boxes are sent by a button, and the sheet opens as a target of a link.
(function () {
  "use strict";
  const KEY = "compare";
  const tray = document.getElementById("compare-tray");

  const picked = function () {
    try { return JSON.parse(localStorage.getItem(KEY) || "[]").filter(function (each) { return each && each.slug; }); } catch { return []; }
  };
  const keep = function (items) {
    try { localStorage.setItem(KEY, JSON.stringify(items)); } catch { /* private mode: picked on this page only */ }
    draw(items);
  };
  const icon = function () {
    const used = document.querySelector("#compare-tray .icon use");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", used.getAttribute("href").replace(/#.*/, "#close"));
    svg.append(use);
    return svg;
  };
  const draw = function (items) {
    if (!tray) { return; }
    const list = tray.querySelector("[data-tray-items]");
    list.replaceChildren(...items.map(function (each) {
      const row = document.createElement("li");
      const button = document.createElement("button");
      const name = document.createElement("span");
      button.type = "button";
      button.className = "chip tray__item";
      button.dataset.trayDrop = each.slug;
      button.setAttribute("aria-label", tray.dataset.remove + " " + each.title);
      name.textContent = each.title;
      button.append(name, icon());
      row.append(button);
      return row;
    }));
    tray.querySelector("[data-tray-count]").textContent = String(items.length);
    tray.querySelector("[data-tray-go]").href = tray.dataset.url + "?l=" + items.map(function (each) { return encodeURIComponent(each.slug); }).join(",");
    tray.hidden = items.length === 0 || document.getElementById("compare-page") !== null;
    const most = Number(tray.dataset.most);
    document.querySelectorAll("[data-compare]").forEach(function (box) {
      box.checked = items.some(function (each) { return each.slug === box.dataset.compare; });
      box.disabled = !box.checked && items.length >= most;
    });
  };
  const drop = function (slug) { keep(picked().filter(function (each) { return each.slug !== slug; })); };
  const add = function (slug, title) {
    const items = picked().filter(function (each) { return each.slug !== slug; });
    if (tray && items.length < Number(tray.dataset.most)) { items.push({ slug: slug, title: title }); }
    keep(items);
  };

  document.addEventListener("change", function (event) {
    const box = event.target.closest("[data-compare]");
    if (box) {
      if (box.checked) { add(box.dataset.compare, box.dataset.compareTitle); } else { drop(box.dataset.compare); }
    }
  });
  // Boxes that only unfold or pick are no filters: the search form must not hear of them.
  document.addEventListener("change", function (event) {
    if (event.target.closest("[data-facet-more]")) { event.stopPropagation(); }
  }, true);

  const sheet = document.getElementById("filters");
  const behind = function () { return document.querySelectorAll(".mast, #results, .foot, .tray"); };
  const openSheet = function (open) {
    sheet.classList.toggle("is-open", open);
    behind().forEach(function (each) { each.inert = open; });
    if (open) { sheet.querySelector("h2").focus(); } else { document.querySelector("[data-sheet-open]").focus(); }
  };
  document.addEventListener("click", function (event) {
    const dropper = event.target.closest("[data-tray-drop], [data-compare-drop]");
    if (dropper) { drop(dropper.dataset.trayDrop || dropper.dataset.compareDrop); }
    if (event.target.closest("[data-tray-clear]")) { keep([]); }
    const adder = event.target.closest("[data-compare-add]");
    if (adder && picked().length < 4) { event.preventDefault(); add(adder.dataset.compareAdd, adder.dataset.compareTitle); }
    if (sheet && event.target.closest("[data-sheet-open]")) { event.preventDefault(); openSheet(true); }
    if (sheet && event.target.closest("[data-sheet-close]")) { event.preventDefault(); openSheet(false); }
  });
  document.addEventListener("submit", function (event) {
    if (sheet && event.target.id === "search-form" && sheet.classList.contains("is-open")) { openSheet(false); }
  });
  document.addEventListener("keydown", function (event) {
    if (sheet && event.key === "Escape" && sheet.classList.contains("is-open")) { openSheet(false); }
  });
  document.addEventListener("htmx:afterSettle", function () {
    draw(picked());
    if (sheet && sheet.classList.contains("is-open")) { behind().forEach(function (each) { each.inert = true; }); }
  });
  window.addEventListener("storage", function (event) { if (event.key === KEY) { draw(picked()); } });
  draw(picked());
})();
