/** The release of Azure Functions Core Tools whose behaviour `func start` follows; editors ask for it. */
export const FUNC_VERSION = "4.14.0";
