// Lists what makes a page hard to use: for eyes, for readers of the screen, for small screens.
() => {
  const faults = [];
  const root = document.documentElement;
  const shown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility === "visible";
  const called = (one) => `<${one.tagName.toLowerCase()}> "${(one.textContent || one.name || "").trim().slice(0, 40)}"`;

  // Colours: what a text stands on is every background behind it, laid over one another.
  const channels = (text) => {
    const found = text.match(/[\d.]+/g).map(Number);
    return text.startsWith("color(") ? found.slice(0, 3).map((c) => c * 255).concat(found[3] ?? 1)
      : [found[0], found[1], found[2], found[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((c) => top[c] * top[3] + below[c] * (1 - top[3])).concat(1);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const behind = (one) => {
    const layers = [];
    for (let at = one; at; at = at.parentElement) layers.push(channels(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), dark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };

  if (root.scrollWidth > root.clientWidth) faults.push(`scrolls sideways: ${root.scrollWidth} px on ${root.clientWidth}`);
  if (!/^[a-z]{2}$/.test(root.lang)) faults.push("the page does not say its language");
  if (!document.title.trim()) faults.push("the page has no title");
  if (document.querySelectorAll("main").length !== 1) faults.push("there is not one main part");

  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) faults.push(`a level of headings is left out before ${called(heading)}`);
    level = next;
  }
  if (document.querySelectorAll("h1").length !== 1) faults.push("there is not one first heading");

  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) faults.push(`id ${id} is there twice`);
  for (const one of document.querySelectorAll("[aria-describedby], [aria-labelledby]")) {
    const named = `${one.getAttribute("aria-describedby") || ""} ${one.getAttribute("aria-labelledby") || ""}`;
    for (const id of named.trim().split(/\s+/)) if (!ids.includes(id)) faults.push(`${called(one)} is described by nothing: ${id}`);
  }
  for (const one of document.querySelectorAll("img")) {
    if (!one.hasAttribute("alt")) faults.push(`a picture without words: ${one.src}`);
  }

  for (const one of document.querySelectorAll("input, select, textarea")) {
    if (one.type === "hidden" || !shown(one)) continue;
    const label = [...one.labels].map((l) => l.textContent).join("").trim() || one.getAttribute("aria-label");
    if (!label) faults.push(`${called(one)} ${one.name} has no label`);
    if (one.type === "radio" && !one.closest("fieldset")?.querySelector("legend")) faults.push(`${one.name} is not in a group with a name`);
    if (one.type !== "radio" && one.type !== "checkbox") {
      const ratio = contrast(over(channels(getComputedStyle(one).borderTopColor), behind(one.parentElement)), behind(one.parentElement));
      if (ratio < 3) faults.push(`the edge of ${one.name} is seen badly: ${ratio.toFixed(2)}`);
    }
  }
  for (const one of document.querySelectorAll("button, a.button, input[type=submit]")) {
    if (!shown(one)) continue;
    const box = one.getBoundingClientRect();
    if (box.height < 44 || box.width < 44) faults.push(`${called(one)} is too small for a thumb: ${box.width} x ${box.height}`);
  }
  for (const one of document.querySelectorAll("a, button, input, select, textarea")) {
    if (one.type === "hidden" || !shown(one) || one.disabled || one.tabIndex < 0) continue;
    one.focus({ focusVisible: true });
    const style = getComputedStyle(one);
    if (document.activeElement !== one) faults.push(`${called(one)} cannot have the focus`);
    else if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) faults.push(`${called(one)} ${one.name || ""} does not show that it has the focus`);
    one.blur();
  }

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const one = node.parentElement;
    if (!node.textContent.trim() || !shown(one) || ["SCRIPT", "STYLE", "OPTION"].includes(one.tagName)) continue;
    const style = getComputedStyle(one);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const below = behind(one);
    const ratio = contrast(over(channels(style.color), below), below);
    if (ratio < (large ? 3 : 4.5)) faults.push(`${called(one)} is read badly: contrast ${ratio.toFixed(2)}`);
  }
  for (const one of document.querySelectorAll("input, select, textarea")) {
    if (one.type === "hidden" || !shown(one) || one.type === "radio" || one.type === "checkbox") continue;
    const below = behind(one);
    const ratio = contrast(over(channels(getComputedStyle(one).color), below), below);
    if (ratio < 4.5) faults.push(`what is written in ${one.name} is read badly: contrast ${ratio.toFixed(2)}`);
  }
  return faults;
}
