// The form for writing works without this file; with it, what is typed is saved by itself, and two people see each other.
"use strict";

(() => {
  const form = document.querySelector("form[data-preview]");
  if (!form) return;

  const PAUSE = 2000; // milliseconds from the first unsaved key to the saving
  const RETRY = 8000;
  const PATIENCE = 10000; // with an answer that does not come
  const BEAT = 20000;
  // An open page alone keeps no session alive: whoever has not touched it for so long is taken for gone.
  const IDLE = 10 * 60 * 1000;
  const LONGEST = 60 * 60 * 1000;
  const STORE = "hansho-draft:";
  const WAYS_IN = ["signed-out", "another"];
  const TROUBLES = {
    "signed-out": "サインインが切れました。書いた内容は、この画面に残っています。サインインすると、自動で保存します。",
    "lost": "いま保存できません（サーバーに届きません）。書いた内容は、この画面に残っています。つながると、自動で保存します。",
  };

  const saved = document.getElementById("saved");
  const said = document.getElementById("saved-said");
  const trouble = document.getElementById("trouble");
  const company = document.getElementById("company");
  const begin = { address: location.pathname + location.search, action: form.getAttribute("action") };

  let unsaved = form.hasAttribute("data-unsaved");
  let stopped = !form.hasAttribute("data-autosave");
  let saving = null;
  let sent = false;
  let timer = 0;
  let mood = "";
  let active = Date.now();

  const hidden = (name) => form.querySelector(`input[type=hidden][name=${name}]`);
  const typed = () => new URLSearchParams(new FormData(form));

  async function ask(address, body) {
    const control = new AbortController();
    const patience = setTimeout(() => control.abort(), PATIENCE);
    try {
      const answer = await fetch(address, {
        method: "POST", headers: { Accept: "application/json" }, body, signal: control.signal,
      });
      return await answer.json();
    } catch (problem) {
      return { state: "lost" };
    } finally {
      clearTimeout(patience);
    }
  }

  // ── Saving ──

  function later(wait) {
    if (!timer && !stopped) timer = setTimeout(save, wait);
  }

  function save() {
    clearTimeout(timer);
    timer = 0;
    if (!saving && !stopped && unsaved && !sent) saving = saveNow();
    return saving;
  }

  async function saveNow() {
    unsaved = false;
    const answer = await ask(form.dataset.autosave, typed());
    saving = null;
    if (answer.others !== undefined) showCompany(answer.others);
    if (answer.state === "saved" || answer.state === "empty") {
      if (!unsaved) forget();
      adopt(answer);
      tell(answer.said);
    } else {
      unsaved = true;
      stopped = answer.state === "stale";
      complain(answer.state, answer.said || TROUBLES[answer.state]);
      if (answer.state !== "refused") later(RETRY);
      return;
    }
    if (unsaved) later(PAUSE);
  }

  // From now on the page is that of the draft, also after a reload; emptied again, it is that of a new one.
  function adopt(answer) {
    const before = hidden("bulletin").value;
    const number = answer.id ? String(answer.id) : "";
    for (const name of ["version", "revision"]) hidden(name).value = answer[name] || "";
    hidden("bulletin").value = number;
    if (hidden("kept")) hidden("kept").value = "";
    if (number === before) return;
    const edit = `/admin/bulletins/${number}/edit`;
    const fresh = `/admin/write/${hidden("notice").value}`;
    form.setAttribute("action", number ? edit : fresh);
    history.replaceState(null, "", number ? edit : fresh);
    if (unsaved) remember();
    if (number) beat();
  }

  // The eye sees each saving; a screen reader hears of it only where something has changed.
  function tell(text) {
    saved.textContent = text;
    if (mood !== "saved") said.textContent = text;
    mood = "saved";
    trouble.hidden = true;
  }

  function complain(kind, text) {
    saved.textContent = "";
    trouble.hidden = false;
    trouble.querySelector("a").hidden = !WAYS_IN.includes(kind);
    if (mood !== kind) trouble.querySelector("span").textContent = text;
    mood = kind;
  }

  // ── What could not be saved yet ──
  // The last resort, for a page that is left or reloaded before it could save. Bounded so that a shared machine does not
  // give it away: it stands in sessionStorage, which other tabs do not see and which ends with this tab; it is erased
  // by the next saving and by signing out here; it is given back only to the person who wrote it, within an hour,
  // and any page for writing that somebody else opens erases it.

  function remember(isSent = false) {
    const entry = { me: form.dataset.me, at: Date.now(), isSent, pairs: [...new FormData(form)] };
    try {
      sessionStorage.setItem(STORE + location.pathname, JSON.stringify(entry));
    } catch (problem) { /* full or forbidden: the page itself still holds it */ }
  }

  function forget(name = STORE + location.pathname) {
    try {
      sessionStorage.removeItem(name);
    } catch (problem) { /* forbidden: then nothing was kept */ }
  }

  function entries() {
    try {
      return Object.keys(sessionStorage).filter((name) => name.startsWith(STORE));
    } catch (problem) {
      return [];
    }
  }

  function held(name) {
    try {
      const entry = JSON.parse(sessionStorage.getItem(name));
      return entry && entry.me === form.dataset.me && Date.now() - entry.at < LONGEST ? entry : null;
    } catch (problem) {
      return null;
    }
  }

  function bringBack() {
    for (const name of entries()) if (!held(name)) forget(name);
    const entry = held(STORE + location.pathname);
    if (!entry) return;
    const pairs = new URLSearchParams(entry.pairs);
    // What was on its way when the page was left has arrived where the draft was last written by that page.
    const arrived = entry.isSent && (!form.dataset.last || form.dataset.last === pairs.get("page"));
    if (arrived || unsaved) {
      forget();
      return;
    }
    for (const field of form.elements) {
      if (!field.name || field.type === "submit" || ["notice", "writer"].includes(field.name)) continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = pairs.getAll(field.name).includes(field.value);
      else field.value = pairs.get(field.name) || "";
    }
    unsaved = true;
    said.textContent = saved.textContent = "保存できていなかった内容を戻しました。";
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Whoever types while the page is still coming, or comes back to a form that the browser filled, is heard too.
  function isTouched(field) {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (!field.options) return field.defaultValue !== undefined && field.type !== "hidden" && field.value !== field.defaultValue;
    const first = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(first, 0);
  }

  // ── Who else is here ──

  function showCompany(text) {
    if (company.textContent !== text) company.textContent = text;
    company.hidden = !text;
  }

  async function beat() {
    const number = hidden("bulletin").value;
    if (!number || document.hidden || Date.now() - active > IDLE) return;
    const answer = await ask(`/admin/bulletins/${number}/presence`, new URLSearchParams());
    if (answer.others !== undefined) showCompany(answer.others);
    if (answer.state === "signed-out") complain("signed-out", TROUBLES["signed-out"]);
  }

  // ── ──

  form.addEventListener("input", () => {
    unsaved = true;
    remember();
    later(PAUSE);
  });
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => { active = Date.now(); });
  window.addEventListener("focus", () => { if (unsaved) save(); beat(); });

  form.addEventListener("submit", (event) => {
    // A second click would save twice. A saving under way is waited for: the form must name the state it leaves behind.
    if (sent || saving) event.preventDefault();
    if (sent) return;
    if (saving) {
      const button = event.submitter || form.querySelector("button");
      saving.finally(() => button.click());
      return;
    }
    sent = true;
    clearTimeout(timer);
    if (unsaved) remember(true);
  });
  window.addEventListener("pageshow", () => { sent = false; });
  window.addEventListener("pagehide", () => {
    const number = hidden("bulletin").value;
    if (unsaved && !sent && !stopped && !saving && (mood === "" || mood === "saved")) {
      remember(navigator.sendBeacon(form.dataset.autosave, typed()));
    }
    if (number) navigator.sendBeacon(`/admin/bulletins/${number}/presence`, new URLSearchParams({ leaving: "1" }));
  });
  for (const out of document.querySelectorAll("form[action='/admin/sign-out']")) {
    out.addEventListener("submit", () => entries().forEach((name) => forget(name)));
  }

  const early = [...form.elements].find((field) => field.name && isTouched(field));
  bringBack();
  if (early) early.dispatchEvent(new Event("input", { bubbles: true }));
  if (unsaved) save();
  beat();
  setInterval(beat, BEAT);
})();
