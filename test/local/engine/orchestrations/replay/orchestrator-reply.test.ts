import { describe, expect, test } from "vitest";
import {
  parseActions,
  parseOrchestratorReply,
} from "../../../../../local/src/engine/orchestrations/replay/orchestrator-reply.ts";
import { ReplayFailure } from "../../../../../local/src/engine/orchestrations/replay/replay-failure.ts";

const MARKER = "\n\n$OutOfProcData$:";
const ACTIONS = [[{ actionType: 6, externalEventName: "Go" }]];
const envelope = (fields: object = {}) => ({ isDone: false, actions: ACTIONS, schemaVersion: 3, ...fields });
const returned = (value: unknown) => parseOrchestratorReply({ kind: "returned", value });
const threw = (message: string) => parseOrchestratorReply({ kind: "threw", message, stack: "at code" });

describe("an orchestrator's reply", () => {
  test.each([
    [{}, { kind: "waiting" }],
    [{ isDone: "yes" }, { kind: "waiting" }],
    [
      { isDone: true, output: 5 },
      { kind: "returned", output: 5 },
    ],
    [
      { isDone: true, output: 5, error: "" },
      { kind: "returned", output: 5 },
    ],
    [
      { isDone: true, error: "boom" },
      { kind: "threw", error: "boom", failureDetails: null },
    ],
    [
      { isDone: true, error: 5 },
      { kind: "returned", output: undefined },
    ],
  ])("with %j leaves the code as %j", (fields, ending) => {
    expect(returned(envelope(fields))).toMatchObject({ kind: "answered", ending });
  });

  test.each([undefined, null, "text", 5])("of %j is a crash", (value) => {
    expect(returned(value)).toMatchObject({ kind: "crashed", stack: null });
  });

  test("that says it is not deterministic fails the orchestration", () => {
    const parse = () => parseOrchestratorReply({ kind: "non-deterministic", message: "It reads the clock." });
    expect(parse).toThrow(ReplayFailure);
    expect(parse).toThrow(expect.objectContaining({ kind: "non-determinism", message: "It reads the clock." }));
  });
});

describe("an error of an orchestrator", () => {
  const details = { ErrorType: "E", ErrorMessage: "boom" };

  test.each([
    [
      { error: "boom", failureDetails: details },
      { error: "boom", failureDetails: details },
    ],
    [
      { error: "", failureDetails: "none" },
      { error: expect.stringContaining("without a message"), failureDetails: null },
    ],
    [{ error: 5 }, { error: expect.stringContaining("without a message") }],
  ])("with the envelope %j is read from it", (fields, ending) => {
    const reply = threw(`boom${MARKER}${JSON.stringify(envelope(fields))}`);
    expect(reply).toMatchObject({ kind: "answered", actions: ACTIONS, ending: { kind: "threw", ...ending } });
  });

  test.each(["boom", `boom${MARKER}{`, `boom${MARKER}5`, `${MARKER.slice(1)}{}`])(
    "with the message %j is a crash",
    (message) => {
      expect(threw(message)).toEqual({ kind: "crashed", message, stack: "at code" });
    },
  );

  test("that consists of an envelope only is read from it", () => {
    expect(threw(`${MARKER}${JSON.stringify(envelope())}`)).toMatchObject({ kind: "answered" });
  });
});

describe("the list of actions", () => {
  const parse = (fields: object) => {
    const reply = returned(envelope(fields));
    if (reply.kind !== "answered") throw new Error("It crashed.");
    return parseActions(reply);
  };

  test.each([1, 2, 3, "V2", "V3", "V4"])("of the schema %j is read", (schemaVersion) => {
    expect(parse({ schemaVersion })).toMatchObject([{ kind: "external-event", name: "Go" }]);
  });

  test.each([
    [{ schemaVersion: 0 }, 'version "0" is unsupported'],
    [{ schemaVersion: undefined }, 'version "0" is unsupported'],
    [{ schemaVersion: 4 }, 'version "4" is unsupported'],
    [{ schemaVersion: "V1" }, 'version "V1" is unsupported'],
    [{ actions: null }, "outer array of length 1"],
    [{ actions: [] }, "outer array of length 1"],
    [{ actions: [[], []] }, "outer array of length 1"],
    [{ actions: [{}] }, "outer array of length 1"],
  ])("with %j fails the orchestration", (fields, message) => {
    expect(() => parse(fields)).toThrow(message);
  });
});
