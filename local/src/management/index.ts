export { type DurableClientValue, durableClientBindingValue } from "./durable-client-value.ts";
export type { ManagementDeps } from "./management-call.ts";
export { createManagementHandler } from "./management-handler.ts";
export { type RpcListener, startRpcListener } from "./rpc-listener.ts";
