/** Orders two lamps with fetch and EventSource: the first is paid and partly refunded, the second is cancelled. */

const SHOP = new URLSearchParams(location.search).get("shop") ?? "http://127.0.0.1:8080";

/** What the shop says went wrong: a message for people, a reason for programs. */
class Refused extends Error {
  constructor({ message, details }) {
    super(message);
    this.reason = details.find((detail) => detail.reason)?.reason;
  }
}

/** The reply to a call, of whoever has logged in with the token; throws Refused. */
async function post(path, body = {}, token = "") {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${SHOP}/api/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const reply = await response.json();
  if (!response.ok) throw new Refused(reply);
  return reply;
}

/** Calls back with each status of an order until it is paid, also over breaks. */
async function untilPaid(id, token, onStatus) {
  let resumeToken = "";
  for (let left = 10; left > 0; left--) {
    // EventSource sends no token: a ticket stands for it, and opens one stream within a minute.
    const { ticket } = await post("streamTickets", {}, token);
    const stream = new EventSource(`${SHOP}/api/v1/orders/${id}:watch?${new URLSearchParams({ ticket, resumeToken })}`);
    const isPaid = await new Promise((resolve, reject) => {
      stream.onerror = () => resolve(false);
      stream.onmessage = ({ data, lastEventId }) => {
        resumeToken = lastEventId || resumeToken;
        const event = JSON.parse(data);
        const status = event.orderStatusChanged?.toStatus ?? event.orderSnapshot?.order.status;
        if (status) onStatus(status);
        if (status === "ORDER_STATUS_PAID") resolve(true);
        if (status === "ORDER_STATUS_FAILED") reject(new Error("the payment was refused"));
      };
    }).finally(() => stream.close());
    if (isPaid) return;
  }
  throw new Error("the connection was lost again and again");
}

async function orderLamps() {
  const admin = (await post("users/login", { email: "admin@example.com", password: "Admin123!" })).accessToken;
  const basePrice = { currencyCode: "EUR", units: "39", nanos: 950_000_000 };
  const productItems = [{ sku: `LAMP-${newId()}`, quantityOnHand: 10 }];
  const product = await post("products", { name: "Desk lamp", basePrice, productItems }, admin);
  const [lamp] = product.productItems;
  say(`${product.name}: ${formatted(lamp.price)}`);

  const ada = { email: `ada-${newId()}@example.com`, password: "Analytical-1" };
  await post("users", { ...ada, displayName: "Ada" });
  const shopper = (await post("users/login", ada)).accessToken;
  const order = (quantity) => ({
    requestId: newId(), // whoever repeats a call sends the same body again
    currencyCode: "EUR",
    items: [{ productItemId: lamp.id, quantity }],
    payment: { method: "PAYMENT_METHOD_CARD", token: "tok_ok" },
  });

  const placed = await post("orders", order(1), shopper);
  await untilPaid(placed.id, shopper, (status) => say(`order ${placed.id} is ${status}`));

  await post("orders", order(11), shopper).catch((error) => say(`11 lamps: ${error.reason}`));

  const unwanted = await post("orders", order(1), shopper);
  const cancelled = await post(`orders/${unwanted.id}:cancel`, { reason: "One is enough" }, shopper);
  say(`order ${cancelled.id} is ${cancelled.status}`);

  const part = { requestId: newId(), amount: { currencyCode: "EUR", units: "5" }, reason: "A scratch" };
  const { refunds } = await post(`admin/orders/${placed.id}:refund`, part, admin);
  say(`order ${placed.id} gets ${formatted(refunds.at(-1).amount)} back`);
}

function newId() {
  return crypto.randomUUID(); // needs https, or this machine
}

/** An amount for people. Text all the way: a floating-point number would not hold all amounts. */
function formatted({ units, nanos = 0, currencyCode }) {
  const sign = units.startsWith("-") || nanos < 0 ? "-" : "";
  const decimal = `${sign}${units.replace("-", "")}.${String(Math.abs(nanos)).padStart(9, "0")}`;
  return new Intl.NumberFormat("en", { style: "currency", currency: currencyCode }).format(decimal);
}

function say(text) {
  const line = document.createElement("li");
  line.textContent = text;
  document.getElementById("log").append(line);
}

document.getElementById("shop").textContent = SHOP;
document.getElementById("order").addEventListener("click", async ({ target }) => {
  target.disabled = true;
  await orderLamps().catch((error) => say(error.message));
  target.disabled = false;
});
