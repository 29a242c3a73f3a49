// The console without this file works the same; with it the preview follows the typing, and a form is sent once.
"use strict";

const form = document.querySelector("form[data-preview]");
const preview = document.getElementById("preview");
const fault = document.getElementById("preview-fault");
const PAUSE = 400; // milliseconds without a key before the mail is drawn anew
let timer = 0;
let asking = null;

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
    if (answer.ok) preview.innerHTML = await answer.text();
  } catch (problem) {
    if (problem.name !== "AbortError") fault.hidden = false;
  }
}

if (form && preview && fault) {
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  });
  // A second click on the same button would make a second draft.
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => { sent = false; });
}
