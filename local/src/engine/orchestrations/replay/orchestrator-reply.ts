// The result of one call of the orchestrator. The SDK replies with an envelope; if user code threw, the same envelope
// is at the end of the error's message.

import { isRecord } from "@same-kit/shared";
import type { FailureDetails } from "../../history/events.ts";
import type { OrchestratorInvocationReply } from "../../ports.ts";
import { type Action, parseAction } from "./action.ts";
import { ReplayFailure } from "./replay-failure.ts";

/** The parsed reply of one call; `actions` is validated by {@link parseActions}. */
export type OrchestratorReply =
  | { kind: "answered"; actions: unknown; schemaVersion: unknown; ending: Ending; customStatus: unknown }
  /** The error contains no envelope: the code could not be loaded, or something in the worker failed. */
  | { kind: "crashed"; message: string; stack: string | null };

/** The state of user code after all events were played. */
export type Ending =
  | { kind: "waiting" }
  | { kind: "returned"; output: unknown }
  | { kind: "threw"; error: string; failureDetails: FailureDetails | null };

const ENVELOPE_MARKER = "\n\n$OutOfProcData$:";

// The SDK omits the text if code throws a value that is not an Error, or an Error with an empty message.
const NO_ERROR_TEXT = "The code threw something that is not an Error, or an Error without a message.";

/** @throws ReplayFailure if the code was found non-deterministic. */
export function parseOrchestratorReply(
  reply: Exclude<OrchestratorInvocationReply, { kind: "unavailable" }>,
): OrchestratorReply {
  if (reply.kind === "non-deterministic") throw new ReplayFailure(reply.message, "non-determinism");
  if (reply.kind === "returned") {
    if (isRecord(reply.value)) return answered(reply.value, false);
    return { kind: "crashed", message: "The orchestrator returned nothing that the engine understands.", stack: null };
  }
  const envelope = envelopeIn(reply.message);
  return envelope === null ? { kind: "crashed", message: reply.message, stack: reply.stack } : answered(envelope, true);
}

/**
 * The flat list of everything the code has scheduled.
 *
 * @throws ReplayFailure if this host does not support the list or its schema.
 */
export function parseActions(reply: Extract<OrchestratorReply, { kind: "answered" }>): Action[] {
  const { actions, schemaVersion } = reply;
  if (!isSpokenSchema(schemaVersion)) {
    throw new ReplayFailure(
      `The OOProc schema of version "${String(schemaVersion ?? 0)}" is unsupported by this durable-extension version.`,
    );
  }
  if (!Array.isArray(actions) || actions.length !== 1 || !Array.isArray(actions[0])) {
    throw new ReplayFailure("The orchestrator's actions must be an outer array of length 1.");
  }
  return actions[0].map(parseAction);
}

/** V2 to V4; V1 had one inner array per yield and was used by SDKs before 2.0. */
function isSpokenSchema(version: unknown): boolean {
  return [1, 2, 3, "V2", "V3", "V4"].some((it) => it === version);
}

function envelopeIn(message: string): Record<string, unknown> | null {
  // The worker appends its envelope; an earlier one was copied in by the app's own error text.
  const at = message.lastIndexOf(ENVELOPE_MARKER);
  if (at < 0) return null;
  try {
    const value: unknown = JSON.parse(message.slice(at + ENVELOPE_MARKER.length));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function answered(envelope: Record<string, unknown>, hasThrown: boolean): OrchestratorReply {
  const { actions, schemaVersion, customStatus, error } = envelope;
  const hasFailed = hasThrown || (typeof error === "string" && error !== "");
  const ending = hasFailed ? threw(envelope) : endingOf(envelope);
  return { kind: "answered", actions, schemaVersion, customStatus, ending };
}

function endingOf({ isDone, output }: Record<string, unknown>): Ending {
  return isDone === true ? { kind: "returned", output } : { kind: "waiting" };
}

function threw({ error, failureDetails }: Record<string, unknown>): Ending {
  return {
    kind: "threw",
    error: typeof error === "string" && error !== "" ? error : NO_ERROR_TEXT,
    // Written by the SDK in the history's own spelling.
    failureDetails: isRecord(failureDetails) ? (failureDetails as FailureDetails) : null,
  };
}
