/** Talk to the simulated messengers' control API. */

const WAIT_S = 25;

async function json(response) {
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail);
  return body;
}

/** Let the customer act, for example `{text: "hallo"}` or `{button: "id"}`. */
export async function act(channel, user, what) {
  const body = JSON.stringify({ channel, user, ...what });
  const headers = { "Content-Type": "application/json" };
  return json(await fetch("/control/messages", { method: "POST", headers, body }));
}

/** Return the customers of a channel, the last heard of first. */
export async function customers(channel) {
  const query = new URLSearchParams({ channel });
  return (await json(await fetch(`/control/customers?${query}`))).customers;
}

/** Return what is new after a cursor; waits for it, unless it is the first look. */
export async function news(channel, user, after, first) {
  const query = new URLSearchParams({ channel, user, after, wait: first ? 0 : WAIT_S });
  return json(await fetch(`/control/messages?${query}`));
}
