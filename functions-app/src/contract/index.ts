// What travels between a SAME client and the app.

export { decodeBase64, decodeUtf8, encodeBase64 } from "./base64.ts";
export { DEFAULT_LIMITS, type Limits, resolveLimits } from "./limits.ts";
export { type Problem, RequestProblem } from "./problem.ts";
export {
  ENVIRONMENT_HEADER,
  type InitiateRequest,
  parseInitiateRequest,
  RUN_ID_HEADER,
  SOURCE_NAMES,
  type SourceName,
  type StepRequest,
} from "./request.ts";
export type {
  CustomStatus,
  OutputTail,
  PythonFacts,
  RunResult,
  StepRecord,
  VariableSummary,
} from "./result.ts";
