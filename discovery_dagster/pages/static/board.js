// Groups are dragged from wave to wave. Where one is dropped, the page shows what that would change;
// the menu of each group does the same without a mouse.
"use strict";

const board = document.querySelector("[data-board]");
let dragged = null;

board?.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-group]");
  if (!dragged) return;
  event.dataTransfer.setData("text/plain", dragged.dataset.group);
  event.dataTransfer.effectAllowed = "move";
});
board?.addEventListener("dragover", (event) => {
  const wave = event.target.closest("[data-wave]");
  if (!dragged || !wave || wave.contains(dragged)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  for (const each of board.querySelectorAll(".over")) each.classList.toggle("over", each === wave);
  wave.classList.add("over");
});
board?.addEventListener("drop", (event) => {
  const wave = event.target.closest("[data-wave]");
  if (!dragged || !wave || wave.contains(dragged)) return;
  event.preventDefault();
  const query = new URLSearchParams([
    ["kind", "pin"], ["value", dragged.dataset.group], ["value", wave.dataset.wave]]);
  location.assign(`${board.dataset.board}?${query}`);
});
board?.addEventListener("dragend", () => {
  dragged = null;
  for (const each of board.querySelectorAll(".over")) each.classList.remove("over");
});
