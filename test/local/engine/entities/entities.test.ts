// Entities as seen by the SDK's orchestrators and entity functions, on the real engine with in-memory storage.

import type { EntityContext } from "durable-functions";
import * as df from "durable-functions";
import { describe, expect, test } from "vitest";
import { entityStatusOf } from "../../../../local/src/engine/entities/entity-status.ts";
import { EventType, type HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import { EngineHub } from "../../../helpers/engine-hub.ts";
import { type SdkApp, SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";

function counter(context: EntityContext<number>): void {
  const value = context.df.getState(() => 0) ?? 0;
  const input = context.df.getInput<number>() ?? 1;
  switch (context.df.operationName) {
    case "add":
      context.df.setState(value + input);
      break;
    case "get":
      context.df.return(value);
      break;
    case "fail":
      throw new Error("as asked");
    case "tell":
      context.df.signalEntity(new df.EntityId("Counter", "told"), "add", value);
      break;
    case "delete":
      context.df.destructOnExit();
      break;
  }
}

function open(orchestrators: SdkApp["orchestrators"], disabled: readonly string[] = []) {
  const hub = new EngineHub(new SdkInvoker({ orchestrators, entities: { counter }, disabled }));
  const entity = (key: string) => {
    const instance = hub.instances.get(`@counter@${key}`);
    return instance === undefined ? undefined : entityStatusOf(instance.status);
  };
  return { hub, entity };
}

const at = (key: string) => new df.EntityId("Counter", key);

test("the result of an operation reaches the calling orchestration, and the state is kept", async () => {
  const { hub, entity } = open({
    *Count(context) {
      yield context.df.callEntity(at("a"), "add", 5);
      yield context.df.callEntity(at("a"), "add", 2);
      return yield context.df.callEntity(at("a"), "get");
    },
  });
  hub.start("Count");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: 7 });
  expect(entity("a")).toMatchObject({ exists: true, state: "7", lockedBy: null, queueLength: 0 });
});

test("signals are processed in the order in which they were sent, and are not awaited", async () => {
  const { hub, entity } = open({
    *Signal(context) {
      for (const n of [1, 2, 3]) context.df.signalEntity(at("a"), "add", n);
      return yield context.df.callEntity(at("a"), "get");
    },
  });
  hub.start("Signal");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: 6 });
  expect(entity("a")).toMatchObject({ state: "6" });
});

test("calls run in parallel, and their IDs do not clash with those of other tasks", async () => {
  const { hub } = open({
    *All(context) {
      const calls = ["a", "b", "c"].map((key, index) => context.df.callEntity(at(key), "add", index));
      yield context.df.Task.all([...calls, context.df.createTimer(new Date(0))]);
      return yield context.df.Task.all(["a", "b", "c"].map((key) => context.df.callEntity(at(key), "get")));
    },
  });
  hub.start("All");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: [0, 1, 2] });
});

test("an operation that throws fails the call, and the entity keeps working", async () => {
  const { hub } = open({
    *Try(context) {
      yield context.df.callEntity(at("a"), "add", 1);
      let caught = "";
      try {
        yield context.df.callEntity(at("a"), "fail");
      } catch (error) {
        caught = (error as Error).constructor.name;
      }
      return [caught, yield context.df.callEntity(at("a"), "get")];
    },
  });
  hub.start("Try");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: ["Error", 1] });
});

test("an entity can signal another entity", async () => {
  const { hub, entity } = open({
    *Tell(context) {
      yield context.df.callEntity(at("a"), "add", 4);
      yield context.df.callEntity(at("a"), "tell");
      yield context.df.callEntity(at("a"), "tell");
    },
  });
  hub.start("Tell");
  await hub.run();
  expect(entity("told")).toMatchObject({ exists: true, state: "8" });
});

test("an entity that deletes itself has no state, and can start over", async () => {
  const { hub, entity } = open({
    *Delete(context) {
      yield context.df.callEntity(at("a"), "add", 4);
      yield context.df.callEntity(at("a"), "delete");
      return "deleted";
    },
    *Again(context) {
      return yield context.df.callEntity(at("a"), "add", 1);
    },
  });
  hub.start("Delete");
  await hub.run();
  expect(entity("a")).toMatchObject({ exists: false, state: null });
  hub.start("Again", null, "again");
  await hub.run();
  expect(entity("a")).toMatchObject({ exists: true, state: "1" });
});

test("a client's signals reach the entity, which is created by the first one", async () => {
  const { hub, entity } = open({});
  hub.signal(at("x"), "add", 3);
  hub.signal(at("x"), "add", 4);
  await hub.run();
  expect(entity("x")).toMatchObject({ exists: true, state: "7" });
  expect(hub.history("@counter@x").map((it) => it.EventType)).toHaveLength(3);
});

describe("an entity function that does not exist", () => {
  const calling: SdkApp["orchestrators"] = {
    *Call(context) {
      try {
        yield context.df.callEntity(new df.EntityId("Nobody", "a"), "get");
      } catch (error) {
        return (error as Error).message;
      }
      return "answered";
    },
    *Signal(context) {
      context.df.signalEntity(new df.EntityId("Nobody", "a"), "get");
      return yield context.df.createTimer(new Date(0));
    },
    *Lock(context) {
      yield context.df.lock(new df.EntityId("Nobody", "a"));
      return "locked";
    },
    *Disabled(context) {
      try {
        yield context.df.callEntity(at("a"), "get");
      } catch (error) {
        return (error as Error).message;
      }
      return "answered";
    },
  };

  test("fails the task of a call, and the error lists the existing ones", async () => {
    const { hub } = open(calling);
    hub.start("Call");
    await hub.run();
    const { status, result } = hub.ending() ?? {};
    expect(status).toBe("Completed");
    expect(result).toContain("The function 'nobody' doesn't exist");
    expect(result).toContain("'counter'");
    expect(hub.instances.has("@nobody@a")).toBe(false);
  });

  test.each(["Signal", "Lock"])("fails an orchestration that tries to %s it", async (name) => {
    const { hub } = open(calling);
    hub.start(name);
    await hub.run();
    expect(hub.ending()).toMatchObject({ status: "Failed", result: expect.stringContaining("'nobody' doesn't exist") });
  });

  test("fails every operation while it is disabled", async () => {
    const { hub } = open(calling, ["counter"]);
    hub.start("Disabled");
    await hub.run();
    expect(hub.ending()).toMatchObject({ status: "Completed", result: expect.stringContaining("is disabled") });
  });
});

describe("a critical section", () => {
  const transferring: SdkApp["orchestrators"] = {
    *Transfer(context) {
      const [from, to] = context.df.getInput() as [string, string];
      const lock: { release(): void } = yield context.df.lock(at(from), at(to));
      const value: number = yield context.df.callEntity(at(from), "get");
      yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 5_000));
      yield context.df.callEntity(at(from), "add", -value);
      yield context.df.callEntity(at(to), "add", value);
      lock.release();
      return value;
    },
    *Forgets(context) {
      yield context.df.lock(at("a"), at("b"));
      return "ended with the lock";
    },
    *Throws(context) {
      yield context.df.lock(at("a"));
      throw new Error("inside");
    },
    *Waits(context) {
      yield context.df.lock(at("a"), at("b"));
      yield context.df.waitForExternalEvent("never");
    },
    *Wrong(context) {
      yield context.df.lock(at("a"));
      context.df.signalEntity(new df.EntityId("Nobody", "a"), "get");
      yield context.df.waitForExternalEvent("never");
    },
    *Leaves(context) {
      const lock: { release(): void } = yield context.df.lock(at("a"), at("b"));
      lock.release();
      yield context.df.waitForExternalEvent("never");
    },
    *Nested(context) {
      yield context.df.lock(at("a"));
      yield context.df.lock(at("b"));
    },
  };

  /** The releases and the end follow the actions of the code, each with its own number. */
  function expectNumbersInOrder(hub: EngineHub): void {
    const isEnd = ({ EventType: type }: HistoryEvent) => type === EventType.ExecutionCompleted;
    const ids = hub.history().flatMap((it) => (it.EventId >= 0 || isEnd(it) ? [it.EventId] : []));
    expect(ids).toEqual(ids.map((_, index) => index));
  }

  test("keeps other orchestrations out", async () => {
    const { hub, entity } = open(transferring);
    hub.signal(at("a"), "add", 100);
    await hub.run();
    hub.start("Transfer", ["a", "b"], "one");
    hub.start("Transfer", ["b", "a"], "two");
    hub.start("Transfer", ["a", "b"], "three");
    await hub.run();
    for (const id of ["one", "two", "three"]) expect(hub.ending(id)?.status).toBe("Completed");
    const values = ["a", "b"].map((key) => Number(entity(key)?.state));
    expect(values.toSorted()).toEqual([0, 100]);
    for (const key of ["a", "b"]) expect(entity(key)).toMatchObject({ lockedBy: null, queueLength: 0 });
  });

  test.each(["Forgets", "Throws", "Wrong"])(
    "that an orchestration leaves open (%s) is closed when it ends",
    async (name) => {
      const { hub, entity } = open(transferring);
      hub.start(name);
      await hub.run();
      expect(hub.ending()).toBeDefined();
      expect(entity("a")).toMatchObject({ lockedBy: null });
      expectNumbersInOrder(hub);
    },
  );

  test("ends where the code releases it, not only with the orchestration", async () => {
    const { hub, entity } = open(transferring);
    hub.start("Leaves");
    await hub.run();
    expect(hub.ending()).toBeUndefined();
    for (const key of ["a", "b"]) expect(entity(key)).toMatchObject({ lockedBy: null });
  });

  test("ends after the requests made in it, and each entity is notified", async () => {
    const { hub } = open(transferring);
    hub.start("Transfer", ["a", "b"]);
    hub.start("Forgets", undefined, "forgets");
    await hub.run();
    const sent = (id?: string) => hub.history(id).filter((it) => it.EventType === EventType.EventSent);
    const texts = sent().map((it) => ({ target: it.InstanceId, name: it.Name, input: JSON.parse(it.Input ?? "") }));
    const releases = texts.filter(({ name }) => name === "release");
    const lastOf = (target: string) => texts.findLast((it) => it.target === target && it.name === "op")?.input;
    expect(releases).toHaveLength(2);
    for (const { target, input } of releases) expect(input.after).toMatchObject({ id: lastOf(target).id });
    const [lock, ...left] = sent("forgets").map((it) => JSON.parse(it.Input ?? ""));
    // Its lock reached the second entity through the first one.
    expect(left).toMatchObject([{ id: lock.id, after: { id: lock.id } }, { id: lock.id }]);
    expect(left[1].after).toBeUndefined();
  });

  test("of a terminated orchestration is closed", async () => {
    const { hub, entity } = open(transferring);
    hub.start("Waits");
    await hub.run();
    expect(entity("b")).toMatchObject({ lockedBy: "abc" });
    hub.terminate("abc", "enough");
    await hub.run();
    expect(hub.ending()).toMatchObject({ status: "Terminated" });
    for (const key of ["a", "b"]) expect(entity(key)).toMatchObject({ lockedBy: null });
    expectNumbersInOrder(hub);
  });

  test("cannot be nested", async () => {
    const { hub } = open(transferring);
    hub.start("Nested");
    await hub.run();
    expect(hub.ending()).toMatchObject({
      status: "Failed",
      result: expect.stringContaining("Cannot acquire more locks"),
    });
    expectNumbersInOrder(hub);
  });
});
