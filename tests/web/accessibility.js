// What is wrong with this page for those who use a keyboard, a screen reader or have weak eyes: a list of sentences.
() => {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;

  const ids = all("[id]").map((element) => element.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) wrong.push(`id ${id} is given twice`);

  for (const field of all("input:not([type=hidden]), textarea, select"))
    if (![...field.labels].some((label) => label.textContent.trim())) wrong.push(`${field.name} has no label`);
  for (const control of all("button, a, summary"))
    if (!control.textContent.trim() && !control.getAttribute("aria-label")) wrong.push("something to press has no name");
  for (const image of all("img")) if (!image.hasAttribute("alt")) wrong.push("an image has no alternative text");
  for (const link of all("a[href^='#'], [aria-labelledby], [aria-describedby]"))
    for (const id of [link.hash?.slice(1), link.getAttribute("aria-labelledby"), link.getAttribute("aria-describedby")])
      if (id && !document.getElementById(id)) wrong.push(`#${id} is pointed at and absent`);

  const levels = all("h1, h2, h3, h4").filter(shown).map((heading) => Number(heading.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) wrong.push("there is not exactly one h1");
  levels.forEach((level, place) => { if (level > (levels[place - 1] ?? 0) + 1) wrong.push(`an h${level} skips a level`); });
  for (const landmark of ["header", "main", "footer"]) if (!document.querySelector(landmark)) wrong.push(`no ${landmark}`);
  if (!document.documentElement.lang) wrong.push("no language");
  if (!document.title) wrong.push("no title");

  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const colour = channels(getComputedStyle(element).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  for (const element of all("body *")) {
    const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    if (!text || !shown(element) || element.closest(".unseen, .skip")) continue;
    const style = getComputedStyle(element);
    const [light, dark] = [luminance(channels(style.color)), luminance(ground(element))].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (contrast < (large ? 3 : 4.5)) wrong.push(`contrast ${contrast.toFixed(2)}: ${element.textContent.trim().slice(0, 40)}`);
  }
  for (const control of all("button, input:not(.unseen):not([type=hidden]), .stars label").filter(shown)) {
    const { width, height } = control.getBoundingClientRect();
    if (Math.min(width, height) < 24) wrong.push(`too small to hit: ${control.textContent.trim() || control.name}`);
  }
  return wrong;
}
