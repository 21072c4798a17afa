// What HTML and htmx cannot do alone. Every page works without this file. Words come translated from <body data-*>.
(() => {
  "use strict";
  const doc = document, body = doc.body, words = body.dataset;
  const all = (selector, root = doc) => root.querySelectorAll(selector);
  const on = (name, handler, options) => doc.addEventListener(name, handler, options);
  const live = (text) => { const region = doc.getElementById("live"); if (region) { region.textContent = ""; setTimeout(() => { region.textContent = text; }, 60); } };

  // Messages the server could not send itself.
  function complain(text) {
    const region = doc.getElementById("messages");
    if (!region) return;
    const bar = doc.createElement("div"), line = doc.createElement("p"), close = doc.createElement("button");
    bar.className = "bar one danger";
    bar.setAttribute("role", "alert");
    bar.dataset.client = "";
    line.textContent = text;
    close.type = "button";
    close.className = "cmd link";
    close.textContent = words.close;
    close.addEventListener("click", () => bar.remove());
    bar.append(doc.createElement("span"), line, close);
    all("[data-client]", region).forEach((old) => old.remove());
    region.append(bar);
    bar.scrollIntoView({ block: "nearest" });
  }

  // Dialogs: browsers without commandfor or closedby, and dialogs that htmx brought.
  const nativeCommands = "commandForElement" in HTMLButtonElement.prototype;
  function command(button) {
    const target = doc.getElementById(button.getAttribute("commandfor"));
    const name = button.getAttribute("command");
    if (!target) return;
    if (name === "show-modal" && !target.open) target.showModal();
    else if (name === "close") target.close();
    else if (name === "toggle-popover") target.togglePopover();
  }
  function openBrought(root) {
    all("dialog[data-open]", root).forEach((dialog) => {
      if (dialog.open) return;
      const from = doc.activeElement;
      dialog.addEventListener("close", () => {
        dialog.remove();
        // What opened it may have been renewed meanwhile.
        const opener = from && (from.isConnected ? from : from.id && doc.getElementById(from.id));
        if (opener) opener.focus();
      }, { once: true });
      dialog.showModal();
    });
  }

  // Ticks: the head box mirrors the rows, commands wait for a choice.
  function mirror(table) {
    const head = table.querySelector("[data-check-all]");
    const rows = [...all("tbody input[type=checkbox]:not(:disabled)", table)];
    const ticked = rows.filter((row) => row.checked).length;
    if (head) { head.checked = ticked > 0 && ticked === rows.length; head.indeterminate = ticked > 0 && ticked < rows.length; }
    if (!table.id) return;
    all(`[data-needs-selection="#${CSS.escape(table.id)}"]`).forEach((button) => {
      if (ticked) button.removeAttribute("aria-disabled"); else button.setAttribute("aria-disabled", "true");
    });
  }

  // Buttons wait visibly; a second click does nothing.
  function settle(root) {
    all(".is-busy", root).forEach((button) => { button.classList.remove("is-busy"); button.removeAttribute("aria-label"); });
    all("form[data-sent]", root).forEach((form) => delete form.dataset.sent);
    all("form[data-upload] progress", root).forEach((bar) => { bar.hidden = true; bar.value = 0; });
  }

  function size(bytes) {
    return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
  }

  // Called for the page and for every part that is swapped in.
  function enhance(root) {
    all(".tabs [aria-current]", root).forEach((tab) => tab.scrollIntoView({ inline: "nearest", block: "nearest" }));
    all("table:has(tbody input[type=checkbox]), table:has([data-check-all])", root).forEach(mirror);
    all("form[data-upload]:not([hx-post])", root).forEach((form) => {
      // The ordinary form, sent by htmx so that its progress shows.
      if (!window.htmx || form.hasAttribute("hx-boost")) return;
      form.setAttribute("hx-boost", "true");
      if (form.hasAttribute("hx-target")) form.setAttribute("hx-push-url", "false");
      window.htmx.process(form);
    });
    all("[data-narrow]", root).forEach((box) => { box.hidden = false; });
    openBrought(root);
    const summary = root.querySelector(".error-summary");
    if (summary) summary.focus();
  }

  on("click", (event) => {
    const button = event.target.closest("button");
    if (button && button.getAttribute("aria-disabled") === "true") { event.preventDefault(); event.stopImmediatePropagation(); return; }
    if (button && !nativeCommands && button.hasAttribute("commandfor")) command(button);
    const dialog = event.target;
    if (dialog.localName === "dialog" && dialog.getAttribute("closedby") === "any" && !("closedBy" in dialog)) dialog.close();
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  }, true);

  on("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // Keys of one character press what carries their name, where the reader has not switched them off (WCAG 2.1.4).
  on("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.length !== 1 || !doc.querySelector("[data-shortcuts]") || doc.querySelector("dialog[open]")) return;
    if (event.target.closest("input, select, textarea, [contenteditable], [popover]:popover-open")) return;
    const control = doc.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!control) return;
    event.preventDefault();
    control.click();
  });

  on("change", (event) => {
    const box = event.target, table = box.type === "checkbox" && box.closest("table");
    if (table) {
      if (box.hasAttribute("data-check-all")) all("tbody input[type=checkbox]:not(:disabled)", table).forEach((row) => { row.checked = box.checked; });
      mirror(table);
    }
    const form = box.form;
    if (form && form.hasAttribute("data-autosubmit")) form.requestSubmit();
    const list = box.type === "file" && form && form.querySelector("[data-files]");
    if (list) list.replaceChildren(...[...box.files].map((file) => Object.assign(doc.createElement("li"), { textContent: `${file.name} (${size(file.size)})` })));
  });

  // The box above a long group of options hides those that do not hold what is typed; a ticked one always shows.
  on("input", (event) => {
    if (!event.target.matches("[data-narrow]")) return;
    const typed = event.target.value.trim().toLocaleLowerCase();
    all("label", event.target.parentElement).forEach((label) => {
      label.hidden = !label.textContent.toLocaleLowerCase().includes(typed) && !label.querySelector(":checked");
    });
  });
  on("keydown", (event) => { if (event.key === "Enter" && event.target.matches("[data-narrow]")) event.preventDefault(); });

  on("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (form.method !== "post" || event.defaultPrevented && !form.matches("[hx-post], [hx-boost]")) return;
    if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.dataset.sent = "1";
    if (button && button.matches(".btn")) {
      // After the form data is taken, so that the button's own value is sent.
      setTimeout(() => { button.classList.add("is-busy"); button.setAttribute("aria-label", words.busy); });
    }
  }, true);
  addEventListener("pageshow", (event) => { if (event.persisted) settle(doc); });

  for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
    on(name, (event) => {
      const area = event.target.closest && event.target.closest(".drop");
      if (area) area.classList.toggle("over", over);
    });
  }

  // htmx
  let waiting = 0, timer = 0;
  function wait(step) {
    waiting = Math.max(0, waiting + step);
    const busy = doc.getElementById("busy");
    clearTimeout(timer);
    if (busy && !waiting) busy.hidden = true;
    else if (busy) timer = setTimeout(() => { busy.hidden = false; }, 300);
  }
  on("htmx:configRequest", (event) => {
    const token = doc.querySelector("meta[name=csrf-token]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
    // A large file over a slow line takes as long as it takes.
    if (event.detail.elt.matches("form[data-upload]")) event.detail.timeout = 0;
  });
  // What asks again and again waits while nobody sees it. The bell says once that something new must be done.
  let mandatory = null;
  on("htmx:configRequest", (event) => { if (doc.hidden && event.detail.elt.matches('[hx-trigger*="every "]')) event.preventDefault(); });
  on("visibilitychange", () => { if (!doc.hidden && window.htmx && doc.getElementById("unread")) window.htmx.trigger("#unread", "seen"); });
  on("htmx:afterSwap", (event) => {
    const counted = event.detail.target.id === "unread" && event.detail.target.querySelector("[data-mandatory]");
    if (!counted) return;
    if (mandatory !== null && Number(counted.dataset.mandatory) > mandatory) live(words.mandatory);
    mandatory = Number(counted.dataset.mandatory);
  });
  // What asks by itself has nobody waiting for its answer.
  const byItself = (event) => event.detail.elt.matches('[hx-trigger*="every "]');
  on("htmx:beforeRequest", (event) => { if (byItself(event)) return; event.detail.target.setAttribute("aria-busy", "true"); wait(1); });
  on("htmx:afterRequest", (event) => {
    if (byItself(event)) return;
    event.detail.target.removeAttribute("aria-busy");
    wait(-1);
    settle(doc);
  });
  on("htmx:xhr:progress", (event) => {
    const form = event.target.closest && event.target.closest("form[data-upload]");
    const bar = form && form.querySelector("progress");
    if (!bar || !event.detail.lengthComputable) return;
    const percent = Math.round(100 * event.detail.loaded / event.detail.total);
    bar.hidden = false;
    if (percent === 100 && bar.value < 100) live(`100 % ${words.uploaded}`);
    bar.value = percent;
  });
  // What stands outside a swapped list goes with the new address too: what the forms keep, and what the tabs search for.
  on("htmx:pushedIntoHistory", () => {
    const now = new URLSearchParams(location.search);
    now.delete("at");
    all('form[method="get"]').forEach((form) => {
      if (form.getAttribute("action") !== location.pathname || form.hasAttribute("data-renewed")) return;
      all("input[type=hidden]", form).forEach((field) => field.remove());
      const own = new Set(Array.from(form.elements, (field) => field.name));
      now.forEach((value, name) => {
        if (!own.has(name)) form.append(Object.assign(doc.createElement("input"), { type: "hidden", name, value }));
      });
    });
    all("nav.tabs a").forEach((link) => {
      if (link.pathname !== location.pathname) return;
      const kept = new URLSearchParams(link.search);
      if (now.get("q")) kept.set("q", now.get("q")); else kept.delete("q");
      link.search = kept;
    });
  });
  // A part that replaces itself must not lose the keyboard's place: find the same control in its successor.
  // What is gone with the old part, such as a removed filter, leaves the focus on the part itself.
  let held = null, opener = null;
  const nameOf = (element) => element.localName + (element.getAttribute("aria-label") || element.textContent.trim());
  on("htmx:beforeSwap", (event) => {
    const focused = doc.activeElement;
    held = focused !== body && !focused.id && event.detail.target.contains(focused) ? nameOf(focused) : null;
    const open = held && focused.closest("dialog[open]");
    opener = open && open.id ? `[commandfor="${CSS.escape(open.id)}"]` : null;
  });
  on("htmx:afterSwap", (event) => {
    const part = event.detail.target.id ? doc.getElementById(event.detail.target.id) : event.detail.target;
    if (!part) return;
    if (held && doc.activeElement === body) {
      const same = opener ? doc.querySelector(opener) : [...all("a, button, summary", part)].find((element) => nameOf(element) === held);
      if (same) same.focus(); else { part.tabIndex = -1; part.focus({ preventScroll: true }); }
    }
    enhance(part.parentElement || part);
    const said = part.matches("[data-announce]") ? part : part.querySelector("[data-announce]");
    // A panel that has sent its form to the list has done its work.
    const asked = event.detail.requestConfig, sent = asked && asked.elt.closest("dialog[data-open]");
    if (sent && !sent.contains(part)) sent.close();
    const column = asked && asked.elt.matches(".sort") && part.querySelector("[aria-sort]");
    const order = column ? words[column.getAttribute("aria-sort")].replace("{name}", column.textContent.trim()) : "";
    if (said || order) live([order, said ? said.dataset.announce : ""].filter(Boolean).join(". "));
    const heading = part.matches("[data-focus]") ? part : part.querySelector("[data-focus]");
    if (heading) { heading.tabIndex = -1; heading.focus(); }
  });
  on("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    complain(status === 429 ? words.slow : status < 500 ? words.refused : words.failed);
  });
  on("htmx:sendError", () => complain(words.offline));
  on("htmx:timeout", () => complain(words.offline));

  enhance(doc);
})();
