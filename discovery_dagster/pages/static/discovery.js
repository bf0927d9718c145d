// What the pages do beyond links and forms: the scheme, and telling that a part could not be loaded.
"use strict";

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = root.dataset.theme || (dark ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
  localStorage.setItem("discovery-theme", root.dataset.theme);
});

// A menu closes when one looks elsewhere, as menus do.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

function trouble(sentence) {
  const note = document.getElementById("trouble");
  note.hidden = !sentence;
  note.lastElementChild.textContent = sentence;
}
document.addEventListener("htmx:beforeRequest", () => trouble(""));
document.addEventListener("htmx:sendError", () =>
  trouble("The server does not answer. What you see is what was loaded last; try again in a moment."));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  trouble(
    status === 401 ? "Your sign-in has ended. Reload the page to sign in again."
      : status === 404 ? "This is no longer there, or not yours to see."
        : `This part could not be loaded (the server answered ${status}). Try again in a moment.`);
});

// A link that signs in carries the token behind the #, which browsers send to nobody.
const linked = location.pathname === "/sign-in" && location.hash.match(/^#token=(dsc_[\w-]+)$/);
if (linked) {
  document.getElementById("token").value = linked[1];
  history.replaceState(null, "", location.pathname + location.search);
  document.querySelector("main form button").focus();
}

// On a small screen the tabs scroll: the one that is open is in sight.
function showTab() {
  const tab = document.querySelector(".tabs [aria-current]");
  const tabs = tab?.closest("ul");
  if (tabs) tabs.scrollLeft = tab.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
}
showTab();
addEventListener("resize", showTab);
