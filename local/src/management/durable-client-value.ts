import { instanceUrls } from "./instance-urls.ts";
import { WEBHOOK_PATH } from "./route.ts";

/** The placeholder that the SDK replaces with the instance's id. */
const ID_PLACEHOLDER = "INSTANCEID";

/** The value that the `durableClient` input binding passes to the SDK's `getClient`. */
export type DurableClientValue = {
  taskHubName: string;
  connectionName: null;
  creationUrls: Record<string, string>;
  managementUrls: Record<string, string>;
  baseUrl: string;
  requiredQueryStringParameters: string;
  rpcBaseUrl: string | null;
  httpBaseUrl: null;
};

type DurableClientValueInput = {
  /** `http://localhost:<port>`; the SDK replaces it with WEBSITE_HOSTNAME if that is set. */
  hostUrl: string;
  /** `code=<system key>`, or empty. */
  webhookQuery: string;
  hubName: string;
  connectionName: string;
  /** The base URL of {@link file://./rpc-listener.ts | startRpcListener}; with null, the SDK uses the URLs instead. */
  rpcBaseUrl: string | null;
};

/**
 * @returns Every URL is a string, because the SDK rejects nulls among them.
 * @see Azure/azure-functions-durable-extension, Bindings/BindingHelper.cs
 */
export function durableClientBindingValue(input: DurableClientValueInput): DurableClientValue {
  const { hostUrl, webhookQuery, hubName, connectionName, rpcBaseUrl } = input;
  const baseUrl = `${hostUrl}${WEBHOOK_PATH}`;
  const start = `${baseUrl}/orchestrators/{functionName}[/{instanceId}]`;
  const wait = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}";
  return {
    taskHubName: hubName,
    connectionName: null,
    creationUrls: {
      createNewInstancePostUri: webhookQuery === "" ? start : `${start}?${webhookQuery}`,
      createAndWaitOnNewInstancePostUri: `${start}?${[wait, webhookQuery].filter((it) => it !== "").join("&")}`,
    },
    managementUrls: {
      id: ID_PLACEHOLDER,
      ...instanceUrls(ID_PLACEHOLDER, { origin: hostUrl, hubName, connectionName, webhookQuery }),
    },
    baseUrl,
    requiredQueryStringParameters: webhookQuery,
    rpcBaseUrl,
    httpBaseUrl: null,
  };
}
