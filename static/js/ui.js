// Small behaviours of the kit, by data attribute. Everything works without them, only less smoothly.
(function () {
  "use strict";

  const closeMenus = function (except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (menu !== except) { menu.open = false; }
    });
  };

  const dismiss = function (toast) {
    if (toast) { toast.remove(); }
  };

  const expire = function (toast) {
    if (toast.dataset.stay === "true") { return; }
    let timer = setTimeout(dismiss, 7000, toast);
    const pause = function () { clearTimeout(timer); };
    const resume = function () { timer = setTimeout(dismiss, 4000, toast); };
    toast.addEventListener("mouseenter", pause);
    toast.addEventListener("mouseleave", resume);
    toast.addEventListener("focusin", pause);
    toast.addEventListener("focusout", resume);
  };

  // Without a clipboard (plain http) the text is selected, ready for the keyboard.
  const copy = function (button, field) {
    field.select();
    if (!navigator.clipboard) { return; }
    navigator.clipboard.writeText(field.value).then(function () {
      const label = button.textContent;
      button.textContent = button.dataset.copied;
      setTimeout(function () { button.textContent = label; }, 2000);
    });
  };

  // A variable goes where the cursor stands; the preview hears of it as of typing.
  const insert = function (text, field) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.addEventListener("click", function (event) {
    const target = event.target;
    const opener = target.closest("[data-dialog-open]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialogOpen);
      if (dialog && typeof dialog.showModal === "function") { event.preventDefault(); dialog.showModal(); }
    }
    const closer = target.closest("[data-dialog-close]");
    if (closer) { closer.closest("dialog").close(); }
    if (target instanceof HTMLDialogElement && target.matches(".dialog")) { target.close(); }
    const toastButton = target.closest("[data-toast-close]");
    if (toastButton) { dismiss(toastButton.closest(".toast")); }
    const inserter = target.closest("[data-insert]");
    if (inserter) { insert(inserter.dataset.insert, document.getElementById(inserter.dataset.insertInto)); }
    const copier = target.closest("[data-copy]");
    if (copier) { copy(copier, document.getElementById(copier.dataset.copy)); }
    closeMenus(target.closest("details.menu"));
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    const open = document.querySelector("details.menu[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });

  // Single keys press buttons, unless somebody types, holds a modifier or has switched them off.
  const shortcutSwitches = function () { return Array.from(document.querySelectorAll("[data-shortcut-switch]")); };
  document.addEventListener("keydown", function (event) {
    const toggle = shortcutSwitches()[0];
    if (!toggle || !toggle.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat) { return; }
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog")) { return; }
    const button = document.querySelector("[data-shortcut='" + CSS.escape(event.key.toLowerCase()) + "']");
    if (button) { event.preventDefault(); button.click(); }
  });
  // Every switch of a page shows the same choice, which is remembered.
  (function () {
    const switches = shortcutSwitches();
    const show = function (on) { switches.forEach(function (each) { each.checked = on; }); };
    try { show(localStorage.getItem("shortcuts") !== "off"); } catch { return; }
    switches.forEach(function (each) {
      each.addEventListener("change", function () {
        show(each.checked);
        localStorage.setItem("shortcuts", each.checked ? "on" : "off");
      });
    });
  })();

  document.addEventListener("change", function (event) {
    const select = event.target.closest("[data-submit-on-change]");
    if (select && select.form) { select.form.requestSubmit(); }
    const all = event.target.closest("[data-check-all]");
    if (all) {
      document.querySelectorAll("input[type=checkbox][name='" + all.dataset.checkAll + "']").forEach(function (box) {
        box.checked = all.checked;
      });
    }
  });

  // One upload or payment per click, also when the network is slow.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches("[data-submit-once]") || event.defaultPrevented) { return; }
    form.querySelectorAll("button[type=submit]").forEach(function (button) {
      setTimeout(function () { button.disabled = true; }, 0);
    });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("[data-submit-once] button[type=submit]").forEach(function (button) { button.disabled = false; });
  });

  // Conversations: looked at every eight seconds while somebody sees the page, and read only then.
  const lookAtTalks = function () {
    if (document.visibilityState !== "visible" || !window.htmx) { return; }
    document.querySelectorAll("[data-talk-log]").forEach(function (log) { window.htmx.trigger(log, "talk-look"); });
  };
  const readTalks = function () {
    if (document.visibilityState !== "visible" || !window.htmx) { return; }
    document.querySelectorAll("[data-talk-read]").forEach(function (form) { window.htmx.trigger(form, "talk-read"); });
  };
  if (document.querySelector("[data-talk-log]")) { setInterval(lookAtTalks, 8000); }
  document.addEventListener("visibilitychange", function () { lookAtTalks(); readTalks(); });
  document.addEventListener("htmx:afterSettle", readTalks);
  document.addEventListener("htmx:load", readTalks);

  // Ctrl or Command with Enter sends; Enter alone is a new line.
  document.addEventListener("keydown", function (event) {
    const field = event.target.closest ? event.target.closest("[data-submit-keys]") : null;
    if (field && event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); field.form.requestSubmit(); }
  });

  document.querySelectorAll(".toast").forEach(expire);
  document.addEventListener("htmx:afterSwap", function () { document.querySelectorAll(".toast").forEach(expire); });
})();
