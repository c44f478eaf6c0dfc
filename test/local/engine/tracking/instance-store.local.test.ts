import { describeInstanceStore } from "./instance-store-cases.ts";
import { onAzurite } from "./on-azurite.ts";

describeInstanceStore(onAzurite());
