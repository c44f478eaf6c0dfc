// Moved; to remove when no branch that is under way names it.
export { type Clock, createSystemClock, formatTicks, parseTicks } from "@same-kit/shared";
