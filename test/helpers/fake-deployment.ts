import { ArmClient } from "../../toolkit/src/adapters/azure/arm.ts";
import type { Cloud } from "../../toolkit/src/adapters/azure/cloud.ts";
import type { SignedIn } from "../../toolkit/src/adapters/azure/sign-in.ts";
import type { StateResource, TerraformState } from "../../toolkit/src/adapters/terraform/state.ts";
import type {
  EventListener,
  ResourceChange,
  SavedPlan,
  TerraformCommands,
} from "../../toolkit/src/adapters/terraform/terraform.ts";
import { acceleratedWaits } from "../../toolkit/src/deployment/accelerated-waits.ts";
import { Deployment, type DeploymentTarget } from "../../toolkit/src/deployment/deployment.ts";
import { environmentFolder } from "../../toolkit/src/deployment/environment.ts";
import { startTestMiniAzure, type TestMiniAzure } from "./mini-azure.ts";
import { type RecordingView, recordingView } from "./recording-view.ts";
import { makeTempDir } from "./temp-dir.ts";

/** A terraform with given plans that applies nothing, and records its calls. */
export class FakeTerraform implements TerraformCommands {
  readonly calls: string[] = [];
  known: StateResource[] = [];
  deploymentId: string | null = null;
  changes: ResourceChange[] = [];
  drift: ResourceChange[] = [];
  variables: Record<string, unknown> = {
    project: "same",
    location: "westeurope",
    plan: "flex",
    log_retention_days: 30,
  };
  /** The errors of the next applies, in order. */
  failures: unknown[] = [];
  /** Resources that an apply creates before its error. */
  created: string[] = [];

  async version(): Promise<string> {
    return "1.11.4";
  }

  async init(): Promise<void> {
    this.calls.push("init");
  }

  async plan(_file: string, { destroy, onEvent }: { destroy: boolean; onEvent: EventListener }): Promise<boolean> {
    this.calls.push(destroy ? "plan -destroy" : "plan");
    for (const { address } of this.drift) onEvent({ kind: "drift", address, action: "update" });
    return this.changes.length > 0;
  }

  async showPlan(): Promise<SavedPlan> {
    return { changes: this.changes, drift: this.drift, variables: this.variables };
  }

  async apply(_file?: string, onEvent?: EventListener): Promise<void> {
    this.calls.push("apply");
    for (const address of this.created) {
      const [type = ""] = address.split(".");
      onEvent?.({ kind: "resource", stage: "completed", address, type, action: "create", elapsedSeconds: 1 });
    }
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
  }

  async import(address: string, id: string): Promise<void> {
    this.calls.push(`import ${address} ${id}`);
  }

  async outputs(): Promise<Record<string, unknown>> {
    return {};
  }

  async state(): Promise<TerraformState> {
    return { resources: this.known, deploymentId: this.deploymentId };
  }
}

export type FakeDeployment = {
  deployment: Deployment;
  terraform: FakeTerraform;
  mini: TestMiniAzure;
  view: RecordingView;
};

/** A deployment without terraform, signed in to a mini Azure. */
export async function fakeDeployment(
  options: { answer?: boolean; environment?: string; mini?: TestMiniAzure; stateDir?: string } = {},
): Promise<FakeDeployment> {
  const mini = options.mini ?? (await startTestMiniAzure());
  const terraform = new FakeTerraform();
  const view = recordingView(options.answer ?? true);
  const never = new AbortController().signal;
  const folder = environmentFolder(options.stateDir ?? (await makeTempDir()), options.environment ?? "dev", false);
  const deployment = await Deployment.open({
    folder,
    target: TARGET,
    view,
    signal: never,
    leaveNow: never,
    now: () => new Date("2026-11-25T09:00:00Z"),
    terraform,
    signIn: async () => signedInTo(mini),
  });
  await deployment.checkTools(null);
  return { deployment, terraform, mini, view };
}

const TARGET: DeploymentTarget = {
  env: {},
  fetch,
  waiting: acceleratedWaits(1_000),
  terraform: {
    binary: "terraform",
    moduleDir: "terraform",
    lockTimeoutSeconds: 1,
    lockFile: null,
    providerIdentity: "fake",
    variables: {},
  },
  drillHooks: { beforePlan: async () => {}, beforeApply: async () => {} },
  smokeLimitMs: 1_000,
};

function signedInTo(mini: TestMiniAzure): SignedIn {
  const cloud: Cloud = { name: "mini", resourceManager: mini.armUrl, login: mini.armUrl, portal: "" };
  const signal = new AbortController().signal;
  const arm = new ArmClient({ cloud, token: mini.token, fetch: fetchFrom(mini), sleep: async () => {}, signal });
  const { subscriptionId, tenantId } = mini;
  return { cloud, arm, token: mini.token, subscriptionId, subscriptionName: "mini", tenantId, user: "ada@example.org" };
}

/** Node's own fetch does not know the mini Azure's certificate. */
function fetchFrom(mini: TestMiniAzure): typeof fetch {
  return async (url, init = {}) => {
    const { method = "GET", headers, body } = init;
    const { status, text } = await mini.send(method, String(url), {
      headers: headers as Record<string, string>,
      ...(body === undefined ? {} : { body: String(body) }),
    });
    return new Response(status === 204 ? null : text, { status });
  };
}
