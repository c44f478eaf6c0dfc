import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type CertificatePair, generateCertificate, writeFileAtomicSync } from "@same-kit/shared";
import type { Account } from "./arm/login.ts";
import { createAccount } from "./arm/login.ts";
import type { Resource } from "./arm/resource-store.ts";
import { MiniAzureError } from "./errors.ts";
import type { StoredDeployment } from "./scm/deployment.ts";
import type { StoredWwwroot } from "./site/wwwroot.ts";

const FORMAT = 1;

type SitePorts = { site: number; scm: number };

/** Everything that outlives one process: a second rehearsal finds the cloud as the first one left it. */
type MiniAzureState = {
  format: typeof FORMAT;
  account: Account;
  certificate: CertificatePair;
  armPort: number;
  /** By site ID in lower case. */
  sitePorts: Record<string, SitePorts>;
  resources: Resource[];
  /** Registered namespaces; absent in a cloud created by an earlier same-kit, which did not require registration. */
  namespaces?: string[];
  /** By site ID in lower case, oldest first. */
  deployments: Record<string, StoredDeployment[]>;
  /** Absent in a cloud created by an earlier same-kit. */
  wwwroots?: StoredWwwroot[];
};

export type StateFile = { state: MiniAzureState; save(): void };

/**
 * Loads the state below `folder`, or starts a new cloud there.
 *
 * @param namespaces - Namespaces registered in a new cloud.
 */
export async function openState(folder: string, namespaces: readonly string[]): Promise<StateFile> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, "mini-azure.json");
  const state = existsSync(file) ? load(file) : await begin(namespaces);
  // Written synchronously: a drill may end the process at any point.
  return { state, save: () => writeFileAtomicSync(file, JSON.stringify(state)) };
}

function load(file: string): MiniAzureState {
  const state = JSON.parse(readFileSync(file, "utf8")) as MiniAzureState;
  if (state.format === FORMAT) return state;
  throw new MiniAzureError({
    code: "ERR_MINI_AZURE_STATE",
    message: `${file} was written by another version of same-kit (format ${String(state.format)}, not ${FORMAT}). Nothing was changed.`,
    hint: "Remove the folder of this rehearsal; it contains nothing that exists elsewhere.",
  });
}

async function begin(namespaces: readonly string[]): Promise<MiniAzureState> {
  const certificate = await generateCertificate({ dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] });
  return {
    format: FORMAT,
    account: createAccount(),
    certificate,
    armPort: 0,
    sitePorts: {},
    resources: [],
    namespaces: [...namespaces],
    deployments: {},
  };
}
