// A customer portal with a chat that knows who is signed in.

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
window.pforte = { token: async () => (await call("POST", "/token")).token };

const PRODUCTS = { electricity: "Strom", gas: "Gas", water: "Wasser" };

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
      line.textContent = `${PRODUCTS[product] ?? product}: ${number}`;
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
