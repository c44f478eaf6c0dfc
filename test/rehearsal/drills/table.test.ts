import { describe, expect, test } from "vitest";
import { DrillRun } from "../../../rehearsal/src/drills/drill-run.ts";
import { parseDrill } from "../../../rehearsal/src/drills/table.ts";
import type { Handler, MiniRequest } from "../../../rehearsal/src/http/answer.ts";

const upload: MiniRequest = {
  method: "POST",
  url: new URL("https://s/api/publish"),
  headers: {},
  body: Buffer.alloc(0),
};
const works: Handler = async () => ({ status: 202 });

async function statuses(drill: DrillRun, requests: readonly MiniRequest[]): Promise<unknown[]> {
  const handle = drill.intercept("scm", works);
  const seen: unknown[] = [];
  for (const request of requests) {
    const answer = await handle(request);
    seen.push("kind" in answer ? answer.kind : answer.status);
  }
  return seen;
}

describe("parseDrill", () => {
  test("`:always` makes a drill fire every time", () => {
    expect(parseDrill("scm-unavailable:always")?.times).toBe(Number.POSITIVE_INFINITY);
  });

  test.each(["nothing", "quota:sometimes", "toString", ""])("%j is not a drill", (text) => {
    expect(parseDrill(text)).toBeNull();
  });
});

describe("a running drill", () => {
  test("fires as often as its table says, and then the server responds normally", async () => {
    const drill = new DrillRun(parseDrill("scm-unavailable"));
    expect(await statuses(drill, [upload, upload, upload])).toEqual([503, 503, 202]);
  });

  test("does not affect other servers, other requests and other deployments", async () => {
    const drill = new DrillRun(parseDrill("scm-forbidden"));
    expect(drill.intercept("arm", works)).toBe(works);
    expect(await statuses(drill, [{ ...upload, method: "GET" }, upload])).toEqual([202, 403]);
    expect(drill.takeDeploymentFault()).toBeNull();
  });

  test("does not count a request that it inspected but did not affect", async () => {
    const drill = new DrillRun(parseDrill("app-not-found"));
    const handle = drill.intercept("arm", async () => ({ status: 200 }));
    const url = new URL("https://a/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/app");
    const ask = async (agent: string) => {
      const answer = await handle({ method: "GET", url, headers: { "user-agent": agent }, body: Buffer.alloc(0) });
      return "kind" in answer ? answer.kind : answer.status;
    };
    const seen = [await ask("HashiCorp Terraform"), await ask("func"), await ask("func"), await ask("func")];
    expect(seen).toEqual([200, 404, 404, 200]);
  });

  test("fires no more often than specified for concurrent requests", async () => {
    const handle = new DrillRun(parseDrill("publish-interrupted")).intercept("scm", works);
    const answers = await Promise.all([handle(upload), handle(upload)]);
    expect(answers.filter((answer) => "kind" in answer)).toHaveLength(1);
  });

  test("makes an accepted deployment fail, as often as specified", () => {
    const drill = new DrillRun(parseDrill("storage-forbidden"));
    expect([drill.takeDeploymentFault()?.status, drill.takeDeploymentFault()]).toEqual(["failed", null]);
  });
});
