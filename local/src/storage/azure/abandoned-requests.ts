import type { TableServiceClientOptions } from "@azure/data-tables";
import type {
  AnonymousCredential,
  Pipeline,
  StoragePipelineOptions,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { azureSdk } from "./sdk.ts";

/** What blob and queue clients are made with, with every request under `signal` too: a wait for the next try ends as well. */
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

/** The same for clients of tables, which are put together in another way. */
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

/** A shared access signature, where there is no key, is part of the endpoint's URL. */
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
