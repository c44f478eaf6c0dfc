// Moved; removed once no branch that is under way names it.
export { type Claim, claim, isClaimed } from "@same-kit/shared";
