import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import type { SmokeTest } from "../deployment/ports.ts";
import { runSmokeTest } from "../usecases/smoke-test.ts";

/** The notebook that proves an app; it travels with the package. */
export const smokeNotebook = (): string => path.join(packageRoot(), "dist", "smoke", "singlestep");

/** Runs the singlestep notebook on the deployed app; `limitMs` is how long that may take. */
export function composeSmokeTest(limitMs: number): SmokeTest {
  return ({ hostName, accessKey, signal, onProgress }) =>
    runSmokeTest({
      address: { url: `https://${hostName}`, accessKey },
      fetch,
      notebook: smokeNotebook(),
      limitMs,
      signal,
      onProgress,
    });
}

/** For commands that run none. */
export const noSmokeTest = (): SmokeTest => async () => ({ kind: "passed", instanceId: "", durationMs: 0 });
