// Orders two lamps with clients from protoc-gen-es, over gRPC (grpc.ts) or gRPC-Web (grpc_web.ts): one is paid and
// refunded, one is cancelled.

import { randomUUID } from "node:crypto";
import { ConnectError, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { ProductService } from "./generated/easyorder/catalog/v1/catalog_pb.js";
import { PaymentMethod } from "./generated/easyorder/common/v1/common_pb.js";
import { IdentityService } from "./generated/easyorder/identity/v1/identity_pb.js";
import { OrderService, OrderStatus, type Order } from "./generated/easyorder/order/v1/order_pb.js";
import { OrderWatchService, type OrderEvent } from "./generated/easyorder/order/v1/order_watch_pb.js";
import { ErrorInfoSchema } from "./generated/google/rpc/error_details_pb.js";
import { toDecimal, toMoney } from "./money.js";

export const SHOP = process.env.SHOP_URL ?? "http://127.0.0.1:8080";
const ADMIN = { email: "admin@example.com", password: "Admin123!" };

/** Makes connections to the shop, with the interceptors given. */
export type Connect = (interceptors: Interceptor[]) => Transport;

/** Sends the token of whoever has logged in with each call. */
function authorize(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
}

/** The status of the order that an event of its stream reports, if any. */
function reported({ content }: OrderEvent): OrderStatus | undefined {
  switch (content.case) {
    case "orderSnapshot":
      return content.value.order?.status;
    case "orderStatusChanged":
      return content.value.toStatus;
    case "error":
      throw new Error(content.value.message);
    default:
      return undefined;
  }
}

/** Prints each status of an order until it is paid. */
async function untilPaid(shopper: Transport, { id }: Order): Promise<void> {
  // A stream takes as long as its order, and is open until it is aborted: leaving the loop does not close it.
  const watching = new AbortController();
  const options = { signal: watching.signal, timeoutMs: 0 };
  try {
    for await (const event of createClient(OrderWatchService, shopper).watchOrder({ id }, options)) {
      const status = reported(event);
      if (status !== undefined) console.log(`order ${id} is ${OrderStatus[status]}`);
      if (status === OrderStatus.PAID) return;
      if (status === OrderStatus.FAILED) throw new Error("the payment was refused");
    }
  } finally {
    watching.abort();
  }
}

export async function orderLamps(connect: Connect): Promise<void> {
  const identity = createClient(IdentityService, connect([]));
  const ada = { email: `ada-${randomUUID()}@example.com`, password: "Analytical-1" };
  await identity.register({ ...ada, displayName: "Ada" });
  const shopper = connect([authorize((await identity.login(ada)).accessToken)]);
  const administrator = connect([authorize((await identity.login(ADMIN)).accessToken)]);

  const sku = `LAMP-${randomUUID()}`;
  const catalogue = createClient(ProductService, administrator);
  await catalogue.createProduct({
    product: {
      name: "Desk lamp",
      basePrice: toMoney("39.95", "EUR"),
      productItems: [{ sku, quantityOnHand: 10 }],
    },
  });

  // Who has changed something finds it in lists at once, everybody else a moment later.
  const { products } = await catalogue.listProducts({ query: sku });
  const lamp = products[0]?.productItems[0];
  if (!lamp?.price) throw new Error("the lamp is not in the catalogue");
  console.log(`${products[0]?.name}: ${toDecimal(lamp.price)} ${lamp.price.currencyCode}`);

  const orders = createClient(OrderService, shopper);
  const request = {
    currencyCode: "EUR",
    items: [{ productItemId: lamp.id, quantity: 1 }],
    payment: { method: PaymentMethod.CARD, token: "tok_ok" },
  };
  const placed = await orders.createOrder({ ...request, requestId: randomUUID() });
  await untilPaid(shopper, placed);

  try {
    const items = [{ productItemId: lamp.id, quantity: 11 }];
    await orders.createOrder({ ...request, items, requestId: randomUUID() });
  } catch (error) {
    const [info] = ConnectError.from(error).findDetails(ErrorInfoSchema);
    console.log(`11 lamps: ${info?.reason}`);
  }

  const unwanted = await orders.createOrder({ ...request, requestId: randomUUID() });
  const cancelled = await orders.cancelOrder({ id: unwanted.id, reason: "One is enough" });
  console.log(`order ${cancelled.id} is ${OrderStatus[cancelled.status]}`);

  const { refunds } = await createClient(OrderService, administrator).refundOrder({
    id: placed.id,
    amount: toMoney("5.00", "EUR"),
    reason: "A scratch",
    requestId: randomUUID(),
  });
  const refund = refunds.at(-1)?.amount;
  if (refund) console.log(`order ${placed.id} gets ${toDecimal(refund)} ${refund.currencyCode} back`);
}
