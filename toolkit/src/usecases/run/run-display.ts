import type { WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { EXECUTOR } from "@same-kit/functions-app/contract";
import { describeEvent, type HostEvent } from "@same-kit/local";
import type { PhaseView } from "../../ports.ts";
import { formatLogEntry, isShown } from "../../ui/log-line.ts";
import { WakeSignal } from "../follow-run.ts";
import { StepBoard, StepStopped } from "./step-board.ts";

type RunDisplayOptions = {
  id: string;
  stepNames: readonly string[];
  /** Shows the host's own lines too. */
  isVerbose: boolean;
  view: PhaseView;
  logFile: WriteStream;
};

/** The display of one run, and its log file; updated by the host's events and the run's status. */
export class RunDisplay {
  /** Triggered when polling the run's status is worthwhile. */
  readonly wake = new WakeSignal();
  readonly #options: RunDisplayOptions;
  readonly #board: StepBoard;
  #shown: Promise<void> = Promise.resolve();

  constructor(options: RunDisplayOptions) {
    this.#options = options;
    this.#board = new StepBoard(options.stepNames);
  }

  /** Called when the run was sent: draws its steps from now on. */
  begin(): void {
    this.#shown = this.#board.show(this.#options.view).catch((error: unknown) => {
      if (!(error instanceof StepStopped)) throw error;
    });
  }

  readonly handle = (event: HostEvent): void => {
    switch (event.kind) {
      case "line":
        this.#log(event);
        this.#showLine(event);
        break;
      case "events-missed":
        this.#log(event);
        this.#board.print(`(${event.count} events are missing here.)`);
        break;
      case "instance-progressed":
        if (this.#isOurs(event) && event.step !== null) this.#board.finish(event.step.index);
        break;
      case "instance-ended":
        if (this.#isOurs(event)) this.wake.give();
        break;
      case "request-answered":
      case "function-started":
      case "function-ended":
      case "host-ready":
      case "host-stopping":
      case "worker-started":
      case "worker-ended":
        break;
    }
  };

  /** A line of the current step, on an app without an event stream. */
  readonly showPrinted = (line: string): void => {
    this.#options.logFile.write(`${line}\n`);
    this.#board.print(line);
  };

  update({ completedCount }: { completedCount: number }): void {
    this.#board.finish(completedCount);
  }

  /** @param reason - Null: the run completed. */
  async end(reason: string | null): Promise<void> {
    if (reason === null) this.#board.complete();
    else this.#board.stop(reason);
    await this.#shown;
  }

  async close(): Promise<void> {
    await finished(this.#options.logFile.end()).catch(() => {});
  }

  #log(event: HostEvent): void {
    const line = describeEvent(event);
    // For a line that is overwritten, the last state is sufficient.
    const isRewritten = line?.message.endsWith("\r") === true;
    if (line !== null && !isRewritten) this.#options.logFile.write(`${formatLogEntry(line)}\n`);
  }

  #showLine(event: Extract<HostEvent, { kind: "line" }>): void {
    const { isVerbose, view } = this.#options;
    const { functionName, instanceId } = event.fields;
    const isOfStep = instanceId === this.#options.id && functionName === EXECUTOR;
    if (isOfStep && event.source === "user") this.#board.print(event.message);
    else if (!isOfStep && isVerbose && isShown(event, true)) view.lines([formatLogEntry(event)]);
  }

  #isOurs({ instanceId }: { instanceId: string | null }): boolean {
    return instanceId === this.#options.id;
  }
}
