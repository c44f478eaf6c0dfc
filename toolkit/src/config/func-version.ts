/** The release of Azure Functions Core Tools whose behaviour is followed; editors ask for it. */
export const FUNC_VERSION = "4.14.0";
