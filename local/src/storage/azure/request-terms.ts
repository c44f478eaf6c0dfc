import type { Agent } from "node:http";
import type { TableServiceClientOptions } from "@azure/data-tables";
import type {
  AnonymousCredential,
  Pipeline,
  StoragePipelineOptions,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { azureSdk } from "./sdk.ts";

/** Settings that apply to every request of an account. */
export type RequestTerms = {
  /** Ends requests, including waits between retries, when it aborts. */
  signal: AbortSignal;
  /** Opens the connections. Default: the SDKs' own agent. */
  agent?: Agent | undefined;
};

/** Pipeline options for blob and queue clients. */
export function pipelineUnder(
  terms: RequestTerms,
  connectionString: string,
  options: StoragePipelineOptions,
): Pipeline {
  const pipeline = azureSdk().newPipeline(toCredential(connectionString), options);
  pipeline.factories.push({
    create: (next) => ({
      sendRequest(request) {
        putUnder(terms, request);
        return next.sendRequest(request);
      },
    }),
  });
  return pipeline;
}

/** The same for table clients, which are configured differently. */
export function tablePolicyUnder(
  terms: RequestTerms,
): NonNullable<TableServiceClientOptions["additionalPolicies"]>[number] {
  return {
    position: "perCall",
    policy: {
      name: "requestTerms",
      sendRequest(request, next) {
        putUnder(terms, request);
        return next(request);
      },
    },
  };
}

/** Without a key, the URL of the endpoint contains a shared access signature. */
function toCredential(connectionString: string): StorageSharedKeyCredential | AnonymousCredential {
  const sdk = azureSdk();
  const find = (name: string) => new RegExp(`(?:^|;)\\s*${name}=([^;]+)`, "i").exec(connectionString)?.[1];
  const [account, key] = [find("AccountName"), find("AccountKey")];
  return account === undefined || key === undefined
    ? new sdk.AnonymousCredential()
    : new sdk.StorageSharedKeyCredential(account, key);
}

function putUnder({ signal, agent }: RequestTerms, request: { abortSignal?: unknown; agent?: unknown }): void {
  if (agent !== undefined) request.agent = agent;
  const own = request.abortSignal;
  request.abortSignal = own instanceof AbortSignal ? AbortSignal.any([own, signal]) : signal;
}
