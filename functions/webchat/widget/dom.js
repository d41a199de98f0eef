// Make elements without markup: what people wrote only ever becomes text.

/** Return an element with attributes, listeners (`onclick`) and children (nodes or strings). */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Return a drawing of one path, 24 by 24. */
export function icon(path) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

const LINK = /https:\/\/[^\s<>"'`{}|\\^]+/g;
const TAIL = /[.,;:!?)\]]+$/;

/** Return a text as nodes, its https addresses as links that give nothing of this page away. */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(TAIL, "");
    if (!URL.canParse(address)) continue;
    nodes.push(text.slice(end, match.index));
    nodes.push(
      element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address),
    );
    end = match.index + address.length;
  }
  nodes.push(text.slice(end));
  return nodes;
}
