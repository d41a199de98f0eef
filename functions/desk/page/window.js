// Until when one may write, and to which address: known from what the head tells, without asking.

import { now } from "./api.js";

export const SOON = 60 * 60_000;

/** Say who may write freely to an address now: `open`, `people` or `closed`, and until when. */
export function standing(address) {
  const { window } = address;
  if (!window) return { state: "open", until: null };
  const at = now();
  if (at < window.anybody) return { state: "open", until: window.anybody };
  if (at < window.person) return { state: "people", until: window.person };
  return { state: "closed", until: null };
}

/** Return the address that the next reply goes to: the chosen one while it is there, else the usual. */
export function target(kept) {
  const { reachable } = kept.head;
  const chosen = kept.to && reachable.find((address) => address.key === kept.to && !address.blocked);
  return chosen || reachable.find((address) => address.current) || null;
}

/** Say whether one may type freely to where the reply goes. */
export function mayWrite(kept) {
  const address = target(kept);
  return !address || standing(address).state !== "closed";
}

/** Return the other addresses at which a person may write now. */
export function ways(kept) {
  const { key } = target(kept) ?? {};
  return kept.head.reachable.filter(
    (address) => address.key !== key && !address.blocked && standing(address).state !== "closed",
  );
}

/** Say whether the messenger refused our last words for its window, and nobody has written since. */
export function refusedLately(kept) {
  const last = [...kept.entries.values()].findLast(
    (entry) => entry.author === "customer" || (entry.author === "agent" && entry.mine),
  );
  return last?.state === "failed" && last.reason.startsWith("window_closed");
}
