// How it looks. A constructed style sheet needs no exception in the content security policy of
// the page that embeds us.

const LIGHT = `
  --surface: #fff; --sunken: #efede8; --ink: #1d1c1a; --muted: #6a6862; --line: #e3e0d9;
  --accent: #0f6b5f; --on-accent: #fff; --accent-soft: #e1efec; --warn: #9a5b00; --late: #b3261e;
  --focus: #1a73e8; --edge: #8a877f; --shadow: 0 12px 40px rgb(40 60 55 / 22%);
  color-scheme: light;
`;

const DARK = `
  --surface: #1e1e1b; --sunken: #2f2f2a; --ink: #eceae4; --muted: #a09d95; --line: #33322e;
  --accent: #54b9a8; --on-accent: #161614; --accent-soft: #17332f; --warn: #e0a458;
  --late: #f2938b; --focus: #8ab4f8; --edge: #7d7a72; --shadow: 0 12px 40px rgb(0 0 0 / 60%);
  color-scheme: dark;
`;

const RULES = `
:host { all: initial; ${LIGHT} }
@media (prefers-color-scheme: dark) { :host(:not([data-theme="light"])) { ${DARK} } }
:host([data-theme="dark"]) { ${DARK} }
@media print { :host { display: none; } }

* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }

.launcher, .panel {
  position: fixed; z-index: 2147483000; color: var(--ink);
  font: 15px/1.45 Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", sans-serif;
}
button { font: inherit; color: inherit; cursor: pointer; -webkit-tap-highlight-color: transparent; }
button:disabled { cursor: default; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
svg {
  width: 20px; height: 20px; fill: none; stroke: currentcolor; stroke-width: 2;
  stroke-linecap: round; stroke-linejoin: round; flex: none;
}
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

.launcher {
  right: 20px; bottom: 20px; display: flex; gap: 8px; align-items: center;
  min-height: 52px; padding: 0 20px 0 16px; border: 0; border-radius: 26px;
  background: var(--accent); color: var(--on-accent); font-weight: 600;
  box-shadow: 0 4px 16px rgb(0 0 0 / 18%);
}
.launcher:hover { background: color-mix(in srgb, var(--accent) 90%, var(--ink)); }
.badge {
  min-width: 22px; padding: 1px 7px; border-radius: 11px; text-align: center;
  background: var(--on-accent); color: var(--accent); font-size: 13px;
  font-variant-numeric: tabular-nums;
}

.panel {
  right: 20px; bottom: 20px; width: 380px; height: min(640px, calc(100dvh - 40px));
  display: flex; flex-direction: column; overflow: hidden;
  background: var(--surface); border-radius: 16px; box-shadow: var(--shadow);
}
.head {
  display: flex; gap: 8px; align-items: center; justify-content: space-between;
  padding: 14px 12px 14px 18px; border-bottom: 1px solid var(--line);
}
.head h2 { font: inherit; font-weight: 650; overflow-wrap: anywhere; }
.head p { color: var(--muted); font-size: 13px; font-variant-numeric: tabular-nums; }
.head button {
  display: grid; place-items: center; width: 36px; height: 36px; border: 0; border-radius: 50%;
  background: none; color: var(--muted);
}
.head button:hover { background: var(--sunken); color: var(--ink); }
.head .phone { margin-left: auto; }
.head svg { width: 18px; height: 18px; }

.middle { position: relative; flex: 1; min-height: 0; display: flex; }
.thread {
  flex: 1; display: flex; flex-direction: column; gap: 8px; padding: 16px;
  overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin;
  scrollbar-color: var(--line) transparent;
}
.thread:focus-visible { outline-offset: -2px; }
.thread > :first-child { margin-top: auto; }
.day { align-self: center; padding: 8px 0 4px; color: var(--muted); font-size: 12px; }

.message { display: flex; flex-direction: column; align-items: flex-start; gap: 8px; }
.message.you { align-items: flex-end; gap: 4px; }
.message.person { gap: 4px; }
.message + .you, .you + .message, .person + .assistant { margin-top: 4px; }
.name { padding-left: 12px; color: var(--muted); font-size: 12px; font-variant-numeric: tabular-nums; }
.name strong { font-weight: 600; }
.bubble {
  max-width: 82%; padding: 9px 13px; border-radius: 16px; background: var(--sunken);
  white-space: pre-wrap; overflow-wrap: anywhere;
}
.you .bubble { background: var(--accent); color: var(--on-accent); }
.person .bubble { background: var(--accent-soft); }
.bubble a { color: inherit; text-decoration: underline; text-underline-offset: 2px; }

.file {
  max-width: 82%; padding: 9px 13px; border: 1px solid var(--line); border-radius: 12px;
  background: none; text-align: start; overflow-wrap: anywhere; font-variant-numeric: tabular-nums;
}
button.file { color: var(--accent); text-decoration: underline; text-underline-offset: 2px; }
button.file:hover { background: var(--sunken); }

.options { display: flex; flex-wrap: wrap; gap: 6px; }
.options button {
  min-height: 34px; padding: 5px 13px; border: 1px solid var(--accent); border-radius: 17px;
  background: none; color: var(--accent); font-size: 14px; text-align: start;
  overflow-wrap: anywhere;
}
.options button:hover:enabled { background: var(--accent-soft); }
.options button:disabled { border-color: var(--line); color: var(--muted); }

.status { padding-right: 4px; color: var(--muted); font-size: 12px; }
.status[data-state="sending"] { animation: appear 0s .8s both; }
.status[data-state="refused"] { color: var(--late); }
.status button { padding: 4px; border: 0; background: none; text-decoration: underline; }

.typing {
  display: flex; gap: 4px; align-self: flex-start; padding: 14px; border-radius: 16px;
  background: var(--sunken);
}
.typing i { width: 6px; height: 6px; border-radius: 50%; background: var(--muted); }

.wait {
  margin-top: 4px; padding: 12px 14px; border: 1px solid var(--line); border-radius: 12px;
  font-size: 14px;
}
.wait strong { font-weight: 650; }
.wait p { margin-top: 2px; }
.wait .goon {
  margin-top: 8px; padding: 0; border: 0; background: none; color: var(--accent);
  font-weight: 600; text-align: start; text-decoration: underline; text-underline-offset: 3px;
}

.elsewhere {
  display: flex; flex-direction: column; gap: 8px; padding: 12px 18px 14px;
  border-top: 1px solid var(--line); background: var(--surface); font-size: 14px;
}
.elsewhere .top { display: flex; align-items: center; justify-content: space-between; gap: 8px; }
.elsewhere h3 { font-size: 14px; font-weight: 650; }
.elsewhere .shut {
  display: grid; place-items: center; width: 30px; height: 30px; border: 0; border-radius: 50%;
  background: none; color: var(--muted);
}
.elsewhere .shut:hover { background: var(--sunken); color: var(--ink); }
.elsewhere .shut svg { width: 16px; height: 16px; }
.elsewhere .places { display: flex; flex-wrap: wrap; gap: 6px; }
.elsewhere a {
  min-height: 34px; padding: 6px 13px; border: 1px solid var(--accent); border-radius: 17px;
  color: var(--accent); text-decoration: none;
}
.elsewhere a:hover { background: var(--accent-soft); }
.elsewhere code {
  padding: 1px 6px; border-radius: 6px; background: var(--sunken); white-space: nowrap;
  font: 600 14px ui-monospace, Consolas, monospace; user-select: all;
}
.elsewhere .linked { color: var(--muted); }
.elsewhere .cut {
  padding: 4px; border: 0; background: none; color: var(--ink); text-decoration: underline;
}

.more {
  position: absolute; left: 50%; bottom: 8px; translate: -50%; padding: 6px 14px; border: 0;
  border-radius: 16px; background: var(--accent); color: var(--on-accent); font-size: 13px;
  box-shadow: 0 2px 8px rgb(0 0 0 / 20%);
}
.offline:not(:empty) {
  padding: 8px 18px; border-top: 1px solid var(--line); color: var(--warn); font-size: 13px;
}

form {
  display: grid; grid-template-columns: auto 1fr auto; gap: 8px; align-items: end;
  padding: 12px 14px; border-top: 1px solid var(--line);
}
.length:empty { display: none; }
.length { grid-column: 1 / -1; padding-left: 4px; color: var(--late); font-size: 13px; }
textarea {
  width: 100%; min-height: 42px; max-height: 132px; padding: 9px 15px; resize: none;
  border: 1px solid var(--edge); border-radius: 21px; background: var(--surface);
  color: var(--ink); font: inherit; scrollbar-width: none;
}
textarea::placeholder { color: var(--muted); opacity: 1; }
textarea:focus-visible { outline-offset: -1px; }
form button {
  display: grid; place-items: center; width: 38px; height: 38px; margin-bottom: 2px; border: 0;
  border-radius: 50%; background: var(--accent); color: var(--on-accent);
}
form .attach { background: none; color: var(--muted); margin-inline-start: -6px; }
form .attach:hover { background: var(--sunken); color: var(--ink); }
form button:not(.attach):hover { background: color-mix(in srgb, var(--accent) 90%, var(--ink)); }

@media (max-width: 480px) {
  .panel { inset: 0; width: 100%; height: 100dvh; border-radius: 0; box-shadow: none; }
  form { padding-bottom: max(12px, env(safe-area-inset-bottom)); }
  textarea { font-size: 16px; } /* below that, phones zoom in */
}
@keyframes appear { from { visibility: hidden; } }
@media (prefers-reduced-motion: no-preference) {
  .message.new, .wait.new { animation: rise .18s ease-out; }
  .typing i { animation: breathe 1.2s infinite ease-in-out; }
  .typing i:nth-of-type(2) { animation-delay: .15s; }
  .typing i:nth-of-type(3) { animation-delay: .3s; }
  @keyframes rise { from { opacity: 0; transform: translateY(6px); } }
  @keyframes breathe { 40% { opacity: .3; } }
}
`;

/** Return the style sheet of the shadow root. */
export function sheet() {
  const made = new CSSStyleSheet();
  made.replaceSync(RULES);
  return made;
}
