export { decodeUtf8, fromUrlSafeBase64, toUrlSafeBase64 } from "./base64.ts";
export { EXECUTOR, ORCHESTRATOR } from "./executor-call.ts";
export * from "./headers.ts";
export * from "./initiate-request.ts";
export * from "./limits.ts";
export * from "./problem.ts";
export * from "./run-details.ts";
export * from "./run-result.ts";
export * from "./step-details.ts";
