// What a trace's page offers besides: arrow keys in the waterfall, and finding observations by their names.
const tree = document.querySelector(".trace-page .tree");
const rows = () => [...tree.querySelectorAll("summary")].filter((row) => row.parentElement.parentElement.matches(".row") && row.checkVisibility());
const fold = (node, hidden) => {
  const box = node.querySelector(":scope > .row > .fold");
  if (!box || box.checked === hidden) return false;
  box.checked = hidden;
  return true;
};

// Up and down go from row to row, right shows what is below, left hides it or goes to what is above.
tree?.addEventListener("keydown", (event) => {
  const row = event.target.closest("summary");
  const node = row?.closest(".node");
  if (!node || row !== node.querySelector(":scope > .row summary") || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = rows();
  const go = {
    ArrowDown: () => all[all.indexOf(row) + 1],
    ArrowUp: () => all[all.indexOf(row) - 1],
    Home: () => all[0],
    End: () => all.at(-1),
    ArrowRight: () => (fold(node, false) ? row : node.querySelector(":scope > ul summary")),
    ArrowLeft: () => (fold(node, true) ? row : node.parentElement.closest(".node")?.querySelector("summary")),
  }[event.key];
  if (!go) return;
  event.preventDefault();
  go()?.focus();
});

const wanted = document.getElementById("show-named");
if (wanted) {
  wanted.closest("label").hidden = false;
  wanted.addEventListener("input", () => {
    const words = wanted.value.trim().toLowerCase();
    for (const node of tree.querySelectorAll(".node"))
      node.classList.toggle("unnamed", !node.querySelector(".name").textContent.toLowerCase().includes(words));
  });
}

const pointedAt = () => document.querySelector(".node:target > .row > details")?.setAttribute("open", "");
addEventListener("hashchange", pointedAt);
pointedAt();
