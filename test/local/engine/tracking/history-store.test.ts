import { describeHistoryStore } from "./history-store-cases.ts";
import { onMemory } from "./store-subject.ts";

describeHistoryStore(onMemory());
