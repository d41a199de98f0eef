// A description of elements, and the patch that makes the page look like it. Text becomes text
// nodes and nothing else, so what customers write is never markup. Elements that stay are kept:
// focus, selection and scroll position survive every render.

const KEY = Symbol("key");
const PROPS = Symbol("props");

/** Describe an element: `h("button.primary", { onclick }, "Senden")`. Falsy children are left out. */
export function h(name, props = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const { key, ...rest } = props;
  if (classes.length) rest.class = [...classes, rest.class].filter(Boolean).join(" ");
  return {
    tag,
    key,
    props: rest,
    children: children.flat(3).filter((child) => child || child === 0),
  };
}

/** Make the children of an element the ones that are described, changing as little as possible. */
export function patch(parent, wanted) {
  const keys = wanted.map((child, place) => keyOf(child, place));
  const kept = new Set(keys);
  const old = new Map();
  for (const node of [...parent.childNodes]) {
    if (node[KEY] !== undefined && kept.has(node[KEY])) old.set(node[KEY], node);
    else node.remove();
  }
  let next = parent.firstChild;
  wanted.forEach((child, place) => {
    const node = old.get(keys[place]) ?? create(child);
    node[KEY] = keys[place];
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
    update(node, child);
  });
}

function keyOf(child, place) {
  if (typeof child !== "object") return `#${place}`;
  return `${child.tag}:${child.key ?? place}`;
}

function create(child) {
  if (typeof child !== "object") return document.createTextNode("");
  if (child.tag === "svg" || child.tag === "path")
    return document.createElementNS("http://www.w3.org/2000/svg", child.tag);
  return document.createElement(child.tag);
}

function update(node, child) {
  if (typeof child !== "object") {
    if (node.nodeValue !== String(child)) node.nodeValue = String(child);
    return;
  }
  const before = node[PROPS] ?? {};
  for (const name in before) if (!(name in child.props)) set(node, name, null);
  for (const name in child.props)
    if (before[name] !== child.props[name]) set(node, name, child.props[name]);
  node[PROPS] = child.props;
  patch(node, child.children);
}

function set(node, name, value) {
  if (name.startsWith("on")) node[name] = value;
  else if (name === "value") {
    if (node.value !== (value ?? "")) node.value = value ?? "";
  } else if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}
