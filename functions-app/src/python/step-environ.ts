// What the app needs for itself, and a notebook does not: its storage, its keys, its telemetry. No wall, as a step runs as the
// same user; but a notebook that prints or sends its environment shall not give these away. IDENTITY_* stays: notebooks may use
// the app's identity to reach their data.
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
// They belong to the Python that the app itself may have been started with.
const OF_A_LAUNCHER = new Set(["PYTHONHOME", "__PYVENV_LAUNCHER__", "PYTHONSTARTUP", "PYTHONINSPECT"]);

/** The variables of a Python process that runs steps or pip. */
export function stepEnviron(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = Object.entries(env).filter(
    ([name]) => !OF_A_LAUNCHER.has(name) && !WITHHELD.some((pattern) => pattern.test(name)),
  );
  return Object.fromEntries(entries);
}
