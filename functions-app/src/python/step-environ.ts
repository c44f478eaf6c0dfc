// Variables that the app needs and a notebook does not: its storage, its keys, its telemetry. This is not a security boundary, because
// a step runs as the same user; but a notebook that prints or sends its environment must not reveal them. IDENTITY_* stays: notebooks
// may use the app's identity to access their data.
const WITHHELD = [
  /^AzureWebJobs/i,
  /^SAME_(KIT_)?ACCESS_KEY$/i,
  /^DEPLOYMENT_STORAGE_CONNECTION_STRING$/i,
  /^APPLICATIONINSIGHTS_/i,
  /^APPINSIGHTS_/i,
  /^AzureFunctionsJobHost/i,
  /^(WEBSITE|CONTAINER)_.*(KEY|CONNECTIONSTRING|TOKEN|SAS|ENCRYPTION)/i,
  /^MACHINEKEY_/i,
  /^FUNCTIONS_.*(KEY|SECRET)/i,
  /^NODE_/i,
  /^ELECTRON_/i,
];
// They concern the Python that may have started the app itself.
const OF_A_LAUNCHER = new Set(["PYTHONHOME", "__PYVENV_LAUNCHER__", "PYTHONSTARTUP", "PYTHONINSPECT"]);

/** The variables of a Python process that runs steps or pip. */
export function stepEnviron(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = Object.entries(env).filter(
    ([name]) => !OF_A_LAUNCHER.has(name) && !WITHHELD.some((pattern) => pattern.test(name)),
  );
  return Object.fromEntries(entries);
}
