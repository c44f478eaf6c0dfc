// Messages that a client with the right to raise events can send to an entity, whose messages are events too.

import type { EntityContext } from "durable-functions";
import * as df from "durable-functions";
import { expect, test } from "vitest";
import { entityStatusOf } from "../../../../local/src/engine/entities/entity-status.ts";
import { EngineHub } from "../../../helpers/engine-hub.ts";
import { SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";

function counter(context: EntityContext<number>): void {
  const value = context.df.getState(() => 0) ?? 0;
  if (context.df.operationName === "add") context.df.setState(value + (context.df.getInput<number>() ?? 0));
}

const ID = "@counter@a";

test.each<[string, string, unknown]>([
  ["a stamp that is not a time", "op", { id: "1", op: "add", parent: "p", Timestamp: "soon" }],
  [
    "a predecessor that is not a time",
    "op",
    { id: "1", op: "add", parent: "p", Timestamp: "2026-01-01T00:00:00", Predecessor: "?" },
  ],
  ["a due time that is not a time", "op@soon", { id: "1", op: "add", signal: true, due: "soon" }],
  ["a due time that no calendar has", "op@9", { id: "1", op: "add", signal: true, due: "9999-99-99T99:99:99" }],
  ["a lock without a set", "op", { id: "1", parent: "p" }],
  ["an input that is not a string", "op", { id: "1", op: "add", signal: true, input: { n: 1 } }],
  ["a stamp beyond the calendar", "op", { id: "1", op: "add", parent: "p", Timestamp: "+275760-09-13T00:00:00" }],
  ["a stamp before 1970", "op", { id: "1", op: "add", parent: "p", Timestamp: "1969-01-01T00:00:00.0000001Z" }],
  ["a value that is not an object", "op", 5],
  ["a release of nothing", "release", null],
  ["a reply to an impossible instance", "op", { id: "1", op: "add", input: "1", parent: "x".repeat(2000) }],
])("%s does not stop the entity from running its next operations", async (_what, name, value) => {
  const hub = new EngineHub(new SdkInvoker({ orchestrators: {}, entities: { counter } }));
  hub.signal(new df.EntityId("Counter", "a"), "add", 1);
  await hub.run();
  hub.raise(ID, name, value);
  await hub.run({ withTimers: false });
  hub.signal(new df.EntityId("Counter", "a"), "add", 2);
  await hub.run({ withTimers: false });
  const status = hub.instances.get(ID)?.status;
  expect(hub.reasons("An episode could not be saved; it will be run again.")).toEqual([]);
  expect(Number(status && entityStatusOf(status)?.state)).toBeGreaterThanOrEqual(3);
});

const LONG = "x".repeat(600);

test("an entity key that is too long fails a call, and fails an orchestration that signals or locks it", async () => {
  const hub = new EngineHub(
    new SdkInvoker({
      orchestrators: {
        *Call(context) {
          yield context.df.callEntity(new df.EntityId("Counter", LONG), "add", 1);
        },
        *Signal(context) {
          context.df.signalEntity(new df.EntityId("Counter", LONG), "add", 1);
          yield context.df.createTimer(new Date(0));
        },
      },
      entities: { counter },
    }),
  );
  for (const name of ["Call", "Signal"]) hub.start(name, null, name);
  await hub.run();
  for (const name of ["Call", "Signal"]) {
    expect(hub.ending(name)?.status).toBe("Failed");
    expect(JSON.stringify(hub.history(name))).toContain("at most 512 characters");
  }
  expect(hub.waiting()).toEqual([]);
});

test("an entity's message to an entity that cannot exist is dropped, and the sender keeps working", async () => {
  const teller = (context: EntityContext<number>): void => {
    context.df.signalEntity(new df.EntityId("Teller", LONG), "tell");
    context.df.setState(1);
  };
  const hub = new EngineHub(new SdkInvoker({ orchestrators: {}, entities: { teller } }));
  hub.signal(new df.EntityId("Teller", "a"), "tell", null);
  await hub.run();
  expect(hub.instances.get("@teller@a")).toBeDefined();
  expect(hub.reasons("A message of an entity cannot be sent; it is dropped.")).toEqual([
    expect.stringContaining("at most 512 characters"),
  ]);
  expect(hub.waiting()).toEqual([]);
});
