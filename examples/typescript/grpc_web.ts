// Over gRPC-Web, for pages: its transport needs nothing but fetch, which Node.js has, too.

import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { orderLamps, SHOP } from "./order_lamps.js";

await orderLamps((interceptors) => createGrpcWebTransport({ baseUrl: SHOP, interceptors, defaultTimeoutMs: 10_000 }));
