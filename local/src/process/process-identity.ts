// Moved; removed once no branch that is under way names it.
export { identifyProcess, identifyThisProcess, isProcessAlive, type ProcessIdentity } from "@same-kit/shared";
