// Terraform's machine-readable output: one JSON object per line, from `init`, `plan`, `apply` and `destroy` with `-json`.
// Source: hashicorp/terraform, website/docs/internals/machine-readable-ui.mdx.

import { OperationError } from "@same-kit/shared";

type ResourceAction = "create" | "read" | "update" | "replace" | "delete" | "noop";

export type TerraformDiagnostic = {
  severity: "error" | "warning";
  summary: string;
  detail: string;
  /** The resource's address, if it concerns one. */
  address: string | null;
  /** For example `main.tf:12`, if it concerns a file. */
  place: string | null;
};

export type TerraformEvent =
  | { kind: "version"; version: string }
  | { kind: "diagnostic"; diagnostic: TerraformDiagnostic }
  /** An operation on one resource; `elapsedSeconds` counts from its start. */
  | {
      kind: "resource";
      stage: "started" | "progress" | "completed" | "failed";
      address: string;
      type: string;
      action: ResourceAction;
      elapsedSeconds: number;
    }
  | { kind: "drift"; address: string; action: ResourceAction }
  | { kind: "summary"; add: number; change: number; remove: number }
  /** Anything else, known or newer: only its text is useful. */
  | { kind: "message"; text: string };

const STAGES: Record<string, "started" | "progress" | "completed" | "failed"> = {
  apply_start: "started",
  apply_progress: "progress",
  apply_complete: "completed",
  apply_errored: "failed",
};

// The major version of the format that this file reads; minor versions only add.
const UI_MAJOR = "1";

/**
 * Reads one line.
 *
 * @returns null for a blank line. A line that is not JSON, such as an early error, becomes a `message`.
 * @throws OperationError `ERR_TERRAFORM_UI_VERSION` for another major version of the format.
 */
export function parseTerraformLine(line: string): TerraformEvent | null {
  if (line.trim() === "") return null;
  const value = parseObject(line);
  if (value === null) return { kind: "message", text: line };
  const type = textOf(value["type"]);
  const stage = STAGES[type];
  if (stage !== undefined) return resourceEvent(stage, recordOf(value["hook"]));
  switch (type) {
    case "version":
      requireKnownFormat(textOf(value["ui"]));
      return { kind: "version", version: textOf(value["terraform"]) };
    case "diagnostic":
      return { kind: "diagnostic", diagnostic: toDiagnostic(recordOf(value["diagnostic"])) };
    case "resource_drift": {
      const change = recordOf(value["change"]);
      return { kind: "drift", address: addressOf(change), action: actionOf(change) };
    }
    case "change_summary": {
      const changes = recordOf(value["changes"]);
      const count = (name: string) => Number(changes[name] ?? 0);
      return { kind: "summary", add: count("add"), change: count("change"), remove: count("remove") };
    }
    default:
      return { kind: "message", text: textOf(value["@message"]) };
  }
}

function resourceEvent(stage: "started" | "progress" | "completed" | "failed", hook: Record<string, unknown>) {
  return {
    kind: "resource" as const,
    stage,
    address: addressOf(hook),
    type: textOf(recordOf(hook["resource"])["resource_type"]),
    action: actionOf(hook),
    elapsedSeconds: Number(hook["elapsed_seconds"] ?? 0),
  };
}

function toDiagnostic(value: Record<string, unknown>): TerraformDiagnostic {
  return {
    severity: value["severity"] === "warning" ? "warning" : "error",
    summary: textOf(value["summary"]),
    detail: textOf(value["detail"]),
    address: typeof value["address"] === "string" ? value["address"] : null,
    place: placeOf(recordOf(value["range"])),
  };
}

function placeOf(range: Record<string, unknown>): string | null {
  const file = textOf(range["filename"]);
  return file === "" ? null : `${file}:${String(recordOf(range["start"])["line"] ?? "")}`;
}

function requireKnownFormat(version: string): void {
  if (version.split(".")[0] === UI_MAJOR) return;
  throw new OperationError({
    code: "ERR_TERRAFORM_UI_VERSION",
    message: `Terraform writes its progress in format ${version}; this same-kit reads format ${UI_MAJOR}.`,
    hint: "Update same-kit, or use an older Terraform.",
  });
}

function parseObject(line: string): Record<string, unknown> | null {
  if (!line.startsWith("{")) return null;
  try {
    return recordOf(JSON.parse(line));
  } catch {
    return null;
  }
}

const addressOf = (value: Record<string, unknown>): string => textOf(recordOf(value["resource"])["addr"]);
const actionOf = (value: Record<string, unknown>): ResourceAction =>
  (textOf(value["action"]) || "noop") as ResourceAction;
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
