import type { PlanName } from "../site/plan-limits.ts";

/** Kudu's status numbers. */
export const DEPLOYMENT_STATUS = { pending: 0, building: 1, deploying: 2, failed: 3, success: 4, conflict: 5 } as const;

export type DeploymentStatus = (typeof DEPLOYMENT_STATUS)[keyof typeof DEPLOYMENT_STATUS];

/** A deployment that ends without installing its package. */
export type DeploymentFault = { status: "failed" | "conflict"; errors: readonly string[] };

type LogLine = { time: string; message: string };

/** A finished deployment, as stored in the state file. */
export type StoredDeployment = {
  id: string;
  status: DeploymentStatus;
  deployer: string;
  author: string;
  remoteBuild: boolean;
  receivedAt: string;
  endedAt: string;
  errors: string[];
  log: LogLine[];
  /** The package, relative to the state folder; absent if none was stored. */
  packageFile?: string;
  active: boolean;
};

export type DeploymentRequest = {
  zip: Buffer;
  plan: PlanName;
  deployer: string;
  author: string;
  remoteBuild: boolean;
};

/** The response of `/api/deployments/{id}`. */
export function describeDeployment(deployment: StoredDeployment, siteName: string, scmUrl: string): object {
  const { id, status, errors } = deployment;
  const isOver = status >= DEPLOYMENT_STATUS.failed;
  return {
    id,
    status,
    status_text: errors[0] ?? "",
    author: deployment.author,
    author_email: "N/A",
    deployer: deployment.deployer,
    remoteBuild: deployment.remoteBuild,
    message: "Created via a push deployment",
    progress: isOver ? "" : "Running deployment…",
    received_time: deployment.receivedAt,
    start_time: deployment.receivedAt,
    end_time: isOver ? deployment.endedAt : null,
    last_success_end_time: status === DEPLOYMENT_STATUS.success ? deployment.endedAt : null,
    complete: isOver,
    active: deployment.active,
    is_temp: false,
    is_readonly: true,
    url: `${scmUrl}/api/deployments/${id}`,
    log_url: `${scmUrl}/api/deployments/${id}/log`,
    site_name: siteName,
    build_summary: { errors, warnings: [] },
  };
}
