export { type DurableClientValue, durableClientBindingValue } from "./durable-client-value.ts";
export { createManagementHandler, type ManagementDeps } from "./management-handler.ts";
export { type RpcListener, startRpcListener } from "./rpc-listener.ts";
