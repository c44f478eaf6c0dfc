import { hint, OperationError, sameKit } from "@same-kit/shared";
import { type AppAddress, parseAppAddress } from "../adapters/app/app-address.ts";
import { createEmulator } from "../adapters/local/emulator.ts";
import type { ToolkitErrorCode } from "../errors.ts";
import { formatDuration } from "../ui/format.ts";
import { createPhaseView } from "../ui/phases.ts";
import { findRunningHost, noHost } from "../usecases/run/run-host.ts";
import { runSmokeTest, type SmokeTestResult } from "../usecases/smoke-test.ts";
import { defineCommand } from "./define-command.ts";
import { appOptions, jsonOption, parseDuration, resolveStateDir, stateDirOption } from "./shared-options.ts";

// A cold start in the cloud that unpacks a Python takes minutes.
const DEFAULT_LIMIT_MS = 5 * 60_000;

export const smokeTestCommand = defineCommand({
  name: "smoke-test",
  summary: "Check that an app runs notebooks",
  description: 'Runs the singlestep notebook on a deployed or local app and checks its result (y must be "1").',
  positionals: [],
  options: {
    "host-name": {
      type: "string",
      value: "HOST",
      help: "HOST, HOST:PORT or same:KEY@HOST (default: the running local host)",
      variable: "FUNCTIONS_HOST_NAME",
    },
    ...appOptions,
    timeout: {
      type: "string",
      value: "TIME",
      help: "Time limit (default: 5m)",
      variable: "SAME_KIT_TIMEOUT",
    },
    ...stateDirOption,
    ...jsonOption,
  },
  examples: ["same-kit smoke-test", "same-kit smoke-test --host-name localhost:7071 --use-http"],
  async run({ options }, { cwd, console, signal }) {
    const host = options["host-name"];
    const address =
      host === undefined
        ? await findLocalAddress(resolveStateDir(options["state-dir"], cwd), options.key ?? null)
        : parseAppAddress(host, { useHttp: options["use-http"], accessKey: options.key ?? null });
    const limitMs = parseDuration(options.timeout) ?? DEFAULT_LIMIT_MS;
    const result = await createPhaseView(console, signal).phase(`Run singlestep on ${address.url}`, ({ say }) =>
      runSmokeTest({
        address,
        fetch,
        limitMs,
        signal,
        onProgress: say,
      }),
    );
    if (result.kind !== "passed") throw notPassed(result, address.url);
    console.json({ url: address.url, ...result });
    console.answer(
      `Passed: ${address.url} ran singlestep in ${formatDuration(result.durationMs)}, and y is "1" (instance ${result.instanceId}).`,
    );
    return 0;
  },
});

async function findLocalAddress(stateDir: string, accessKey: string | null): Promise<AppAddress> {
  const host = await findRunningHost([stateDir], createEmulator());
  if (host === null) throw noHost(stateDir);
  return { url: host.url, accessKey };
}

function notPassed(
  result: Exclude<SmokeTestResult, { kind: "passed" }>,
  url: string,
): OperationError<ToolkitErrorCode> {
  const { instanceId } = result;
  const message =
    result.kind === "failed"
      ? `The smoke test on ${url} failed: ${result.reason}.`
      : `The smoke test on ${url} did not finish within ${result.limitMs / 1000} s. Its run is ${result.status} and continues.`;
  return new OperationError({
    code: "ERR_SMOKE_TEST",
    message: `${message} The instance is ${instanceId}.`,
    hint: hint`See the app's log: ${sameKit("local logs")} for a local host, ${sameKit("logs")} for a deployment.`,
  });
}
