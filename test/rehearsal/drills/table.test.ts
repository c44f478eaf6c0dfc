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
  test("`:always` makes a drill strike every time", () => {
    expect(parseDrill("scm-unavailable:always")?.times).toBe(Number.POSITIVE_INFINITY);
  });

  test.each(["nothing", "quota:sometimes", "toString", ""])("%j is no drill", (text) => {
    expect(parseDrill(text)).toBeNull();
  });
});

describe("a drill while it is played", () => {
  test("strikes as often as its table says, and then the server answers", async () => {
    const drill = new DrillRun(parseDrill("scm-unavailable"));
    expect(await statuses(drill, [upload, upload, upload])).toEqual([503, 503, 202]);
  });

  test("leaves other servers, other requests and other deployments alone", async () => {
    const drill = new DrillRun(parseDrill("scm-forbidden"));
    expect(drill.intercept("arm", works)).toBe(works);
    expect(await statuses(drill, [{ ...upload, method: "GET" }, upload])).toEqual([202, 403]);
    expect(drill.takeDeploymentFault()).toBeNull();
  });

  test("does not count a request that it leaves alone after a look", async () => {
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

  test("several at once strike no more often than it says", async () => {
    const handle = new DrillRun(parseDrill("publish-interrupted")).intercept("scm", works);
    const answers = await Promise.all([handle(upload), handle(upload)]);
    expect(answers.filter((answer) => "kind" in answer)).toHaveLength(1);
  });

  test("ends a deployment that was taken, as often as it says", () => {
    const drill = new DrillRun(parseDrill("storage-forbidden"));
    expect([drill.takeDeploymentFault()?.status, drill.takeDeploymentFault()]).toEqual(["failed", null]);
  });
});
