import type { MissingFiles } from "@same-kit/functions-app/contract";
import * as z from "zod/mini";
import { parseAnswer, wrongAnswer } from "./parse-answer.ts";
import { blobReference } from "./step-details.ts";

const started = z.object({
  id: z.string(),
  statusQueryGetUri: z.url(),
  terminatePostUri: z.string(),
  suspendPostUri: z.string(),
  resumePostUri: z.string(),
  purgeHistoryDeleteUri: z.string(),
});

/** The check-status payload of an accepted run; the URLs contain keys, so they are neither printed nor saved. */
export type StartedRun = z.infer<typeof started>;

const stepRecord = z.object({
  name: z.string(),
  startedAt: z.string(),
  durationMs: z.number(),
  codeMs: z.number(),
  python: z.string(),
  environment: z.string(),
  output: z.object({ stdout: z.string(), stderr: z.string() }),
  warnings: z.array(z.string()),
  // Absent from an app of an older version; `readStepDetails` checks it.
  details: z.optional(z.unknown()),
  files: z.optional(blobReference),
  keptFrom: z.optional(z.string()),
  cache: z.optional(
    z.object({
      isHit: z.boolean(),
      why: z.string(),
      runId: z.optional(z.string()),
      storedAt: z.optional(z.string()),
    }),
  ),
});

const failedStep = z.extend(stepRecord, {
  codeMs: z.optional(z.number()),
  python: z.optional(z.string()),
  environment: z.optional(z.string()),
  failure: z.object({ type: z.string(), message: z.string(), traceback: z.string() }),
});

const runDetails = z.object({
  id: z.string(),
  runtimeStatus: z.string(),
  steps: z.array(stepRecord),
  failed: z.nullable(failedStep),
  unfinished: z.nullable(z.object({ step: z.string(), details: z.unknown() })),
});

/** A run as returned by its app; `readStepDetails` validates the outputs of its steps. */
export type AnsweredRun = z.infer<typeof runDetails>;

const content = z.union([z.string(), blobReference]);

const wholeRun = z.extend(runDetails, {
  createdTime: z.string(),
  lastUpdatedTime: z.string(),
  output: z.unknown(),
  requested: z.nullable(
    z.array(
      z.object({
        name: z.string(),
        code: content,
        sources: z.record(z.string(), content),
        cells: z.optional(
          z.array(z.object({ number: z.number(), lines: z.number(), tags: z.optional(z.array(z.string())) })),
        ),
        keepsResults: z.optional(z.boolean()),
        cache: z.optional(z.object({ maxAgeSeconds: z.optional(z.number()), notebook: z.optional(z.string()) })),
      }),
    ),
  ),
});

/** Adds the request with which it was started, and its output. */
export type AnsweredWholeRun = z.infer<typeof wholeRun>;

const variable = z.object({
  name: z.string(),
  type: z.string(),
  sizeBytes: z.optional(z.number()),
  repr: z.string(),
  exploded: z.optional(z.string()),
});

const runResult = z.object({
  session_context: z.string(),
  /** From apps of earlier versions. */
  session_context_blob: z.optional(blobReference),
  session_context_parts: z.optional(blobReference),
  steps: z.array(stepRecord),
  variables: z.array(variable),
  variables_omitted: z.optional(z.number()),
  python: z.object({
    version: z.string(),
    implementation: z.string(),
    executable: z.optional(z.string()),
    dill: z.string(),
  }),
});

export type RunResult = z.infer<typeof runResult>;

const RUNTIME_STATUS = [
  "Pending",
  "Running",
  "Completed",
  "Failed",
  "Terminated",
  "Suspended",
  "Canceled",
  "ContinuedAsNew",
] as const;

// Absent before the first step, and for an app that is not ours.
const customStatus = z.object({ completedCount: z.number() });

const status = z.object({
  instanceId: z.string(),
  runtimeStatus: z.enum(RUNTIME_STATUS),
  createdTime: z.string(),
  lastUpdatedTime: z.string(),
  customStatus: z.unknown(),
  output: z.unknown(),
});

export type RunStatus = Omit<z.infer<typeof status>, "customStatus"> & {
  /** How many steps have succeeded, as reported by the run. */
  completedCount: number;
};

/** Like all parsers of responses below: @throws OperationError `ERR_APP_ANSWER` if the response violates the contract. */
export function parseStartedRun(text: string, url: string): StartedRun {
  return parseAnswer(started, text, url, "a check-status answer");
}

export function parseRunStatus(text: string, url: string): RunStatus {
  const { customStatus: custom, ...rest } = parseAnswer(status, text, url, "a status");
  const progress = customStatus.safeParse(custom);
  return { ...rest, completedCount: progress.success ? progress.data.completedCount : 0 };
}

const missingFiles = z.object({ manifest: z.string(), missing: z.array(z.string()) });

export function parseMissingFiles(text: string, url: string): MissingFiles {
  return parseAnswer(missingFiles, text, url, "the files that are missing");
}

export function parseRunDetails(text: string, url: string): AnsweredRun {
  return parseAnswer(runDetails, text, url, "a run's details");
}

export function parseWholeRun(text: string, url: string): AnsweredWholeRun {
  return parseAnswer(wholeRun, text, url, "a whole run");
}

/** @throws OperationError `ERR_APP_ANSWER` for the output of an app that is not ours. */
export function parseRunResult(value: unknown, url: string): RunResult {
  const parsed = runResult.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw wrongAnswer(url, `the result's ${issue?.path.join(".") || "value"} is invalid (${issue?.message})`);
}

/** Whether the run has ended, so that its status does not change any more. */
export function isFinal({ runtimeStatus }: Pick<RunStatus, "runtimeStatus">): boolean {
  return ["Completed", "Failed", "Terminated", "Canceled"].includes(runtimeStatus);
}
