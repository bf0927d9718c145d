// Keys of the review queue. They work while a question has the focus and nobody is typing.
"use strict";

const questions = () => [...document.querySelectorAll("[data-question]")];

function focusQuestion(at) {
  const all = questions();
  const question = all[Math.max(0, Math.min(at, all.length - 1))];
  if (!question) return;
  question.focus({ preventScroll: true });
  question.scrollIntoView({ block: "nearest" });
}

function isTyping(element) {
  return element.matches("textarea, select, input:not([type=radio], [type=checkbox])");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const focused = document.activeElement || document.body;
  const here = focused.closest("[data-question]");
  if ((!here && focused !== document.body) || isTyping(focused)) return;
  const at = here ? questions().indexOf(here) : -1;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") focusQuestion(at + (key === "j" ? 1 : -1));
  else if (key === "u") document.querySelector('[data-key="u"]')?.click();
  else if (here && (key === "a" || key === "s")) here.querySelector(`[data-key="${key}"]`)?.click();
  else if (here && /^[1-9]$/.test(key)) here.querySelectorAll("input[type=radio]")[key - 1]?.click();
  else return;
  event.preventDefault();
});

// After an answer the next question has the focus, once the browser has gone to the address's part.
addEventListener("load", () => requestAnimationFrame(() => {
  if (location.hash === "#queue") focusQuestion(Number(document.getElementById("queue").dataset.at));
}));
