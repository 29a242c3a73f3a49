// The console without this file works the same; with it the preview follows the typing.
"use strict";

const form = document.querySelector("form[data-preview]");
const preview = document.getElementById("preview");
const copied = document.getElementById("copied");
const told = document.getElementById("told");
const fault = document.getElementById("preview-fault");
const PAUSE = 400; // milliseconds without a key before the mail is drawn anew
let timer = 0;
let asking = null;

// Whoever stands on a line of the old preview stands on that line of the new one.
function show(html) {
  const place = [...preview.querySelectorAll("a")].indexOf(document.activeElement);
  preview.innerHTML = html;
  if (place >= 0) (preview.querySelectorAll("a")[place] || preview).focus();
}

// Read aloud where it changes, and only there.
function renew(place, found) {
  if (found && place && place.innerHTML.trim() !== found.innerHTML.trim()) place.innerHTML = found.innerHTML;
}

// A field that was scolded and is in order now is scolded no longer.
function settle() {
  for (const scolding of form.querySelectorAll(".fault[id^='e-field-']")) {
    const lacks = preview.querySelector(`.verdict a[href='#f-${scolding.id.slice(2)}']`) !== null;
    scolding.hidden = !lacks;
    for (const field of form.querySelectorAll(`[aria-describedby~='${scolding.id}']`)) field.setAttribute("aria-invalid", lacks);
  }
}

async function refresh() {
  if (asking) asking.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(form.dataset.preview, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      signal: asking.signal,
    });
    fault.hidden = answer.ok;
    if (!answer.ok) return;
    show(await answer.text());
    // The banner of a copy stands above the form, the line of the checks beside the buttons.
    renew(copied, preview.querySelector("template[data-copied]"));
    renew(told, preview.querySelector("template[data-told]"));
    settle();
  } catch (problem) {
    if (problem.name !== "AbortError") fault.hidden = false;
  }
}

if (form && preview && fault) {
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  });
  // The button, and the Enter key in a field: nobody loses their place for it.
  form.addEventListener("submit", (event) => {
    if (!event.submitter || event.submitter.value !== "preview") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    clearTimeout(timer);
    refresh();
  });
}
