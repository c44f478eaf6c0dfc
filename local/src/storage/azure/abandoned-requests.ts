import type { TableServiceClientOptions } from "@azure/data-tables";
import type {
  AnonymousCredential,
  Pipeline,
  StoragePipelineOptions,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { azureSdk } from "./sdk.ts";

/**
 * Pipeline options for blob and queue clients whose requests, including waits between retries, end when `signal`
 * aborts.
 */
export function pipelineUnder(
  signal: AbortSignal,
  connectionString: string,
  options: StoragePipelineOptions,
): Pipeline {
  const pipeline = azureSdk().newPipeline(toCredential(connectionString), options);
  pipeline.factories.push({
    create: (next) => ({
      sendRequest(request) {
        putUnder(signal, request);
        return next.sendRequest(request);
      },
    }),
  });
  return pipeline;
}

/** The same for table clients, which are configured differently. */
export function tablePolicyUnder(
  signal: AbortSignal,
): NonNullable<TableServiceClientOptions["additionalPolicies"]>[number] {
  return {
    position: "perCall",
    policy: {
      name: "abandonedRequests",
      sendRequest(request, next) {
        putUnder(signal, request);
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

function putUnder(signal: AbortSignal, request: { abortSignal?: unknown }): void {
  const own = request.abortSignal;
  request.abortSignal = own instanceof AbortSignal ? AbortSignal.any([own, signal]) : signal;
}
