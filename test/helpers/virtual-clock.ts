export { VirtualClock } from "../../local/src/testing/virtual-clock.ts";
