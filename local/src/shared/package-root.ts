// Moved; removed once no branch that is under way names it.
export { packageRoot } from "@same-kit/shared";
