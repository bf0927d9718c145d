// Files are sent in parts, each with its digest. Where a connection breaks, the address of the page
// keeps the upload: who chooses the same files again goes on where it stopped. Without a secure
// context there are no digests, and the form sends the files whole.
"use strict";

const form = document.querySelector("form[data-uploads]");
const PATIENCE = [1, 2, 4, 8, 16]; // seconds between attempts at one part

async function asked(url, options) {
  const answer = await fetch(url, { redirect: "error", ...options });
  if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { status: answer.status });
  return answer.json();
}

async function digest(part) {
  const sum = await crypto.subtle.digest("SHA-256", await part.arrayBuffer());
  return btoa(String.fromCharCode(...new Uint8Array(sum)));
}

async function sent(url, part) {
  const headers = { "Content-Digest": `sha-256=:${await digest(part)}:` };
  for (const seconds of [...PATIENCE, null]) {
    try {
      return await asked(url, { method: "PUT", body: part, headers });
    } catch (error) {
      if (seconds === null || (error.status && error.status < 500 && error.status !== 429)) {
        throw error;
      }
      await new Promise((wake) => setTimeout(wake, seconds * 1000));
    }
  }
}

// The upload in the address, when these are its files and what has come is what they hold.
async function known(url, files, size) {
  if (!url?.startsWith(`${form.dataset.uploads}/`)) return null;
  const { files: coming } = await asked(url).catch(() => ({ files: [] }));
  if (coming.length !== files.length) return null;
  for (const [at, one] of coming.entries()) {
    if (one.name !== files[at].name || one.size !== files[at].size) return null;
    for (const [number, expected] of one.parts.entries()) {
      const part = files[at].slice(number * size, Math.min((number + 1) * size, one.offset));
      if ((await digest(part)) !== expected) return null;
    }
  }
  return coming;
}

async function upload(submitter) {
  const files = [...form.elements.files.files];
  const size = Number(form.dataset.part);
  const address = new URL(location.href);
  let url = address.searchParams.get("upload");
  let coming = await known(url, files, size);
  if (!coming) {
    const fields = new FormData(form, submitter);
    fields.delete("files");
    fields.set("files", JSON.stringify(files.map((file) => [file.name, file.size])));
    ({ url } = await asked(form.dataset.uploads, {
      method: "POST", body: new URLSearchParams(fields) }));
    coming = files.map(() => ({ offset: 0 }));
    address.searchParams.set("upload", url);
    history.replaceState(null, "", address);
  }
  const total = files.reduce((sum, file) => sum + file.size, 0) || 1;
  let done = coming.reduce((sum, one) => sum + one.offset, 0);
  const bar = form.querySelector("progress");
  bar.hidden = false;
  for (const [at, file] of files.entries()) {
    let { offset } = coming[at];
    while (offset < file.size) {
      const part = file.slice(offset, offset + size);
      ({ offset } = await sent(`${url}/${at}?offset=${offset}`, part));
      done += part.size;
      bar.value = done / total;
      form.querySelector("[data-status]").textContent = `${Math.floor((100 * done) / total)} % sent`;
    }
  }
  const { url: next } = await asked(`${url}/end`, { method: "POST" });
  location.assign(next);
}

form?.addEventListener("submit", (event) => {
  if (!window.crypto?.subtle) return;
  event.preventDefault();
  upload(event.submitter).catch((error) => {
    const status = form.querySelector("[data-status]");
    status.textContent = error.status
      ? "This was not taken. Open the page anew and try again."
      : "The connection broke. Choose the same files and send again: it goes on where it stopped.";
  });
});

if (form && new URL(location.href).searchParams.has("upload")) {
  form.querySelector("[data-status]").textContent =
    "Files were being sent when this page was left. Choose the same ones and send them: it goes on"
    + " where it stopped.";
}
