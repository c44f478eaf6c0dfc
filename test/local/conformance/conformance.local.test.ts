// What a client of Durable Functions can observe, a test for each row of the matrix of features of the Node SDK, with a real worker, on
// both kinds of storage. Rows about settings and restarts are in own-hosts.local.test.ts.

import { randomUUID } from "node:crypto";
import type { LogEntry } from "@same-kit/shared";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { EventType } from "../../../local/src/engine/history/events.ts";
import { type LocalHost, startLocal } from "../../../local/src/index.ts";
import { dirsOfFile } from "../../helpers/dirs-of-file.ts";
import { type DurableStatus, durableApp, newInstanceId } from "../../helpers/durable-app.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { waitFor } from "../../helpers/wait-for.ts";
import { expectReadable } from "../second-reader/expect-readable.ts";
import { AzuriteHubReader } from "../second-reader/read-azurite.ts";

const tempDir = dirsOfFile();

describe.each(["none", "memory"] as const)("storage %s:", (kind) => {
  let host: LocalHost;
  const entries: LogEntry[] = [];

  beforeAll(async () => {
    host = await startLocal({
      port: 0,
      appDir: fixtureApp("conformance"),
      stateDir: tempDir(),
      storage: { kind },
      appSettings: Object.fromEntries(
        ["off", "off-orchestrator", "off-entity"].map((name) => [`AzureWebJobs.${name}.Disabled`, "true"]),
      ),
      onLog: (entry) => entries.push(entry),
    });
  });
  afterAll(async () => host?.stop());

  // The data of each row in Azurite is read by a reader that shares no code with the engine.
  let reader: AzuriteHubReader | undefined;
  afterEach(async () => {
    if (kind === "none") return;
    const { connectionString } = host.storage;
    reader ??= new AzuriteHubReader({ connectionString, hubName: host.hubName, partitionCount: 4 });
    await expectReadable(reader);
  });

  const { api, post, ask, client, start, status, become, run, output, failure } = durableApp(() => host);

  test("1. functions of each kind are found by their trigger, case-insensitively", async () => {
    expect(await output("RETURNS", "a")).toBe("a");
  });

  test("2. the client binding has what the SDK needs, with or without the local endpoint", async () => {
    const payload = (await client("createHttpManagementPayload", "abc")) as Record<string, string>;
    expect(Object.values(payload).every((url) => url === "abc" || URL.canParse(url))).toBe(true);
  });

  test("3. startNew accepts a name, an ID, an input and a version, and rejects an ID in use", async () => {
    const id = await start("waits", undefined, { instanceId: newInstanceId() });
    await expect(start("waits", undefined, { instanceId: id })).rejects.toThrow(/already exists/);
    await expect(start("nowhere")).rejects.toThrow("The function 'nowhere' doesn't exist");
    expect((await post("/orchestrators/off-orchestrator")).status).toBe(400);
    expect(await output("version", undefined, { version: "3.1" })).toBe("3.1");
  });

  test("4. startNew without an input passes the empty string that the SDK sends", async () => {
    expect(await output("returns")).toBe("");
  });

  test("5. getStatus answers 202 while running, 200 at the end, 404 for an unknown instance, and includes the history on request", async () => {
    const id = await start("waits");
    await become(id, "Running");
    expect((await api(`/instances/${id}`)).status).toBe(202);
    await post(`/instances/${id}/raiseEvent/go`, "x");
    await become(id, "Completed");
    expect((await api(`/instances/${id}`)).status).toBe(200);
    const {
      input,
      output: result,
      historyEvents,
    } = await status(id, "?showHistory=true&showHistoryOutput=true&showInput=false");
    expect([input, result]).toEqual([null, "x"]);
    expect(historyEvents?.map((it) => it.EventType)).toEqual(
      expect.arrayContaining(["ExecutionStarted", "EventRaised", "ExecutionCompleted"]),
    );
    expect((await api("/instances/nobody")).status).toBe(404);
  });

  test("6. lists are filtered and paged, and include entities", async () => {
    const prefix = newInstanceId();
    for (const n of [1, 2, 3]) await run("returns", n, { instanceId: `${prefix}-${n}` });
    const seen: string[] = [];
    let token = "";
    do {
      const answer = await api(`/instances?instanceIdPrefix=${prefix}&top=2`, {
        headers: { "x-ms-continuation-token": token },
      });
      seen.push(...((await answer.json()) as DurableStatus[]).map((it) => it.instanceId));
      token = answer.headers.get("x-ms-continuation-token") ?? "";
    } while (token !== "");
    expect(seen).toEqual([1, 2, 3].map((n) => `${prefix}-${n}`));
    await client("signalEntity", { entity: ["Counter", "listed"] }, "add", 1);
    await waitFor(async () =>
      ((await client("getStatusAll")) as DurableStatus[]).some((it) => it.instanceId === "@counter@listed"),
    );
    const completed = (await client("getStatusBy", { runtimeStatus: ["Completed"] })) as DurableStatus[];
    expect(new Set(completed.map((it) => it.runtimeStatus))).toEqual(new Set(["Completed"]));
  });

  test("7. ended instances are purged, singly and by filter; running ones are not", async () => {
    const { instanceId } = await run("returns", 1);
    expect(await client("purgeInstanceHistory", instanceId)).toEqual({ instancesDeleted: 1 });
    expect((await api(`/instances/${instanceId}`, { method: "DELETE" })).status).toBe(404);
    const id = await start("waits");
    await become(id, "Running");
    expect((await api(`/instances/${id}`, { method: "DELETE" })).status).toBe(412);
    expect((await api("/instances/@counter@never", { method: "DELETE" })).status).toBe(200);
    const from = new Date().toISOString();
    await run("returns", 1);
    expect(await client("purgeInstanceHistoryBy", { createdTimeFrom: from, runtimeStatus: ["Completed"] })).toEqual({
      instancesDeleted: 1,
    });
  });

  test("8. raiseEvent answers 202, 404 for an unknown instance and 410 for an ended one", async () => {
    const id = await start("waits");
    expect((await post(`/instances/${id}/raiseEvent/go`, { a: 1 })).status).toBe(202);
    expect((await become(id, "Completed")).output).toEqual({ a: 1 });
    expect((await post(`/instances/${id}/raiseEvent/go`, 1)).status).toBe(410);
    expect((await post("/instances/nobody/raiseEvent/go", 1)).status).toBe(404);
  });

  test("9. terminate, suspend and resume take effect, with their reasons", async () => {
    const id = await start("waits");
    await become(id, "Running");
    await client("suspend", id, "a pause");
    expect((await become(id, "Suspended")).output).toBe("a pause");
    await client("resume", id, "on");
    await become(id, "Running");
    await client("terminate", id, "enough");
    expect((await become(id, "Terminated")).output).toBe("enough");
    expect((await post(`/instances/${id}/terminate`)).status).toBe(410);
  });

  test("10. rewind runs failed work again, and is rejected in any other state", async () => {
    const { instanceId } = await run("fails-once");
    expect((await status(instanceId)).runtimeStatus).toBe("Failed");
    await client("rewind", instanceId, "again");
    expect((await become(instanceId, "Completed")).output).toEqual([1, 2]);
    await expect(client("rewind", instanceId, "again")).rejects.toThrow('only orchestrations in the "Failed" state');
    expect((await post("/instances/nobody/rewind")).status).toBe(404);
  });

  test("11. the URLs of the check-status payload work", async () => {
    const id = await start("waits");
    const answer = await ask("createCheckStatusResponse", id);
    expect(answer.status).toBe(202);
    const urls = (await answer.json()) as Record<string, string>;
    expect((await fetch(urls["statusQueryGetUri"] ?? "")).status).toBe(202);
    expect((await fetch(urls["terminatePostUri"]?.replace("{text}", "x") ?? "", { method: "POST" })).status).toBe(202);
  });

  test("12. waitForCompletion returns the output, or the URLs after the timeout", async () => {
    const wait = async (name: string, timeoutInMilliseconds: number) => {
      const id = await start(name, "quick");
      const options = { timeoutInMilliseconds, retryIntervalInMilliseconds: 100 };
      return ask("waitForCompletionOrCreateCheckStatusResponse", id, options);
    };
    expect(await (await wait("returns", 10_000)).json()).toBe("quick");
    expect((await wait("waits", 300)).status).toBe(202);
  });

  test("13. the API's own URLs work from a shell: start and wait, failures as 500 on request", async () => {
    const answer = await post("/orchestrators/returns?timeout=10&pollingInterval=0.1", { a: 1 });
    expect([answer.status, await answer.json()]).toEqual([200, { a: 1 }]);
    const { instanceId } = await run("throws");
    expect((await api(`/instances/${instanceId}?returnInternalServerErrorOnFailure=true`)).status).toBe(500);
    expect((await post("/orchestrators/returns?timeout=1&pollingInterval=2")).status).toBe(400);
  });

  test("14. activities receive and return values of every type unchanged", async () => {
    expect(await output("types")).toEqual({ same: true, seen: "undefined", none: null });
  });

  test("15. an activity's error is caught with its message", async () => {
    expect(await output("catches")).toMatch(/Activity function 'boom' failed:.*kaboom/s);
  });

  test("16. calls are retried until one succeeds or the attempts are used up", async () => {
    expect(await output("retries", { key: newInstanceId(), failures: 2, attempts: 3 })).toBe(3);
    expect(await failure("retries", { key: newInstanceId(), failures: 9, attempts: 2 })).toContain("attempt 2");
  });

  test("17. Task.all and Task.any may be nested", async () => {
    expect(await output("all-any")).toEqual(["a", ["b", "c"]]);
  });

  test("18. hundreds of activities run in parallel", async () => {
    expect(await output("fan-out", 300)).toBe((300 * 299) / 2);
  });

  test("19. a pending task may be awaited again", async () => {
    const id = await start("reuse");
    await waitFor(async () =>
      (await status(id, "?showHistory=true")).historyEvents?.some((it) => it.EventType === "TimerCreated"),
    );
    await post(`/instances/${id}/raiseEvent/go`, 1);
    expect((await become(id, "Completed")).output).toEqual([false, true]);
  });

  test("20. timers fire, immediately if they are due, and may be canceled", async () => {
    expect(await output("timers")).toBe(true);
  });

  test("21. a timer longer than six days is a chain of shorter timers", async () => {
    const id = await start("long-timer");
    const { executionId } = await waitFor(async () => (await host.client.getStatus(id)) ?? undefined);
    const timer = await waitFor(async () =>
      (await host.client.getHistory(id, executionId)).find((it) => it.EventType === EventType.TimerCreated),
    );
    const days = (Date.parse("FireAt" in timer ? timer.FireAt : "") - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(3);
  });

  test("22. events are queued, and their names match exactly", async () => {
    const id = await start("events");
    for (const value of [1, 2]) await post(`/instances/${id}/raiseEvent/A`, value);
    await post(`/instances/${id}/raiseEvent/B`, 3);
    expect((await become(id, "Completed")).output).toEqual([1, 2, 3]);
  });

  test("23. an event that arrives before it is awaited is kept", async () => {
    const id = await start("events");
    await post(`/instances/${id}/raiseEvent/B`, "early");
    for (const value of [1, 2]) await post(`/instances/${id}/raiseEvent/A`, value);
    expect((await become(id, "Completed")).output).toEqual([1, 2, "early"]);
  });

  test("24. sub-orchestrations have IDs and parents, and their failures reach the parent", async () => {
    const id = newInstanceId();
    const result = (await output("parent", undefined, { instanceId: id })) as Record<string, Record<string, string>>;
    expect(result["named"]).toMatchObject({ input: "a", parent: id, id: `${id}-child`, version: "5.0" });
    expect(result["unnamed"]?.["id"]).toMatch(/^[0-9a-f-]{32,36}:\d+$/);
    expect(result["caught"]).toContain("child failed");
  });

  test("25. continueAsNew starts a new history and keeps pending events", async () => {
    const id = await start("eternal", { round: 0, got: [] });
    for (const value of [1, 2, 3]) await post(`/instances/${id}/raiseEvent/tick`, value);
    expect((await become(id, "Completed")).output).toEqual([1, 2, 3]);
    expect(
      (await status(id, "?showHistory=true")).historyEvents?.filter((it) => it.EventType === "ExecutionStarted"),
    ).toHaveLength(1);
  });

  test("26. callHttp follows a 202, and a token source fails with a clear error", async () => {
    const url = `${host.url}/api/work`;
    expect(await output("http", { url, polls: true })).toEqual({
      status: 200,
      content: "Long-running work completed.",
    });
    expect(await output("http", { url, polls: false })).toMatchObject({ status: 202 });
    expect(await failure("http-token")).toContain("SAME_KIT_HTTP_TOKEN");
  });

  test("27. entities are called and signalled from an orchestrator, in order", async () => {
    expect(await output("entities")).toEqual([7, "caught"]);
  });

  test("28. the client signals and reads entities", async () => {
    const entity = { entity: ["Counter", newInstanceId()] };
    await client("signalEntity", entity, "add", 4);
    await waitFor(
      async () => ((await client("readEntityState", entity)) as { entityState?: number }).entityState === 4,
    );
    expect(await client("readEntityState", { entity: ["Counter", "never"] })).toMatchObject({ entityExists: false });
    await expect(client("signalEntity", { entity: ["Nobody", "a"] }, "add")).rejects.toThrow("'Nobody' doesn't exist");
  });

  test("29. an entity keeps its state, signals another entity, and deletes itself", async () => {
    const id = newInstanceId();
    expect(await output("entity-life", undefined, { instanceId: id })).toBe(true);
    const told = { entity: ["Counter", `${id}-told`] };
    await waitFor(async () => ((await client("readEntityState", told)) as { entityState?: number }).entityState === 2);
  });

  test("30. a critical section is entered, detected and left", async () => {
    expect(await output("locks")).toEqual([false, true, false]);
    expect(await failure("nested-lock")).toContain("already holding some locks");
  });

  test("31. the custom status is visible while running, and has a size limit", async () => {
    const id = await start("status");
    await waitFor(async () => JSON.stringify((await status(id)).customStatus) === '{"step":1}');
    await post(`/instances/${id}/raiseEvent/go`, 1);
    expect(await become(id, "Completed")).toMatchObject({ customStatus: { step: 2 } });
    expect(await failure("big-status")).toContain("must not exceed 16 KB");
  });

  test("32. isReplaying, the time and new GUIDs are the same in every replay", async () => {
    expect(await output("replaying")).toEqual({ flags: [true, true, false], ordered: true, same: true, differ: true });
  });

  test("33. a start without a version gets the default version", async () => {
    expect(await output("version")).toBe("5.0");
  });

  test("34. an orchestrator's error fails the instance with its message", async () => {
    expect(await failure("throws")).toBe("Orchestrator function 'throws' failed: out of range");
  });

  test("35. a thrown string fails the instance too", async () => {
    expect(await failure("throws-text")).toContain("Orchestrator function 'throws-text' failed");
  });

  test("36. a yielded value that is not a task fails the instance too", async () => {
    expect(await failure("yields-nothing")).toContain("Only Task types can be yielded");
  });

  test("37. an error's properties reach the orchestrator as a TaskFailedError, and the instance's history", async () => {
    expect(await output("catches-details")).toEqual({
      isTaskFailed: true,
      errorType: "RangeError",
      errorMessage: "out of stock",
      properties: { order: "A-17", retriable: false },
    });
    const id = newInstanceId();
    expect((await run("refused", undefined, { instanceId: id })).runtimeStatus).toBe("Failed");
    const { executionId } = (await host.client.getStatus(id)) ?? { executionId: "" };
    const failed = (await host.client.getHistory(id, executionId)).find((it) => it.EventType === EventType.TaskFailed);
    expect(failed).toMatchObject({ Details: null, FailureDetails: { Properties: { order: "A-18" } } });
  });

  test("38. calling an activity or sub-orchestrator that does not exist fails, and the error lists those that do", async () => {
    expect(await failure("missing-activity")).toMatch(/'nowhere' does not exist.*'echo'/s);
    expect(await failure("missing-child")).toContain("'nowhere'");
  });

  test("39. non-deterministic code is detected", async () => {
    const found = await run("random");
    expect(found.runtimeStatus).toBe("Failed");
    expect(found.output).toMatch(/An earlier run of this orchestration scheduled/);
  });

  test("40. a trace is continued from the headers of the start request", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const { id } = (await (await post("/orchestrators/returns", undefined, { traceparent })).json()) as { id: string };
    await become(id, "Completed");
    const { executionId } = (await host.client.getStatus(id)) ?? { executionId: "" };
    const started = (await host.client.getHistory(id, executionId)).find(
      (it) => it.EventType === EventType.ExecutionStarted,
    );
    expect(started).toMatchObject({ ParentTraceContext: { TraceParent: traceparent } });
  });

  test("41. a task hub or connection other than this host's is rejected", async () => {
    expect((await api("/instances?taskHub=Other")).status).toBeGreaterThanOrEqual(400);
    expect((await api("/instances?connection=Other")).status).toBeGreaterThanOrEqual(400);
  });

  test("44. log lines of the app's code are repeated in every replay, as on Azure", async () => {
    await run("replaying");
    expect(
      entries.filter(({ message }) => message.startsWith("Executed 'Functions.replaying' (Succeeded")).length,
    ).toBeGreaterThan(2);
  });

  test("46. older versions run, and newer ones wait for a host of their version", async () => {
    expect(await output("version", undefined, { version: "4.9" })).toBe("4.9");
    const id = await start("version", undefined, { version: "5.1" });
    await waitFor(() =>
      entries.some(({ message, fields }) => fields["instanceId"] === id && /is postponed/.test(message)),
    );
    expect((await status(id)).runtimeStatus).toBe("Pending");
    const warned = entries.filter(({ level, fields }) => level === "warn" && fields["instanceId"] === id);
    expect(warned.map(({ fields }) => fields)).toMatchObject([{ version: "5.1", defaultVersion: "5.0" }]);
    await client("terminate", id, "no such host");
    expect((await become(id, "Terminated")).output).toBe("no such host");
  });

  test("45. episodes and batches of one instance never overlap, while other instances run in parallel", async () => {
    const [events, ids] = [12, ["overlap-a", "overlap-b", "overlap-c"]];
    for (const id of ids) await start("collects", events, { instanceId: id });
    const signals = ids.map((key) => ({ entity: ["Slow", key] }));
    await Promise.all(
      Array.from({ length: events }, (_, n) => [
        ...ids.map((id) => post(`/instances/${id}/raiseEvent/item`, n)),
        ...signals.map((entity) => client("signalEntity", entity, "add")),
      ]).flat(),
    );
    for (const id of ids) expect((await become(id, "Completed")).output).toBe(events);
    for (const entity of signals) {
      await waitFor(
        async () => ((await client("readEntityState", entity)) as { entityState?: number }).entityState === events,
        { what: `${entity.entity} to have counted ${events} signals` },
      );
    }
    const most = (await (await fetch(`${host.url}/api/overlaps`)).json()) as { ofOne: number; ofAll: number };
    expect(most.ofOne).toBe(1);
    expect(most.ofAll).toBeGreaterThan(1);
  });

  test("47. a sub-orchestration has the version that the call specifies", async () => {
    expect(await output("parent")).toMatchObject({ versioned: "2.5" });
  });

  test("48. suspending twice and resuming a running instance answer 500 with Azure's messages", async () => {
    const id = await start("waits");
    await become(id, "Running");
    expect(await (await post(`/instances/${id}/resume`)).json()).toMatchObject({
      ExceptionMessage: expect.stringContaining("because instance is in the Running state"),
    });
    await post(`/instances/${id}/suspend`);
    await become(id, "Suspended");
    const answer = await post(`/instances/${id}/suspend`);
    expect(answer.status).toBe(500);
    expect(
      entries.some(({ message }) => message === "Cannot suspend orchestration instance in the Suspended state."),
    ).toBe(true);
  });

  test("50. a restart over HTTP starts the same orchestration again", async () => {
    const { instanceId } = await run("returns", "again");
    const { id } = (await (await post(`/instances/${instanceId}/restart`)).json()) as { id: string };
    expect(id).not.toBe(instanceId);
    expect((await become(id, "Completed")).output).toBe("again");
    expect((await post(`/instances/${instanceId}/restart?restartWithNewInstanceId=false`)).status).toBe(202);
    const running = await start("waits");
    await become(running, "Running");
    expect((await post(`/instances/${running}/restart?restartWithNewInstanceId=false`)).status).toBe(409);
  });

  test("51. a disabled function is known and does not run", async () => {
    expect((await post("/orchestrators/off-orchestrator")).status).toBe(400);
    expect(await failure("call-off-activity")).toContain("'off' is disabled");
    expect(await output("call-off-entity")).toContain("is disabled");
  });

  test("52. a path is decoded as a whole", async () => {
    const id = `${newInstanceId()} ä`;
    await run("returns", 1, { instanceId: id }).catch(() => {});
    expect((await api(`/instances/${encodeURIComponent(id)}`)).status).toBe(200);
  });

  test("53. the times of a status are in whole seconds, and its properties in Azure's order", async () => {
    const { instanceId } = await run("returns", 1);
    const found = await status(instanceId);
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining([
        "name",
        "instanceId",
        "runtimeStatus",
        "input",
        "customStatus",
        "output",
        "createdTime",
        "lastUpdatedTime",
      ]),
    );
    expect(JSON.stringify(found)).toMatch(/"createdTime":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/);
  });

  test("55. the log has the lines that watchers wait for, without user data", async () => {
    const id = newInstanceId();
    await run("returns", "secret-of-55", { instanceId: id });
    await output("http", { url: `${host.url}/api/work`, polls: true });
    const lines = entries.map(({ message }) => message);
    expect(lines).toEqual(
      expect.arrayContaining([
        "Worker process started and initialized.",
        "The host is ready.",
        expect.stringContaining(`${id}: Function 'returns (Orchestrator)' scheduled.`),
        expect.stringMatching(`^${id}: Function 'returns \\(Orchestrator\\)' started\\..*\\(Redacted 14 characters\\)`),
        expect.stringMatching(`^${id}: Function 'returns \\(Orchestrator\\)' completed\\.`),
        expect.stringMatching(/^Polling HTTP status at location: http:\/\/[^?]*$/),
      ]),
    );
    expect(lines.filter((it) => it.includes("secret-of-55"))).toEqual([]);
    const functionInvocationId = randomUUID();
    await api(`/instances/${id}`, { headers: { "x-azure-functions-invocationid": functionInvocationId } });
    expect(entries).toContainEqual(
      expect.objectContaining({
        message: "Client operation received.",
        fields: { operation: "status", instanceId: id, functionInvocationId },
      }),
    );
  });

  test("56. locking an entity that is not registered fails the orchestration", async () => {
    expect(await failure("lock-unknown")).toContain("'nobody' doesn't exist");
  });

  test.each([65_000, 4_500_000])("57. an output of %i characters is returned complete", async (size) => {
    expect(await output("big-output", size)).toHaveLength(size);
  });

  if (kind === "memory") {
    test("the second reader has read all that these rows left in Azurite, without errors", () => {
      expect(reader?.count).toBeGreaterThan(80);
    });
  }
});
