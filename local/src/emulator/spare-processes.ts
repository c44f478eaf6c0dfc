import { SpareAzurite } from "../azurite/index.ts";
import { SpareWorker } from "../worker/spare-worker.ts";

/**
 * The processes of a host, started before it is known what the host will be. What is not used ends with this process.
 */
export class SpareProcesses {
  readonly azurite: SpareAzurite;
  readonly worker: SpareWorker;

  constructor(env: NodeJS.ProcessEnv) {
    this.azurite = new SpareAzurite(env);
    this.worker = new SpareWorker(env);
  }
}
