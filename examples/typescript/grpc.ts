// Over gRPC, for programs on Node.js.

import { createGrpcTransport } from "@connectrpc/connect-node";
import { orderLamps, SHOP } from "./order_lamps.js";

await orderLamps((interceptors) => createGrpcTransport({ baseUrl: SHOP, interceptors, defaultTimeoutMs: 10_000 }));
