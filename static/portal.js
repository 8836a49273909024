/* Makes the pages pleasant. Every one of them works without this file. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const words = document.getElementById("portal-words")?.dataset ?? {};
  const announcer = document.getElementById("announcer");
  const say = (text) => { if (announcer) announcer.textContent = text; };
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const remember = (name, value) => {
    document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  };
  const pause = (wait, run) => {
    let timer;
    return (...args) => { clearTimeout(timer); timer = setTimeout(() => run(...args), wait); };
  };
  const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));

  /* --- things to turn on in a page or in a part that htmx brought ------------------------- */

  function picker(box) {
    const input = box.querySelector('input[type="text"]');
    const { name, lookup } = box.dataset;
    const token = input.form?.querySelector('[name="csrf_token"]')?.value ?? "";
    const keep = box.querySelector(`input[type="radio"]:checked`);
    all("[data-no-js], input[type=hidden]", box).forEach((element) => element.remove());
    const value = Object.assign(document.createElement("input"), { type: "hidden", name, value: keep?.value ?? box.dataset.value });
    const list = Object.assign(document.createElement("ul"), { id: `${input.id}-list`, className: "picker-list", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels[0]?.textContent.trim() ?? name);
    box.append(value, list);
    for (const [key, text] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" })) input.setAttribute(key, text);
    if (value.value && !input.value) input.value = box.dataset.label;
    /* Text that is not chosen yet goes to the server, which answers with what it found. */
    const settle = () => { if (value.value || !input.value) input.removeAttribute("name"); else input.name = `${name}-query`; };
    settle();
    let active = -1, asked = 0;
    const close = () => { list.hidden = true; active = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const choose = (item) => {
      value.value = item.dataset.id; input.value = item.textContent; settle(); close(); changed(value); say(item.textContent);
    };
    const move = (step) => {
      const items = all("[role=option]", list);
      if (!items.length) return;
      active = (active + step + items.length) % items.length;
      items.forEach((item, index) => item.setAttribute("aria-selected", String(index === active)));
      items[active].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", items[active].id);
    };
    const look = async () => {
      const turn = ++asked;
      const answer = await fetch(lookup, {
        method: "POST", headers: { "X-CSRFToken": token, Accept: "application/json" },
        body: new URLSearchParams({ query: input.value, csrf_token: token }),
      }).catch(() => null);
      if (turn !== asked) return;
      if (!answer?.ok) { say(words.failed); return; }
      const rows = await answer.json();
      list.replaceChildren(...rows.map(([id, label], index) => {
        const item = Object.assign(document.createElement("li"), { id: `${list.id}-${index}`, textContent: label });
        item.setAttribute("role", "option"); item.setAttribute("aria-selected", "false"); item.dataset.id = id;
        return item;
      }));
      if (!rows.length) list.append(Object.assign(document.createElement("li"), { textContent: words.none, className: "muted" }));
      list.hidden = false; active = -1; input.setAttribute("aria-expanded", "true");
      say(rows.length ? words.matches.replace("{n}", rows.length) : words.none);
    };
    const later = pause(180, look);
    input.addEventListener("input", () => { value.value = ""; settle(); if (input.value.trim()) later(); else { asked++; close(); changed(value); } });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) look().then(() => move(1)); else move(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Enter" && active >= 0) {
        event.preventDefault(); choose(all("[role=option]", list)[active]);
      } else if (event.key === "Escape" && !list.hidden) { event.stopPropagation(); close(); }
    });
    list.addEventListener("pointerdown", (event) => { event.preventDefault(); const item = event.target.closest("[role=option]"); if (item) choose(item); });
    input.addEventListener("blur", () => { close(); if (input.value && !value.value) say(words.choose); });
  }

  function listFilter(bar) {
    const list = document.getElementById(bar.dataset.filterList), input = bar.querySelector("input"), count = bar.querySelector("[aria-live]");
    input.addEventListener("input", () => {
      const wanted = plain(input.value.trim());
      let shown = 0;
      for (const row of all(".check", list)) { row.hidden = !plain(row.textContent).includes(wanted); if (!row.hidden) shown++; }
      count.textContent = wanted ? words.matches.replace("{n}", shown) : "";
    });
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    bar.hidden = false;
  }

  function ticks(form) {
    const head = form.querySelector("[data-tick-all]"), count = form.querySelector("[data-tick-count]");
    const boxes = all('input[name="rowid"]', form);
    if (!head || !boxes.length) return;
    const show = () => {
      const number = boxes.filter((box) => box.checked).length;
      head.checked = number === boxes.length; head.indeterminate = number > 0 && number < boxes.length;
      count.textContent = number ? words.selected.replace("{n}", number) : "";
    };
    head.hidden = false;
    head.addEventListener("change", () => { boxes.forEach((box) => { box.checked = head.checked; }); show(); });
    form.addEventListener("change", show);
    let last = null;
    boxes.forEach((box, index) => box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) for (let i = Math.min(last, index); i <= Math.max(last, index); i++) boxes[i].checked = box.checked;
      last = index; show();
    }));
    show();
  }

  function hours(box) {
    const times = (day) => all('input[type="time"]', box.querySelector(`[data-day="${day}"]`));
    box.querySelector("[data-copy-hours]").addEventListener("click", (event) => {
      const monday = times(1);
      for (const day of event.target.dataset.copyHours.split(",")) {
        times(day).forEach((input, index) => { input.value = monday[index].value; });
        const more = box.querySelector(`[data-day="${day}"] details`);
        if (monday[2].value || monday[3].value) more.open = true;
      }
      changed(box);
    });
    box.querySelector("[data-clear-hours]").addEventListener("click", () => { all('input[type="time"]', box).forEach((input) => { input.value = ""; }); changed(box); });
  }

  function presets(box) {
    const ticksInside = all('input[type="checkbox"]', box);
    all("[data-preset]", box).forEach((button) => button.addEventListener("click", () => {
      const wanted = button.dataset.preset;
      ticksInside.forEach((tick, index) => {
        tick.checked = wanted === "all" || (wanted === "first-5" ? index < 5 : wanted.split(",").includes(tick.value));
      });
      changed(box);
    }));
  }

  /* The numbers of a page added up as one types them; data-first is what was there before. */
  function sum(output) {
    const form = output.closest("form");
    form.addEventListener("input", () => {
      const typed = all(output.dataset.sum, form).reduce((total, input) => total + (parseInt(input.value, 10) || 0), 0);
      output.textContent = (typed + Number(output.dataset.first)).toLocaleString(`${document.documentElement.lang}-CA`);
    });
  }

  function guard(form) {
    let dirty = Boolean(form.querySelector(".has-error"));
    const mark = () => { dirty = true; };
    form.addEventListener("input", mark); form.addEventListener("change", mark);
    form.addEventListener("submit", () => { dirty = false; });
    addEventListener("beforeunload", (event) => { if (dirty && form.isConnected) event.preventDefault(); });
  }

  /* What is typed in a wizard is kept as one goes; "Saved" is said only once the server has it. */
  function autosave(form) {
    const line = form.querySelector("[data-saved]");
    let sent = "", under = null, again = false, held = false;
    const typed = () => {
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      return new URLSearchParams(data);
    };
    const same = (data) => { const copy = new URLSearchParams(data); copy.delete("seal"); return copy.toString(); };
    const send = async (data) => {
      const answer = await fetch(form.action, { method: "POST", body: data, keepalive: true, redirect: "manual", headers: { "X-Autosave": "1", Accept: "application/json" } }).catch(() => null);
      if (answer?.ok) {
        const { seal, saved } = await answer.json();
        form.elements.seal.value = seal; sent = same(data); line.textContent = `${line.dataset.savedWords} ${saved}`;
      } else line.textContent = answer?.status === 409 ? line.dataset.staleWords : line.dataset.failedWords;
    };
    const save = () => {
      if (under) { again = true; return; }
      const data = typed();
      if (form.dataset.sent || same(data) === sent) return;
      under = send(data).finally(() => { under = null; if (again) { again = false; save(); } });
    };
    /* What is being kept has a new seal in a moment: a button pressed meanwhile waits for it, or we would be our own colleague. */
    form.addEventListener("submit", (event) => {
      if (!under || event.defaultPrevented) return;
      event.preventDefault(); again = false;
      if (held) return;
      held = true;
      under.finally(() => { held = false; form.requestSubmit(event.submitter); });
    });
    sent = same(typed());
    const soon = pause(900, save);
    form.addEventListener("input", soon); form.addEventListener("change", soon);
    document.addEventListener("visibilitychange", () => { if (document.hidden && !form.dataset.sent) save(); });
  }

  /* The writing assistant reads along. Only what it found changes the page, and only when that is something else. */
  function look(input) {
    const token = input.form?.querySelector('[name="csrf_token"]')?.value ?? "";
    let box = document.getElementById(`${input.id}-look`), asked = 0, count = "";
    const show = (html) => {
      if (!box) { box = Object.assign(document.createElement("div"), { id: `${input.id}-look`, className: "look" }); input.after(box); }
      if (box.innerHTML.trim() !== html.trim()) box.innerHTML = html;
      const now = box.querySelector("[data-look-count]")?.textContent ?? "";
      if (now && now !== count) say(now);
      count = now;
    };
    const ask = async () => {
      const turn = ++asked, text = input.value;
      if (!text.trim()) { if (box) show(""); return; }
      const answer = await fetch("/writing/look/", {
        method: "POST", headers: { "X-CSRFToken": token, "HX-Request": "true" }, body: new URLSearchParams({ text, csrf_token: token, ...(input.dataset.look === "own" ? { own: "yes" } : {}) }),
      }).catch(() => null);
      if (turn !== asked || !answer?.ok) return;
      const html = await answer.text();
      if (turn === asked && (html || box)) show(html);
    };
    input.addEventListener("input", pause(700, ask));
  }

  function enhance(root) {
    const inside = (selector) => [...(root.matches?.(selector) ? [root] : []), ...all(selector, root)];
    const found = (selector) => inside(selector).filter((element) => {
      const done = (element.portal ??= new Set());
      return !done.has(selector) && done.add(selector);
    });
    found("[data-picker]").forEach(picker);
    found("[data-filter-list]").forEach(listFilter);
    found("form[data-ticks]").forEach(ticks);
    found("[data-hours]").forEach(hours);
    found("[data-presets]").forEach(presets);
    found("[data-sum]").forEach(sum);
    found("form[data-guard]").forEach(guard);
    found("form[data-autosave]").forEach(autosave);
    found("[data-look]").forEach(look);
    found("[data-print]").forEach((button) => button.addEventListener("click", () => print()));
    inside("[data-needs-js]").forEach((element) => { element.hidden = false; });
  }

  /* --- the page as a whole ---------------------------------------------------------------- */

  document.documentElement.classList.add("js");
  enhance(document.body);
  document.addEventListener("htmx:after:swap", () => enhance(document.body));

  const menu = document.querySelector("details.menu");
  if (menu && !CSS.supports("selector(::details-content)")) {
    const wide = matchMedia("(min-width: 64rem)"), fit = () => { menu.open = wide.matches; };
    fit(); wide.addEventListener("change", fit);
  }

  const theme = document.querySelector("[data-theme-choice]");
  if (theme) {
    theme.value = document.documentElement.dataset.theme;
    theme.addEventListener("change", () => { document.documentElement.dataset.theme = theme.value; remember("theme", theme.value); });
  }

  const first = document.querySelector("[data-takes-focus]");
  if (first) first.focus();
  document.addEventListener("click", (event) => {
    const link = event.target.closest('.error-summary a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (field) {
      event.preventDefault();
      const target = field.matches("fieldset") ? field.querySelector("input:not([type=hidden]), select, textarea") ?? field : field;
      field.scrollIntoView({ block: "center" }); target.focus({ preventScroll: true });
    }
    for (const open of all("details[data-closes][open]")) if (!open.contains(event.target)) open.open = false;
  });

  /* A second press while the first is under way would be a second record. The pressed button keeps its name and value. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || event.defaultPrevented || form.target) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method !== "post") return;
    form.dataset.sent = "yes"; say(words.sending);
    setTimeout(() => all("button[type=submit], button:not([type])", form).forEach((button) => button.setAttribute("aria-disabled", "true")));
    setTimeout(() => release(form), 8000);
  });
  const release = (form) => { delete form.dataset.sent; all('[aria-disabled="true"]', form).forEach((button) => button.removeAttribute("aria-disabled")); };
  addEventListener("pageshow", () => all("form[data-sent]").forEach(release));

  /* Coming back to a list after opening one of its rows lands on the same place. */
  if (document.querySelector(".table-list")) {
    const key = `place:${location.pathname}${location.search}`;
    const place = sessionStorage.getItem(key);
    if (place && document.referrer.startsWith(location.origin) && !location.hash) scrollTo(0, Number(place));
    sessionStorage.removeItem(key);
    addEventListener("pagehide", () => { if (scrollY > 200) sessionStorage.setItem(key, String(scrollY)); });
  }

  const dialog = document.getElementById("shortcuts");
  document.querySelector("[data-shortcuts-choice]")?.addEventListener("change", (event) => {
    document.body.toggleAttribute("data-shortcuts", event.target.checked);
    remember("shortcuts", event.target.checked ? "on" : "off");
  });
  all("[data-show-shortcuts]").forEach((button) => button.addEventListener("click", () => dialog.showModal()));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") all("details[data-closes][open]").forEach((open) => { open.open = false; open.querySelector("summary").focus(); });
    if (event.ctrlKey || event.metaKey || event.altKey || !document.body.hasAttribute("data-shortcuts")) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    if (event.key === "/") { const search = document.getElementById("global-search"); if (search) { event.preventDefault(); search.focus(); } }
    if (event.key === "?" && dialog) { event.preventDefault(); dialog.showModal(); }
  });
})();
