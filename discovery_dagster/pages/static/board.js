// Groups are dragged from wave to wave, and assets out of their groups to waves and other groups.
// Where one is dropped, the page shows what that would change; menus do the same without a mouse.
"use strict";

const board = document.querySelector("[data-board]");
let dragged = null;

board?.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-asset], [data-group]");
  if (!dragged) return;
  event.dataTransfer.setData("text/plain", dragged.dataset.asset ?? dragged.dataset.group);
  event.dataTransfer.effectAllowed = "move";
});

// Where what is dragged may be dropped: a group on a wave, an asset on another group, too.
function place(event) {
  const group = dragged?.dataset.asset && event.target.closest("[data-group]");
  const target = group || event.target.closest("[data-wave]");
  return dragged && target && !target.contains(dragged) ? target : null;
}

board?.addEventListener("dragover", (event) => {
  const over = place(event);
  if (!over) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  for (const each of board.querySelectorAll(".over")) each.classList.toggle("over", each === over);
  over.classList.add("over");
});
board?.addEventListener("drop", (event) => {
  const over = place(event);
  if (!over) return;
  event.preventDefault();
  if (dragged.dataset.asset) {
    const to = over.dataset.group ? `group ${over.dataset.group}` : `wave ${over.dataset.wave}`;
    const query = new URLSearchParams([["to", to]]);
    location.assign(`${board.dataset.moves}/${dragged.dataset.asset}?${query}`);
    return;
  }
  const query = new URLSearchParams([
    ["kind", "pin"], ["value", dragged.dataset.group], ["value", over.dataset.wave]]);
  location.assign(`${board.dataset.board}?${query}`);
});
board?.addEventListener("dragend", () => {
  dragged = null;
  for (const each of board.querySelectorAll(".over")) each.classList.remove("over");
});
