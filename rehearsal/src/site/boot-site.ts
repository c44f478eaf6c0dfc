import type { LogSink } from "@same-kit/shared";

export type BootSiteRequest = {
  /** Name of the function app. */
  name: string;
  /** The unpacked package, read-only. */
  packageDir: string;
  /**
   * The app settings stored in Azure Resource Manager, including Terraform's; storage settings name accounts that do
   * not exist.
   */
  appSettings: Record<string, string>;
  onLog: LogSink;
};

export type BootedSite = {
  /** The host's URL, such as `http://127.0.0.1:7071`. */
  url: string;
  functions: readonly { name: string; trigger: string }[];
  stop(): Promise<void>;
};

/** Starts a Functions host on a deployed package; rejects if the host cannot start. */
export type BootSite = (request: BootSiteRequest) => Promise<BootedSite>;

// The host gets its storage from the emulator; these settings name accounts of the mini Azure, which nothing serves.
const STORAGE_SETTINGS =
  /^(AzureWebJobsStorage(__\w+)?|AzureWebJobsDashboard|DEPLOYMENT_STORAGE_CONNECTION_STRING|WEBSITE_CONTENT\w+|APPLICATIONINSIGHTS_CONNECTION_STRING)$/;

/** The settings for a host on this machine: the cloud's, without those that only work there. */
export function toLocalSettings(appSettings: Record<string, string>): Record<string, string> {
  const kept = Object.entries(appSettings).filter(([name]) => !STORAGE_SETTINGS.test(name));
  // Not Development: the access key must be required, as in the cloud.
  return { ...Object.fromEntries(kept), AZURE_FUNCTIONS_ENVIRONMENT: "Production" };
}

/**
 * Why a host in the cloud could not reach its storage with these settings; null if it could.
 *
 * @see The Functions host's own check of `AzureWebJobsStorage` at start.
 */
export function findStorageFault(appSettings: Record<string, string>): string | null {
  const connectionString = appSettings["AzureWebJobsStorage"];
  if (connectionString !== undefined) {
    return /AccountKey=[^;]+/.test(connectionString)
      ? null
      : "Unable to access AzureWebJobsStorage: the connection string holds no account key.";
  }
  return appSettings["AzureWebJobsStorage__accountName"] === undefined
    ? "Unable to access AzureWebJobsStorage: the setting is missing."
    : null;
}
