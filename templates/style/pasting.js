// Without this file the buttons do the same; with it a pasted text is read at once, and a mark goes when its field is touched.
"use strict";

for (const box of document.querySelectorAll("textarea[data-reads]")) {
  box.addEventListener("paste", () => {
    // The text stands in the box only after the event.
    setTimeout(() => {
      const read = box.form.querySelector("button[value=read]");
      if (box.value.trim() && read) box.form.requestSubmit(read);
    }, 0);
  });
}

document.addEventListener("input", (event) => {
  const marked = event.target.closest(".from-paste");
  const form = event.target.form;
  if (!marked || !form || !event.target.name) return;
  marked.classList.remove("from-paste");
  marked.querySelector("[data-mark]").remove();
  const seen = document.createElement("input");
  seen.type = "hidden";
  seen.name = "seen";
  seen.value = event.target.name.replace(/^field-/, "");
  form.append(seen);
});
