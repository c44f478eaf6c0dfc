import { expect, test } from "vitest";
import { durableApp } from "../../helpers/durable-app.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { startHostProcess } from "../../helpers/local-host.ts";
import { startOtlpReceiver } from "../../helpers/otlp-receiver.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";

test("an orchestration whose host is killed continues in the same trace, below the same span", async ({
  onTestFinished,
}) => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.stop());
  const [app, stateDir] = [fixtureApp("traced"), await makeTempDir()];
  const killed = await startHostProcess(app, stateDir, receiver.settings);
  const headers = { traceparent: `00-${TRACE}-${CALLER}-01` };
  await fetch(`${killed.url}/api/start/waits/kept`, { method: "POST", headers });
  const calls = () => receiver.spans.filter(({ name, kind }) => name === "activity:greet" && kind === "client");
  await receiver.trace(TRACE, () => calls().length === 1);
  killed.process.kill("SIGKILL");

  const next = await startHostProcess(app, stateDir, receiver.settings);
  const { post, become } = durableApp(() => next);
  await post("/instances/kept/raiseEvent/go", null);
  await become("kept", "Completed");
  const spans = await receiver.trace(TRACE, (all) => all.some(({ name }) => name === "orchestration:waits"));
  const orchestrations = spans.filter(({ name }) => name === "orchestration:waits");
  expect(orchestrations).toHaveLength(1);
  expect(calls().map(({ parentSpanId }) => parentSpanId)).toEqual([
    orchestrations[0]?.spanId,
    orchestrations[0]?.spanId,
  ]);
  const pids = new Set(calls().map(({ resource }) => resource["process.pid"]));
  expect(pids.size).toBe(2);
  const start = spans.find(({ name }) => name === "create_orchestration:waits");
  expect(orchestrations[0]?.parentSpanId).toBe(start?.spanId);
});
