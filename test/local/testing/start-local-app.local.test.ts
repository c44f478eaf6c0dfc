import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { identifyProcess } from "@same-kit/shared";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type LocalApp, startLocalApp } from "../../../local/src/testing/index.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { waitFor } from "../../helpers/wait-for.ts";

type Order = { item: string; total: number };
type Orders = {
  order: { input: Order; output: { item: string; status: string; receipt?: string; parcels?: string[] } };
  remind: { input: undefined; output: string[] };
  family: { input: undefined; output: string };
  sell: { input: { item: string; count: number }; output: unknown };
  forEver: { input: undefined; output: undefined };
  stuck: { input: undefined; output: undefined };
};

const APP = fixtureApp("orders");
const BOOK: Order = { item: "book", total: 200 };

describe("an app with a virtual clock", () => {
  let app: LocalApp<Orders>;
  beforeAll(async () => {
    app = await startLocalApp<Orders>(APP, { now: "2026-03-01T00:00:00Z" });
  });
  afterEach(() => app.restoreMocks());
  afterAll(() => app.stop());

  test("runs an orchestration to completion", async () => {
    const id = await app.client.start("order", { item: "pen", total: 2 });
    const { status, output, customStatus } = await app.client.wait(id);
    expect({ status, customStatus }).toEqual({ status: "Completed", customStatus: "shipped" });
    expect(output).toEqual({
      item: "pen",
      status: "shipped",
      receipt: "pen for 2",
      parcels: ["pen parcel 1", "pen parcel 2"],
    });
  });

  test("fires a timer of 30 days when the test advances the clock by 30 days, and not before", async () => {
    const id = await app.client.start("order", BOOK);
    await app.clock.advance("29d 23h 59m");
    expect(await app.client.status(id)).toMatchObject({ status: "Running", output: null });
    await app.clock.advance("1m");
    expect((await app.client.wait(id)).output).toEqual({ item: "book", status: "expired" });
  });

  test("raises events, and runs everything that follows", async () => {
    const id = await app.client.start("order", BOOK);
    await app.client.raise(id, "Approval", "no");
    expect(await app.client.status(id)).toMatchObject({ status: "Completed", output: { status: "refused" } });
  });

  test("fires timers one after another, and `Date` in the app follows", async () => {
    const startedAt = app.clock.now().getTime();
    const times = await app.client.run("remind");
    const days = times.map((time) => Math.floor((Date.parse(time) - startedAt) / 86_400_000));
    expect(days).toEqual([10, 20, 30]);
    expect(Math.floor((app.clock.now().getTime() - startedAt) / 86_400_000)).toBe(30);
  });

  test("immediately reports what an instance waits for if it cannot end by itself", async () => {
    const id = await app.client.start("order", BOOK);
    await expect(app.client.wait(id)).rejects.toThrow(
      `Instance "${id}" of "order" does not end by itself: it is Running and waits for a timer that fires in 30d ` +
        '(clock.advance or clock.skipTimers), the external event "Approval" (client.raise).',
    );
    await app.client.suspend(id);
    await expect(app.client.wait(id)).rejects.toThrow("being resumed (client.resume)");
    await app.client.terminate(id, "enough");
    expect(await app.client.wait(id)).toMatchObject({ status: "Terminated", output: "enough" });
  });

  test("reports an endless orchestration by name", async () => {
    const id = await app.client.start("forEver");
    await expect(app.clock.skipTimers()).rejects.toThrow(`"${id}" of "forEver"`);
    await app.client.terminate(id);
  });

  test("mocks activities and sub-orchestrations, and records their calls", async () => {
    const ship = app.mockActivity<{ n: number }>("ship", async ({ n }) => ({ tracking: n * 10 }));
    const order = app.mockOrchestrator<Order>("order", ({ item }) => ({ status: `${item} mocked` }));
    expect(await app.client.run("family")).toBe("child mocked");
    expect(order.calls).toMatchObject([{ input: { item: "child" } }]);
    order.restore();
    expect(await app.client.run("order", { item: "pen", total: 1 })).toMatchObject({
      parcels: [{ tracking: 10 }, { tracking: 20 }],
    });
    expect(ship.calls.map(({ input }) => input.n).toSorted()).toEqual([1, 2]);
  });

  test("makes an activity fail a given number of times, so that retries can be tested", async () => {
    app.failActivity("charge", "card declined", { times: 2 });
    const id = await app.client.start("order", { item: "pen", total: 1 });
    await app.clock.advance("1m");
    expect((await app.client.status(id))?.status).toBe("Running");
    await app.clock.advance("2m");
    expect((await app.client.wait(id)).status).toBe("Completed");

    app.failActivity("charge", new Error("card declined"), { times: 3 });
    await expect(app.client.run("order", { item: "pen", total: 1 })).rejects.toThrow(
      /order.* is Failed: .*card declined/s,
    );
  });

  test("rejects a mock that waits for the clock", async () => {
    app.mockActivity("charge", () => app.clock.advance("1d"));
    await expect(app.client.run("order", { item: "pen", total: 1 })).rejects.toThrow('The mock of "charge" waits for');
  });

  test("creates a snapshot that is the same in every run", async () => {
    const snapshotOf = async () => {
      app.failActivity("charge", "card declined");
      const id = await app.client.start("order", BOOK);
      await app.clock.advance("1d");
      await app.client.raise(id, "Approval", "yes");
      return app.snapshot(id);
    };
    const first = await snapshotOf();
    expect(first).toMatchInlineSnapshot(`
      {
        "customStatus": "shipped",
        "input": {
          "item": "book",
          "total": 200,
        },
        "name": "order",
        "output": {
          "item": "book",
          "parcels": [
            "book parcel 1",
            "book parcel 2",
          ],
          "receipt": "book for 200",
          "status": "shipped",
        },
        "status": "Completed",
        "steps": [
          {
            "activity": "charge",
            "at": "0s",
            "failed": "Activity function 'charge' failed:  card declined",
            "input": {
              "item": "book",
              "total": 200,
            },
          },
          {
            "at": "0s",
            "timer": "1m",
          },
          {
            "activity": "charge",
            "at": "1m",
            "input": {
              "item": "book",
              "total": 200,
            },
            "result": "book for 200",
          },
          {
            "at": "1m",
            "isCanceled": true,
            "timer": "30d1m",
          },
          {
            "at": "1d",
            "data": "yes",
            "event": "Approval",
          },
          {
            "activity": "ship",
            "at": "1d",
            "input": {
              "item": "book",
              "n": 1,
            },
            "result": "book parcel 1",
          },
          {
            "activity": "ship",
            "at": "1d",
            "input": {
              "item": "book",
              "n": 2,
            },
            "result": "book parcel 2",
          },
        ],
      }
    `);
    expect(await snapshotOf()).toEqual(first);
  });

  test("signals entities, reads their state, and includes their calls in a snapshot", async () => {
    const stock = { name: "stock", key: "book" };
    expect(await app.client.entity(stock)).toBeNull();
    await app.client.signal(stock, "fill", 5);
    expect(await app.client.entity(stock)).toBe(5);
    const id = await app.client.start("sell", { item: "book", count: 2 });
    expect((await app.client.wait(id)).output).toBe(3);
    expect(await app.client.entity(stock)).toBe(3);
    expect((await app.snapshot(id)).steps).toEqual([
      { at: "0s", entity: "@stock@book", operation: "take", input: 2, result: 3 },
      { at: "0s", entity: "@stock@log", operation: "fill", input: 3 },
    ]);
  });

  test("mocks entities, with their state kept by the engine", async () => {
    const stock = app.mockEntity("stock", ({ operation, input, state, setState }) => {
      if (operation === "fill") return setState(input);
      if (Number(input) > 100) throw new Error("far too many");
      setState(Number(state ?? 1000) - Number(input));
      return "taken";
    });
    expect(await app.client.run("sell", { item: "lamp", count: 7 })).toBe("taken");
    expect(await app.client.entity({ name: "stock", key: "lamp" })).toBe(993);
    expect(stock.calls.map(({ entity, operation, input }) => [entity.key, operation, input])).toEqual([
      ["lamp", "take", 7],
      ["log", "fill", "taken"],
    ]);
    await expect(app.client.run("sell", { item: "lamp", count: 700 })).rejects.toThrow("far too many");
  });

  test("serves the app's HTTP functions", async () => {
    const answer = await app.fetch("/api/orders", { method: "POST", body: JSON.stringify({ item: "pen", total: 1 }) });
    expect(answer.status).toBe(202);
    const { id, statusQueryGetUri } = (await answer.json()) as { id: string; statusQueryGetUri: string };
    expect((await app.client.wait(id)).output).toMatchObject({ status: "shipped" });
    expect(await (await app.fetch(statusQueryGetUri)).json()).toMatchObject({ runtimeStatus: "Completed" });
  });

  test("runs a timer trigger on request, and records its log", async () => {
    await app.clock.advance("3d");
    expect(app.logs.map(({ message }) => message)).not.toContain("the night has come");
    await app.trigger("nightly");
    expect(app.logs).toContainEqual(
      expect.objectContaining({ source: "user", level: "info", message: "the night has come" }),
    );
    await expect(app.trigger("nothing")).rejects.toThrow('The app has no function "nothing".');
  });

  test("reports names that do not exist", async () => {
    await expect(app.client.start("nothing" as "order")).rejects.toThrow("The function 'nothing' doesn't exist");
    await expect(app.client.wait("nobody")).rejects.toThrow('There is no instance "nobody".');
    await expect(app.clock.advance("a while")).rejects.toThrow('"a while" is not a duration.');
  });
});

test("several apps run in one process, each with its own clock", async () => {
  const [one, two] = await Promise.all([startLocalApp(APP), startLocalApp(APP)]);
  onTestFinished(async () => void (await Promise.all([one.stop(), two.stop()])));
  const ids = await Promise.all([one, two].map((app) => app.client.start("order", BOOK, { instanceId: "same" })));
  await one.clock.advance("30d");
  expect((await one.client.wait(ids[0] ?? "")).status).toBe("Completed");
  expect((await two.client.status(ids[1] ?? ""))?.status).toBe("Running");
});

test("an activity that does not end is reported by name at the timeout", async () => {
  await using app = await startLocalApp<Orders>(APP, { timeoutMs: 4_000 });
  await expect(app.client.start("stuck", undefined, { instanceId: "stuck" })).rejects.toThrow(
    'Still running: activity "slow" of instance "stuck"',
  );
});

test("with Azurite the same app runs on a real clock", async () => {
  await using app = await startLocalApp<Orders>(APP, { storage: "azurite" });
  const id = await app.client.start("order", { item: "pen", total: 1 });
  expect((await app.client.wait(id)).output).toMatchObject({ status: "shipped" });
  await expect(app.clock.advance("1d")).rejects.toThrow("clock.advance() needs a virtual clock");
});

test("a killed test runner leaves no process behind", async () => {
  const program = path.resolve("test/fixtures/processes/local-app.ts");
  const runner = fork(program, [APP], { execArgv: ["--experimental-transform-types", "--no-warnings"] });
  onTestFinished(() => void runner.kill("SIGKILL"));
  const [workerPid] = (await once(runner, "message")) as [number];
  runner.kill("SIGKILL");
  await waitFor(() => identifyProcess(workerPid) === undefined, { what: "the worker's end" });
});
