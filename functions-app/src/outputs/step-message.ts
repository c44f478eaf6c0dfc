// The messages of the runner during a step: one JSON document per line, written by runner/same_runner/outputs/relay.py.

import type { MimeBundle, StreamName } from "../contract/step-details.ts";

export type StepEvent =
  | { kind: "cell-started"; cell: number | null; count: number }
  | { kind: "cell-ended"; cell: number | null; ms: number; status: "ok" | "error" }
  | { kind: "display" | "update"; data: MimeBundle; metadata: Record<string, unknown>; id?: string }
  | { kind: "result"; count: number; data: MimeBundle; metadata: Record<string, unknown> }
  | { kind: "error"; name: string; value: string; traceback: string[] }
  | { kind: "clear"; wait: boolean }
  | { kind: "asset"; name: string; path: string };

export type StepMessage = { kind: "output"; stream: StreamName; text: string } | { kind: "event"; event: StepEvent };
