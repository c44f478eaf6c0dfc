import { describeHistoryStore } from "./history-store-cases.ts";
import { onAzurite } from "./on-azurite.ts";

describeHistoryStore(onAzurite());
