// Orders two lamps with @grpc/grpc-js, which reads proto/ when it starts: nothing is generated, and nothing is typed.

import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const SHOP = process.env.SHOP_URL ?? "http://127.0.0.1:8080";
const FILES = ["catalog/v1/catalog", "identity/v1/identity", "order/v1/order", "order/v1/order_watch"];
const definition = protoLoader.loadSync(
  ["google/rpc/status.proto", "google/rpc/error_details.proto", ...FILES.map((file) => `easyorder/${file}.proto`)],
  // The whole units of an amount do not fit into a number: they are text.
  { includeDirs: [fileURLToPath(new URL("../../proto", import.meta.url))], longs: String, enums: String },
);
const { easyorder } = grpc.loadPackageDefinition(definition);

/** A client of a service, for whoever has logged in with the token: `await client.getOrder({ id })`. */
function connect(Service, token) {
  const { host, protocol } = new URL(SHOP);
  const credentials = protocol === "https:" ? grpc.credentials.createSsl() : grpc.credentials.createInsecure();
  const client = new Service(host, credentials, { "grpc.enable_http_proxy": 0 });
  const metadata = new grpc.Metadata();
  if (token) metadata.set("authorization", `Bearer ${token}`);
  return new Proxy(client, {
    get: (_, name) => (request) =>
      Service.service[name.charAt(0).toUpperCase() + name.slice(1)].responseStream
        ? client[name](request, metadata)
        : new Promise((resolve, reject) => {
            const options = { deadline: Date.now() + 10_000 };
            client[name](request, metadata, options, (error, reply) => (error ? reject(error) : resolve(reply)));
          }),
  });
}

/** The reason of a refusal, for programs. */
function reasonOf(error) {
  const [status] = error.metadata.get("grpc-status-details-bin");
  const { details } = definition["google.rpc.Status"].deserialize(status);
  const info = details.find((detail) => detail.type_url.endsWith("/google.rpc.ErrorInfo"));
  return definition["google.rpc.ErrorInfo"].deserialize(info.value).reason;
}

/** Prints each status of an order until it is paid. */
async function untilPaid(id) {
  const stream = connect(easyorder.order.v1.OrderWatchService, shopper).watchOrder({ id });
  try {
    for await (const event of stream) {
      const status = event.orderStatusChanged?.toStatus ?? event.orderSnapshot?.order.status;
      if (status) console.log(`order ${id} is ${status}`);
      if (status === "ORDER_STATUS_PAID") return;
      if (status === "ORDER_STATUS_FAILED") throw new Error("the payment was refused");
    }
    throw new Error("the stream ended");
  } finally {
    stream.cancel();
  }
}

const identity = connect(easyorder.identity.v1.IdentityService);
const logIn = async (email, password) => (await identity.login({ email, password })).accessToken;
const email = `ada-${randomUUID()}@example.com`;
await identity.register({ email, password: "Analytical-1", displayName: "Ada" });
const shopper = await logIn(email, "Analytical-1");
const administrator = await logIn("admin@example.com", "Admin123!");

const basePrice = { currencyCode: "EUR", units: 39, nanos: 950_000_000 };
const productItems = [{ sku: `LAMP-${randomUUID()}`, quantityOnHand: 10 }];
const product = { name: "Desk lamp", basePrice, productItems };
const created = await connect(easyorder.catalog.v1.ProductService, administrator).createProduct({ product });
const lamp = created.productItems[0];

const orders = connect(easyorder.order.v1.OrderService, shopper);
const order = (quantity) => ({
  requestId: randomUUID(), // whoever repeats a call sends the same one again
  currencyCode: "EUR",
  items: [{ productItemId: lamp.id, quantity }],
  payment: { method: "PAYMENT_METHOD_CARD", token: "tok_ok" },
});
const placed = await orders.createOrder(order(1));
await untilPaid(placed.id);

await orders.createOrder(order(11)).catch((error) => console.log(`11 lamps: ${reasonOf(error)}`));

const unwanted = await orders.createOrder(order(1));
const cancelled = await orders.cancelOrder({ id: unwanted.id, reason: "One is enough" });
console.log(`order ${cancelled.id} is ${cancelled.status}`);

const part = { id: placed.id, requestId: randomUUID(), amount: { currencyCode: "EUR", units: 5 }, reason: "A scratch" };
const { refunds } = await connect(easyorder.order.v1.OrderService, administrator).refundOrder(part);
const { units, currencyCode } = refunds.at(-1).amount;
console.log(`order ${placed.id} gets ${units}.00 ${currencyCode} back`);
