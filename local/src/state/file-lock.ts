// Moved; removed once no branch that is under way names it.
export { withFileLock } from "@same-kit/shared";
