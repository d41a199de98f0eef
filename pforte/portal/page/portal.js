// A customer portal with a chat that knows who is signed in.

// The page itself is written in German; these are what stands in the places that `data-say` names.
const WORDS = {
  de: {
    title: "Mein Kundenkonto – Stadtwerke Musterstadt",
    signOut: "Abmelden",
    mine: "Mein Kundenkonto",
    who: "Wer sind Sie?",
    signIn: "Anmelden",
    hint: "Das Portal ist ein Beispiel: Es glaubt Ihnen ohne Passwort.",
    hello: "Guten Tag",
    lead: "Schreiben Sie uns unten rechts. Wer Sie sind, wissen wir schon: Sie müssen weder Kundennummer noch Postleitzahl nennen.",
    number: "Kundennummer",
    address: "Anschrift",
    meters: "Zähler",
    trouble: "Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.",
    electricity: "Strom",
    gas: "Gas",
    water: "Wasser",
  },
  en: {
    title: "My account – Stadtwerke Musterstadt",
    signOut: "Sign out",
    mine: "My account",
    who: "Who are you?",
    signIn: "Sign in",
    hint: "The portal is an example: it believes you without a password.",
    hello: "Hello",
    lead: "Write to us at the bottom right. We know already who you are: you need not tell us customer number or postcode.",
    number: "Customer number",
    address: "Address",
    meters: "Meters",
    trouble: "That did not work. Please try again.",
    electricity: "Electricity",
    gas: "Gas",
    water: "Water",
  },
};

/** Return the page's language: what the address asks for, else the browser's first that we have. */
function spoken() {
  const asked = new URLSearchParams(location.search).get("lang");
  const wanted = [asked, ...navigator.languages].map((each) => each?.slice(0, 2).toLowerCase());
  return wanted.find((each) => each && Object.hasOwn(WORDS, each)) ?? "de";
}

const language = spoken();
document.documentElement.lang = language; // before the chat is here, which follows it

/** Call our own server; JSON in and out. */
async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    ...(method === "POST" && {
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body ?? {}),
    }),
  });
  if (!answer.ok) throw new Error(`the portal answers ${answer.status}`);
  return answer.json();
}

// What the chat asks whenever it needs to know who writes: the signed token, null for nobody.
window.pforte = { token: async () => (await call("POST", "/token", { locale: language })).token };

function part(id) {
  return document.getElementById(id);
}

function show(customer) {
  part("door").hidden = Boolean(customer);
  part("account").hidden = !customer;
  part("signOut").hidden = !customer;
  if (!customer) return;
  part("greeted").textContent = customer.name;
  part("number").textContent = customer.customer_number;
  part("address").textContent = customer.address;
  part("meters").replaceChildren(
    ...customer.meters.map(({ number, product }) => {
      const line = document.createElement("li");
      line.textContent = `${WORDS[language][product] ?? product}: ${number}`;
      return line;
    }),
  );
}

/** Do something with the session, and let the chat know when somebody else is here now. */
async function change(method, body) {
  try {
    show((await call(method, "/session", body)).customer);
    part("trouble").hidden = true;
    window.pforte.refresh?.();
  } catch {
    part("trouble").hidden = false;
  }
}

async function begin() {
  for (const place of document.querySelectorAll("[data-say]")) {
    place.textContent = WORDS[language][place.dataset.say];
  }
  const { customer, customers } = await call("GET", "/session");
  part("who").replaceChildren(
    ...customers.map(({ customer_number, name }) => new Option(name, customer_number)),
  );
  part("signIn").addEventListener("submit", (event) => {
    event.preventDefault();
    change("POST", { customer_number: part("who").value });
  });
  part("signOut").addEventListener("click", () => change("DELETE"));
  show(customer);
}

document.addEventListener("DOMContentLoaded", begin);
