// Orders two lamps over JSON with types from openapi-typescript: one is paid and refunded, one is cancelled.

import { randomUUID } from "node:crypto";
import { EventSource } from "eventsource"; // a browser has its own
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/openapi.js";
import { toDecimal, toMoney } from "./money.js";

type Schemas = components["schemas"];
type Order = Schemas["Order"];
type OrderEvent = Schemas["OrderEvent"];

const SHOP = process.env.SHOP_URL ?? "http://127.0.0.1:8080";
const ADMIN = { email: "admin@example.com", password: "Admin123!" };

/** A client of the shop, for whoever has logged in with the token. */
function connect(token?: string) {
  return createClient<paths>({ baseUrl: SHOP, ...(token && { headers: { authorization: `Bearer ${token}` } }) });
}

/** The content of a reply; what the shop says went wrong is thrown. */
function content<T>(reply: { data?: T; error?: Schemas["Error"] }): T {
  if (reply.data === undefined) throw new Error(reply.error?.message);
  return reply.data;
}

/** An amount as JSON has it: units are text. */
function inJson(decimal: string, currencyCode: string) {
  const { units, ...others } = toMoney(decimal, currencyCode);
  return { ...others, units: String(units) };
}

/** Prints each status of an order until it is paid. */
async function untilPaid({ id }: Order): Promise<void> {
  // EventSource sends no authorization header, so that a ticket in the URL stands for it.
  const { ticket } = content(await shopper.POST("/api/v1/streamTickets", { body: {} }));
  const stream = new EventSource(`${SHOP}/api/v1/orders/${id}:watch?${new URLSearchParams({ ticket })}`);
  try {
    await new Promise<void>((resolve, reject) => {
      stream.onerror = () => reject(new Error("the stream broke"));
      stream.onmessage = ({ data }) => {
        const event = JSON.parse(data) as OrderEvent;
        const status = event.orderStatusChanged?.toStatus ?? event.orderSnapshot?.order.status;
        if (event.error) reject(new Error(event.error.message));
        if (status) console.log(`order ${id} is ${status}`);
        if (status === "ORDER_STATUS_PAID") resolve();
        if (status === "ORDER_STATUS_FAILED") reject(new Error("the payment was refused"));
      };
    });
  } finally {
    stream.close();
  }
}

const anybody = connect();
const ada = { email: `ada-${randomUUID()}@example.com`, password: "Analytical-1" };
content(await anybody.POST("/api/v1/users", { body: { ...ada, displayName: "Ada" } }));
const shopper = connect(content(await anybody.POST("/api/v1/users/login", { body: ada })).accessToken);
const administrator = connect(content(await anybody.POST("/api/v1/users/login", { body: ADMIN })).accessToken);

const sku = `LAMP-${randomUUID()}`;
const product = { name: "Desk lamp", basePrice: inJson("39.95", "EUR"), productItems: [{ sku, quantityOnHand: 10 }] };
content(await administrator.POST("/api/v1/products", { body: product }));

// Who has changed something finds it in lists at once, everybody else a moment later.
const { products } = content(await administrator.GET("/api/v1/products", { params: { query: { query: sku } } }));
const lamp = products[0]?.productItems[0];
if (!lamp) throw new Error("the lamp is not in the catalogue");
console.log(`${products[0]?.name}: ${toDecimal(lamp.price)} ${lamp.price.currencyCode}`);

const request = {
  currencyCode: "EUR" as const,
  items: [{ productItemId: lamp.id, quantity: 1 }],
  payment: { method: "PAYMENT_METHOD_CARD" as const, token: "tok_ok" },
};
const placed = content(await shopper.POST("/api/v1/orders", { body: { ...request, requestId: randomUUID() } }));
await untilPaid(placed);

const tooMany = { ...request, items: [{ productItemId: lamp.id, quantity: 11 }], requestId: randomUUID() };
const { error } = await shopper.POST("/api/v1/orders", { body: tooMany });
const info = error?.details.find((detail) => detail["@type"] === "type.googleapis.com/google.rpc.ErrorInfo");
console.log(`11 lamps: ${info?.reason}`);

const unwanted = content(await shopper.POST("/api/v1/orders", { body: { ...request, requestId: randomUUID() } }));
const cancelled = content(
  await shopper.POST("/api/v1/orders/{id}:cancel", {
    params: { path: { id: unwanted.id } },
    body: { reason: "One is enough" },
  }),
);
console.log(`order ${cancelled.id} is ${cancelled.status}`);

const { refunds } = content(
  await administrator.POST("/api/v1/admin/orders/{id}:refund", {
    params: { path: { id: placed.id } },
    body: { amount: inJson("5.00", "EUR"), reason: "A scratch", requestId: randomUUID() },
  }),
);
const refund = refunds.at(-1)?.amount;
if (refund) console.log(`order ${placed.id} gets ${toDecimal(refund)} ${refund.currencyCode} back`);
