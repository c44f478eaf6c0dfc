import { createLogger, type LogEntry } from "@same-kit/shared";
import { expect, test } from "vitest";
import { engineSink } from "../../../local/src/emulator/engine-sink.ts";
import { FunctionLog } from "../../../local/src/engine/function-log.ts";

test("an app's logLevel silences the lines about its functions, but none of the engine's own", () => {
  const entries: LogEntry[] = [];
  const sink = engineSink((entry) => entries.push(entry), new Map([["Host.Triggers.DurableTask", "warn"]]));
  const log = createLogger(sink, "engine");
  const settings = { hubName: "Hub", traceInputsAndOutputs: false, traceReplayEvents: false };
  new FunctionLog(log, settings).awaited({ instanceId: "abc", name: "Hello", type: "Orchestrator" });
  log.info("A line of the engine.");
  expect(entries.map((it) => it.message)).toEqual(["A line of the engine."]);
});
