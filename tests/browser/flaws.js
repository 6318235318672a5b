// What a look at the page would find: parts outside the window, words that are cut off, controls that cover each other.
() => {
  const found = [];
  const name = (element) => `${element.tagName.toLowerCase()}.${element.className} "${(element.textContent || "").trim().slice(0, 40)}"`;
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth - width} pixels too wide`);
  const isHidden = (element) =>
    element.closest(".visually-hidden, .skip, [hidden], svg, option, thead") !== null ||
    getComputedStyle(element).clipPath === "inset(50%)" || !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  for (const element of document.body.querySelectorAll("*")) {
    if (isHidden(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    const scrolls = element.parentElement.closest("[data-scrolls]") !== null;
    if (!scrolls && (box.left < -1 || box.right > width + 1)) found.push(`outside the window: ${name(element)}`);
    const style = getComputedStyle(element);
    const cuts = style.overflowX !== "visible" && style.overflowX !== "auto" && style.overflowX !== "scroll" && element.scrollWidth > element.clientWidth + 1;
    if (cuts && element.innerText.trim() && style.webkitLineClamp === "none" && !["TEXTAREA", "INPUT", "SELECT"].includes(element.tagName)) found.push(`cut off: ${name(element)}`);
  }
  const controls = [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")].filter((each) => {
    if (isHidden(each)) return false;
    for (let up = each; up; up = up.parentElement) if (["fixed", "sticky"].includes(getComputedStyle(up).position)) return false;
    return true;
  });
  for (const [index, one] of controls.entries()) {
    const a = one.getBoundingClientRect();
    for (const other of controls.slice(index + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      const b = other.getBoundingClientRect();
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 2 && high > 2) found.push(`${name(one)} and ${name(other)} cover each other`);
    }
    if (a.height < 24 && one.tagName !== "A") found.push(`too small to press: ${name(one)}`);
  }
  return found;
}
