import { describe, expect, test } from "vitest";
import { callableUrl, callKindOf } from "../../../inspector/src/home/call-kind.ts";
import type { Home, InspectedFunction } from "../../../local/src/inspector/api.ts";

const PAGE = new URL("http://localhost:7071/runtime/webhooks/inspector/#/home");
const home = (changes: Partial<Home> = {}): Pick<Home, "kind" | "can"> => ({
  kind: "host",
  can: { hub: true, runs: false, events: true, sources: false, traces: false, actions: true },
  ...changes,
});
const fn = (triggerType: string, changes: Partial<InspectedFunction> = {}): InspectedFunction => ({
  name: "f",
  triggerType,
  isDisabled: false,
  errors: [],
  ...changes,
});

describe("callKindOf", () => {
  test.each([
    ["orchestrationTrigger", "start"],
    ["entityTrigger", "signal"],
    ["activityTrigger", "none"],
    ["timerTrigger", "admin"],
    ["queueTrigger", "admin"],
  ])("%s: %s", (trigger, kind) => {
    expect(callKindOf(fn(trigger), home(), PAGE).kind).toBe(kind);
  });

  test("an HTTP function is called by its URL if this page may call it", () => {
    const url = "http://localhost:7071/api/f/{id}";
    expect(callKindOf(fn("httpTrigger", { url }), home(), PAGE)).toEqual({ kind: "http", url });
    const remote = callKindOf(fn("httpTrigger", { url: "https://app.test/api/f" }), home(), PAGE);
    expect(remote).toEqual({ kind: "none", why: expect.stringContaining("another origin") });
  });

  test("a broken or disabled function cannot be called", () => {
    expect(callKindOf(fn("timerTrigger", { errors: ["why"] }), home(), PAGE).kind).toBe("none");
    expect(callKindOf(fn("timerTrigger", { isDisabled: true }), home(), PAGE).kind).toBe("none");
  });

  test("the admin API is only available for a host on this machine", () => {
    expect(callKindOf(fn("timerTrigger"), home({ kind: "app" }), PAGE).kind).toBe("none");
  });

  test("nothing can be started if changes are not allowed", () => {
    const can = { hub: true, runs: false, events: true, sources: false, traces: false, actions: false };
    expect(callKindOf(fn("orchestrationTrigger"), home({ can }), PAGE).kind).toBe("none");
    expect(callKindOf(fn("entityTrigger"), home({ can }), PAGE).kind).toBe("none");
  });
});

describe("callableUrl", () => {
  test.each([
    ["http://localhost:7071/api/{*rest}", "http://localhost:7071/api/{*rest}"],
    ["http://127.0.0.1:7071/api/a", "http://localhost:7071/api/a"],
    ["http://localhost:7072/api/a", null],
    ["https://localhost:7071/api/a", null],
    ["http://localhost.evil.test:7071/api/a", null],
    ["http://[/api", null],
    ["javascript:alert(1)", null],
  ])("%s: %s", (url, callable) => {
    expect(callableUrl(url, PAGE)).toBe(callable);
  });
});
