import { describeInstanceStore } from "./instance-store-cases.ts";
import { onMemory } from "./store-subject.ts";

describeInstanceStore(onMemory());
