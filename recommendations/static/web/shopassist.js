"use strict";

// The pages work without this file. It says what htmx is doing, and lets Enter send a question.

const part = (id) => document.getElementById(id);

function trouble(words) {
  const box = part("trouble");
  box.textContent = words;
  box.hidden = !words;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  trouble("");
  part("announcement").textContent = event.target.dataset.working || "";
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => trouble("The shop could not be reached. Please try again."));
}

document.addEventListener("htmx:responseError", (event) => {
  if (!event.detail.shouldSwap) trouble("Something went wrong. Please try again.");
});

document.addEventListener("keydown", (event) => {
  const box = event.target;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && box.name === "query") {
    event.preventDefault();
    box.form.requestSubmit();
  }
});
