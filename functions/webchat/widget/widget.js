// Embedded with <script src="…/webchat/widget.js" data-title="…" async></script>: only starts the
// chat, so that the page that embeds it waits for nothing.
(() => {
  const script = document.currentScript;
  const base = new URL(".", script.src).href;
  const start = async () => {
    const chat = await import(`${base}widget/{version}/chat.js`);
    chat.start({ base, ...script.dataset });
  };
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start, { once: true });
  } else {
    start();
  }
})();
