// The page of a bulletin without this file comes anew every few seconds; with it the figures move where they stand.
"use strict";

const board = document.querySelector("[data-events]");
const said = document.getElementById("progress-said");
const SAID_EVERY = 30000; // milliseconds between two sentences for those who listen
const CAME_ANEW = "hansho-came-anew";
const TRY_AGAIN = 10000; // milliseconds until the page comes anew where the events have ended
let source = null;
let heard = Date.now();
let stood = board ? board.dataset.stands : "";

function mark(element) {
  return `${element.tagName} ${element.getAttribute("href") || element.textContent.trim()}`;
}

// Who stood at something stands there again on the new page, or at its beginning where that is gone.
function comeAnew() {
  leave();
  try {
    const kept = { path: location.pathname, at: mark(document.activeElement) };
    if (document.activeElement !== document.body) sessionStorage.setItem(CAME_ANEW, JSON.stringify(kept));
  } catch (problem) { /* forbidden: then they begin at the top */ }
  location.replace(location.pathname);
}

function leave() {
  if (source) source.close();
  source = null;
}

function goOn() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(CAME_ANEW));
    sessionStorage.removeItem(CAME_ANEW);
    if (!kept || kept.path !== location.pathname) return;
    const same = [...document.querySelectorAll("a, button, summary")].find((each) => mark(each) === kept.at);
    (same || document.getElementById("main")).focus();
  } catch (problem) { /* forbidden: then nothing was kept */ }
}

// A text that did not change is left alone: somebody may be reading or marking it.
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function fill(id, lines) {
  const body = document.getElementById(id);
  const form = document.getElementById("domain-line");
  if (!body || !form) return;
  while (body.rows.length > lines.length) body.deleteRow(-1);
  lines.forEach((cells, place) => {
    const row = body.rows[place] || body.appendChild(form.content.querySelector("tr").cloneNode(true));
    cells.forEach((cell, column) => { if (row.cells[column]) put(row.cells[column], cell); });
  });
}

function say(news) {
  const now = Date.now();
  if (!said || (news.stands === stood && now - heard < SAID_EVERY)) return;
  heard = now;
  stood = news.stands;
  put(said, news.words.stands || `${news.words.done}残り時間は、${news.words.left}。`);
}

function show(news) {
  // Other buttons belong to another state.
  if (news.state !== board.dataset.state) { comeAnew(); return; }
  for (const place of document.querySelectorAll("[data-word]")) put(place, news.words[place.dataset.word] || "");
  for (const part of document.querySelectorAll("[data-with]")) {
    part.hidden = !(part.dataset.with === "domains" ? news.largest.length : news.words[part.dataset.with]);
  }
  const bar = document.querySelector("[data-bar]");
  if (bar) {
    bar.max = news.audience || 1;
    bar.value = news.ended;
  }
  fill("domains-largest", news.largest);
  fill("domains-others", news.others);
  say(news);
}

function follow() {
  if (source || document.hidden) return;
  const mine = new EventSource(board.dataset.events);
  source = mine;
  mine.addEventListener("message", (message) => show(JSON.parse(message.data)));
  mine.addEventListener("error", () => {
    // A line that broke is taken up by the browser; a door that is shut (signed out, too many, nothing to tell) is not.
    if (mine.readyState === EventSource.CLOSED && source === mine) setTimeout(comeAnew, TRY_AGAIN);
  });
}

goOn();
if (board && "EventSource" in window) {
  follow();
  // A browser keeps only a handful of lines to one server: pages that nobody sees give theirs up.
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : follow()));
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", (event) => { if (event.persisted) follow(); });
}
