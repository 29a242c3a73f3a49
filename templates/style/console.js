// The console without this file works the same; with it the preview follows the typing.
"use strict";

const form = document.querySelector("form[data-preview]");
const preview = document.getElementById("preview");
const copied = document.getElementById("copied");
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
    // The banner of a copy stands above the form; replaced only where it changes, since it is read aloud.
    const banner = preview.querySelector("template[data-copied]");
    if (banner && copied && copied.innerHTML.trim() !== banner.innerHTML.trim()) copied.innerHTML = banner.innerHTML;
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
