import type { BlobReference, StepDetails } from "@same-kit/functions-app/contract";
import * as z from "zod/mini";

export const blobReference = z.object({
  container: z.string(),
  name: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
});

const mimeBundle = z.record(z.string(), z.unknown());

const output = z.discriminatedUnion("output_type", [
  z.object({ output_type: z.literal("stream"), name: z.enum(["stdout", "stderr"]), text: z.string() }),
  z.object({
    output_type: z.literal("display_data"),
    data: mimeBundle,
    metadata: mimeBundle,
    display_id: z.optional(z.string()),
  }),
  z.object({
    output_type: z.literal("execute_result"),
    execution_count: z.number(),
    data: mimeBundle,
    metadata: mimeBundle,
  }),
  z.object({
    output_type: z.literal("error"),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);

const cellNumber = z.nullable(z.number());

const cell = z
  .object({
    cell: cellNumber,
    executionCount: z.nullable(z.number()),
    startedAt: z.nullable(z.string()),
    durationMs: z.optional(z.number()),
    status: z.enum(["ok", "error", "unfinished"]),
    outputs: z.array(output),
  })
  .check(
    // The notebook contains both start and end as dates.
    z.refine(({ startedAt, durationMs = 0 }) => {
      return startedAt === null || !Number.isNaN(new Date(Date.parse(startedAt) + durationMs).getTime());
    }, "not times"),
  );

const stepDetails = z.object({
  formatVersion: z.literal(1),
  cells: z.array(cell),
  updates: z.optional(z.array(z.object({ display_id: z.string(), data: mimeBundle, metadata: mimeBundle }))),
  crossing: z.optional(
    z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        sizeBytes: z.number(),
        cell: cellNumber,
        changed: z.optional(z.nullable(z.boolean())),
      }),
    ),
  ),
  lost: z.optional(
    z.array(z.object({ name: z.string(), type: z.string(), cell: cellNumber, reason: z.string(), remedy: z.string() })),
  ),
  assets: z.optional(z.record(z.string(), blobReference)),
  packages: z.optional(z.record(z.string(), z.string())),
  lock: z.optional(z.object({ installer: z.string(), packages: z.array(z.string()) })),
});

export type ReadDetails =
  | { kind: "details"; details: StepDetails }
  | { kind: "blob"; blob: BlobReference }
  /** `at`: the invalid part, or the whole value. */
  | { kind: "invalid"; at: string };

/**
 * Reads a step's outputs, which are part of a larger response: invalid outputs must not invalidate the rest.
 *
 * @param value - `details` of a step's record, or the content of the blob that it references.
 */
export function readStepDetails(value: unknown): ReadDetails {
  const blob = blobReference.safeParse(value);
  if (blob.success) return { kind: "blob", blob: blob.data };
  const details = stepDetails.safeParse(value);
  if (details.success) return { kind: "details", details: details.data as StepDetails };
  return { kind: "invalid", at: details.error.issues[0]?.path.join(".") || "value" };
}
