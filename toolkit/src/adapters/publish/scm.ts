// The SCM site of a function app: receives a package and reports its deployment. Flex Consumption has its own service,
// known from its clients (Azure/azure-dev, cli/azd/pkg/azsdk/funcapp_host_client.go); the other plans have Kudu's zipdeploy
// (projectkudu/kudu, Kudu.Services/Deployment/PushDeploymentController.cs).

import { openAsBlob } from "node:fs";
import type { HostingPlan } from "../../hosting-plan.ts";
import type { TokenSource } from "../azure/tokens.ts";
import { brokenConnection } from "../network.ts";

export type ScmDeps = { host: string; token: TokenSource; fetch: typeof fetch; signal: AbortSignal };

/** Status 0: the connection broke; `text` is the reason. */
type ScmAnswer = { status: number; text: string };

/** The SCM site no longer accepts our requests. */
export class ScmRefusedError extends Error {
  readonly status: number;
  readonly text: string;

  constructor(status: number, text: string) {
    super(`unexpected status ${status} of the SCM site`);
    this.status = status;
    this.text = text;
  }
}

/** One deployment as reported by the SCM site; a subset of its fields. */
export type DeploymentStatus = {
  id: string;
  status: number;
  statusText: string;
  buildErrors: string[];
};

export const DEPLOYMENT_STATE = {
  cancelled: -1,
  pending: 0,
  building: 1,
  deploying: 2,
  failed: 3,
  success: 4,
  conflict: 5,
  partialSuccess: 6,
} as const;

/** Sends the zip. A 202 response names the deployment; otherwise it is `latest`. */
export async function sendPackage(deps: ScmDeps, plan: HostingPlan, zipFile: string): Promise<ScmAnswer> {
  const path =
    plan === "flex"
      ? "/api/publish?RemoteBuild=false&Deployer=same-kit"
      : "/api/zipdeploy?isAsync=true&deployer=same-kit&author=same-kit";
  // The blob is streamed and has a length; the whole package is never in memory.
  const body = await openAsBlob(zipFile, { type: "application/zip" });
  try {
    const response = await call(deps, "POST", path, { body, headers: { "content-type": "application/zip" } });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: 0, text: requireBroken(error) };
  }
}

/** The ID for later requests; `latest` if the site named none. */
export function deploymentIdOf(answer: ScmAnswer): string {
  try {
    const id: unknown = JSON.parse(answer.text);
    return typeof id === "string" && id !== "" ? id : "latest";
  } catch {
    return "latest";
  }
}

/** @returns null if the site does not know it: it is too early, or its worker was replaced. */
export async function readDeployment(deps: ScmDeps, id: string): Promise<DeploymentStatus | null> {
  const response = await call(deps, "GET", `/api/deployments/${encodeURIComponent(id)}`).catch((error: unknown) => {
    requireBroken(error);
    return null;
  });
  if (response === null || response.status === 404 || response.status >= 500 || response.status === 429) return null;
  if (!response.ok) throw new ScmRefusedError(response.status, await response.text());
  const body = (await response.json().catch(() => null)) as {
    id?: string;
    status?: number;
    status_text?: string;
    build_summary?: { errors?: unknown[] };
  } | null;
  if (body === null) return null; // For example a proxy's page, or a truncated answer.
  return {
    id: body.id ?? id,
    status: body.status ?? DEPLOYMENT_STATE.pending,
    statusText: body.status_text ?? "",
    buildErrors: (body.build_summary?.errors ?? []).map((it) => (typeof it === "string" ? it : JSON.stringify(it))),
  };
}

/** The lines of the deployment's log; empty if there is none. */
export async function readDeploymentLog(deps: ScmDeps, id: string): Promise<string[]> {
  const lines: string[] = [];
  for (const { message, details_url } of await readLog(deps, `/api/deployments/${encodeURIComponent(id)}/log`)) {
    if (message) lines.push(message);
    if (details_url) lines.push(...(await readLogDetails(deps, details_url)));
  }
  return lines;
}

type LogLine = { message?: string; details_url?: string | null };

/** The log only explains a known failure, so failing to read it is not an error. */
async function readLog(deps: ScmDeps, path: string): Promise<LogLine[]> {
  try {
    const response = await call(deps, "GET", path);
    const entries: unknown = response.ok ? await response.json() : [];
    return Array.isArray(entries) ? entries : [];
  } catch {
    deps.signal.throwIfAborted();
    return [];
  }
}

async function readLogDetails(deps: ScmDeps, detailsUrl: string): Promise<string[]> {
  const { pathname, search, host } = new URL(detailsUrl, `https://${deps.host}`);
  if (host !== deps.host) return []; // The token is for this site only.
  const entries = await readLog(deps, `${pathname}${search}`);
  return entries.flatMap(({ message }) => (message ? [message] : []));
}

async function call(deps: ScmDeps, method: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { accept: "application/json", authorization: `Bearer ${await deps.token()}`, ...init.headers };
  return deps.fetch(`https://${deps.host}${path}`, { ...init, method, headers, signal: deps.signal });
}

function requireBroken(error: unknown): string {
  const why = brokenConnection(error);
  if (why === null) throw error;
  return why;
}
