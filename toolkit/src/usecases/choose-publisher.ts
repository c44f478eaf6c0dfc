import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { OperationError } from "@same-kit/shared";
import { funcVersion, publishWithFunc } from "../adapters/publish/func.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { createDirectPublisher, type Publish } from "../deployment/direct-publisher.ts";
import type { DeploymentOutputs } from "../deployment/outputs.ts";
import type { AppPackage } from "../packaging/app-package.ts";
import { layOut } from "../packaging/lay-out.ts";
import type { PhaseView } from "../ports.ts";

/** `auto`: func if it is installed, otherwise direct. */
export type PublisherName = "func" | "direct" | "auto";

/** @throws OperationError `ERR_PREFLIGHT_FUNC_MISSING` if func is requested and not installed. */
export async function choosePublisher(
  deployment: Deployment,
  outputs: DeploymentOutputs,
  { publisher, pack }: { publisher: PublisherName; pack: AppPackage },
): Promise<Publish> {
  const direct = createDirectPublisher(deployment, outputs);
  if (publisher === "direct") return direct;
  const version = await funcVersion(deployment.target.env);
  if (version === null && publisher === "auto") return direct;
  if (version === null) throw funcMissing();
  if (pack.python !== null) noteModes(deployment.view);
  return createFuncPublisher(deployment, outputs, pack);
}

function createFuncPublisher(
  { azure, signal, target }: Deployment,
  { appName }: DeploymentOutputs,
  pack: AppPackage,
): Publish {
  return async (_zipFile, _site, progress) => {
    const appDir = await mkdtemp(path.join(tmpdir(), "same-kit-func-"));
    try {
      await layOut(pack.entries, appDir);
      await publishWithFunc(
        {
          appName,
          subscriptionId: azure.subscriptionId,
          resourceManager: azure.cloud.resourceManager,
          appDir,
          token: azure.token,
          env: target.env,
          signal,
          onProgress: (text) => progress.say(text),
        },
        target.waiting.sleep,
      );
    } finally {
      await rm(appDir, { recursive: true, force: true });
    }
  };
}

function noteModes(view: PhaseView): void {
  view.lines([
    "func's package marks nothing as executable: the app then starts its Python through the loader or a copy. `--publisher direct` keeps the modes.",
  ]);
}

function funcMissing(): OperationError {
  return new OperationError({
    code: "ERR_PREFLIGHT_FUNC_MISSING",
    message: "`func` (Azure Functions Core Tools) was not found.",
    hint: "Install it, or publish without func: --publisher direct.",
  });
}
