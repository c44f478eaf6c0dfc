// The SCM service of one site, as its clients (func, azd and az) know it. Flex Consumption accepts packages at
// /api/publish and has no /api/zipdeploy; the other plans accept them at either.
import { isSameSecret } from "@same-kit/shared";
import type { Login } from "../arm/login.ts";
import type { Answer, Handler, MiniRequest } from "../http/answer.ts";
import { ok } from "../http/answer.ts";
import type { RequestHead } from "../http/https-server.ts";
import type { Route } from "../http/router.ts";
import { dispatch, route } from "../http/router.ts";
import type { PlanName } from "../site/plan-limits.ts";
import { DEPLOYMENT_STATUS, describeDeployment } from "./deployment.ts";
import type { Deployments } from "./deployments.ts";

export type ScmOptions = {
  siteName: string;
  deployments: Deployments;
  login: Login;
  /** Read on each request: the plan of a site can change. */
  plan: () => PlanName;
  /** The accepted basic credentials; null if basic authentication is off. */
  basicCredentials: () => string | null;
  url: () => string;
};

/** Answers requests to the SCM service after {@link refusePublisher} has accepted them. */
export function createScmHandler(options: ScmOptions): Handler {
  const routes = scmRoutes(options);
  return async (request) => (await dispatch(routes, request)) ?? { status: 404 };
}

/**
 * Refuses an unauthorized publisher by the headers alone: a package is large, so it is only read from clients that may
 * send one.
 */
export function refusePublisher(head: RequestHead, options: ScmOptions): Answer | null {
  return isAllowed(head, options) ? null : { status: 401, headers: { "www-authenticate": "Bearer" } };
}

type Deployment = NonNullable<ReturnType<Deployments["find"]>>;

function scmRoutes(options: ScmOptions): Route[] {
  const { deployments, siteName, url } = options;
  // A new deployment is not found at first, because another worker answers; only Flex is known to do this.
  const seen = new Set<string>();
  const withDeployment = (id: string, answer: (found: Deployment) => Answer): Answer => {
    const found = deployments.find(id);
    if (found === undefined) return { status: 404 };
    if (options.plan() === "flex" && !seen.has(found.id)) {
      seen.add(found.id);
      return { status: 404 };
    }
    return answer(found);
  };
  return [
    route("POST", "/api/publish", (request) => publish(request, options)),
    route("POST", "/api/zipdeploy", (request) => zipDeploy(request, options)),
    route("GET", "/api/deployments", () =>
      ok(deployments.list().map((each) => describeDeployment(each, siteName, url()))),
    ),
    route("GET", "/api/deployments/{id}/log", (_request, { id }) =>
      withDeployment(id ?? "", ({ log }) => ok(log.map(describeLogLine))),
    ),
    route("GET", "/api/deployments/{id}", (_request, { id }) =>
      withDeployment(id ?? "", (found) => ({
        // Kudu responds with 202 while it is working; Flex responds with 200 from the start.
        status: found.status < DEPLOYMENT_STATUS.failed && options.plan() !== "flex" ? 202 : 200,
        body: describeDeployment(found, siteName, url()),
      })),
    ),
    route("GET", "/api/isdeploying", () => ok({ value: deployments.isBusy })),
    route("GET", "/api/settings", () => ok({ WEBSITE_SITE_NAME: siteName })),
  ];
}

function describeLogLine({ time, message }: Deployment["log"][number], index: number): object {
  return { id: String(index), log_time: time, message, type: 0, details_url: null };
}

function publish(request: MiniRequest, options: ScmOptions): Answer {
  if (!isZip(request)) return { status: 415, body: "Only application/zip is accepted." };
  if (options.deployments.isBusy && options.plan() !== "flex") return conflict();
  const deployment = options.deployments.begin(toDeployment(request, options));
  return { status: 202, headers: { "content-type": "application/json" }, body: JSON.stringify(deployment.id) };
}

async function zipDeploy(request: MiniRequest, options: ScmOptions): Promise<Answer> {
  if (options.plan() === "flex") return { status: 404, body: "Flex Consumption accepts packages at /api/publish." };
  if (options.deployments.isBusy) return conflict();
  const deployment = options.deployments.begin(toDeployment(request, options));
  const location = `${options.url()}/api/deployments/latest?deployer=${encodeURIComponent(deployment.deployer)}`;
  if (request.url.searchParams.get("isAsync") === "true") {
    return { status: 202, headers: { location, "scm-deployment-id": deployment.id } };
  }
  await options.deployments.settled();
  const isDone = deployment.status === DEPLOYMENT_STATUS.success;
  return isDone ? { status: 200 } : { status: 400, body: deployment.errors.join("\n") };
}

function toDeployment(request: MiniRequest, { plan }: ScmOptions) {
  const query = new Map([...request.url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  return {
    zip: request.body,
    plan: plan(),
    deployer: query.get("deployer") ?? "ZipDeploy",
    author: query.get("author") ?? "N/A",
    remoteBuild: query.get("remotebuild")?.toLowerCase() === "true",
  };
}

function isZip(request: MiniRequest): boolean {
  return /^application\/(zip|octet-stream)/.test(request.headers["content-type"] ?? "");
}

function conflict(): Answer {
  return { status: 409, body: "There is a deployment currently in progress. Please try again when it completes." };
}

function isAllowed(request: RequestHead, { login, basicCredentials }: ScmOptions): boolean {
  const [scheme = "", value = ""] = (request.headers.authorization ?? "").split(" ");
  if (scheme.toLowerCase() === "bearer") return login.isAuthorized(request);
  const expected = basicCredentials();
  return (
    expected !== null &&
    scheme.toLowerCase() === "basic" &&
    isSameSecret(Buffer.from(value, "base64").toString("utf8"), expected)
  );
}
