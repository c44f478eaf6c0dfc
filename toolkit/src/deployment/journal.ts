import { OperationError, writeJsonAtomic } from "@same-kit/shared";
import { type Choices, NO_CHOICES } from "./choices.ts";
import { type EnvironmentFolder, loadJson } from "./environment.ts";

export type JournalPhase = "init" | "provision" | "publish" | "health" | "smoke-test";

export type JournalEntry = {
  status: "started" | "done" | "failed";
  at: string;
  /** Identifies the input of the phase; the phase need not be repeated for the same input. */
  fingerprint: string;
  /** The error's code, if the phase failed. */
  code?: string;
};

export type PublishedPackage = { sha256: string; file: string; at: string };

type JournalFile = {
  formatVersion: 1;
  phases: Partial<Record<JournalPhase, JournalEntry>>;
  /** Newest first; a rollback uses an earlier one. */
  published: PublishedPackage[];
  /** The choices of the last deployment; absent before the first completed apply. */
  choices?: Choices;
  /** The choices of an apply that has not completed. */
  attempted?: Choices;
  /** The mark of this environment's resources; absent before the first plan. */
  deploymentId?: string;
};

const KEPT_PACKAGES = 5;

/** A record of what was done to one environment, so that the next `up` continues where this one stops for any reason. */
export class Journal {
  readonly #file: string;
  readonly #now: () => Date;
  #content: JournalFile;

  private constructor(file: string, content: JournalFile, now: () => Date) {
    this.#file = file;
    this.#content = content;
    this.#now = now;
  }

  static async open(folder: EnvironmentFolder, now: () => Date): Promise<Journal> {
    const content = (await loadJson(folder.journalFile)) as JournalFile | null;
    if (content !== null && content.formatVersion !== 1) {
      throw new OperationError({
        code: "ERR_STATE_FORMAT",
        message: `${folder.journalFile} was written by a newer same-kit (format ${content.formatVersion}).`,
        hint: "Update same-kit.",
      });
    }
    return new Journal(folder.journalFile, content ?? { formatVersion: 1, phases: {}, published: [] }, now);
  }

  get published(): readonly PublishedPackage[] {
    return this.#content.published;
  }

  /** The newest published package other than that of the last attempt, whether or not that one succeeded; null: there is none. */
  get previous(): PublishedPackage | null {
    const last = this.phase("publish")?.fingerprint ?? "";
    return this.#content.published.find(({ sha256 }) => !last.endsWith(` ${sha256}`)) ?? null;
  }

  /** The choices of the last deployment. */
  get choices(): Choices {
    return this.#content.choices ?? NO_CHOICES;
  }

  /** The choices of the last apply; null if it completed. */
  get attempted(): Choices | null {
    return this.#content.attempted ?? null;
  }

  /** The mark by which this environment recognizes its resources; null before its first plan. */
  get deploymentId(): string | null {
    return this.#content.deploymentId ?? null;
  }

  async saveDeploymentId(deploymentId: string): Promise<void> {
    if (deploymentId !== this.#content.deploymentId) await this.#save({ deploymentId });
  }

  /** Records the start of an apply: until it completes, `choices` do not count as deployed. */
  async saveAttempt(choices: Choices): Promise<void> {
    await this.#save({ attempted: choices });
  }

  /** Records that the environment was deployed with `choices`. */
  async saveChoices(choices: Choices): Promise<void> {
    const { attempted: _, ...content } = this.#content;
    this.#content = content;
    await this.#save({ choices });
  }

  /** Removes the record of a phase, for example when the app is recreated. */
  async forget(phase: JournalPhase): Promise<void> {
    await this.#restore(phase, undefined);
  }

  phase(phase: JournalPhase): JournalEntry | null {
    return this.#content.phases[phase] ?? null;
  }

  isDone(phase: JournalPhase, fingerprint: string): boolean {
    const entry = this.phase(phase);
    return entry?.status === "done" && entry.fingerprint === fingerprint;
  }

  /**
   * Runs a phase and records its result.
   *
   * @param isDone - Whether the result counts; if it does not, for example for a plan that was only shown, the earlier entry is kept.
   */
  async run<T>(
    phase: JournalPhase,
    fingerprint: string,
    work: () => Promise<T>,
    isDone: (result: T) => boolean = () => true,
  ): Promise<T> {
    const before = this.#content.phases[phase];
    await this.#write(phase, { status: "started", fingerprint });
    try {
      const result = await work();
      if (isDone(result)) await this.#write(phase, { status: "done", fingerprint });
      else await this.#restore(phase, before);
      return result;
    } catch (error) {
      const code = String((error as { code?: unknown }).code ?? "ERR_UNKNOWN");
      await this.#write(phase, { status: "failed", fingerprint, code });
      throw error;
    }
  }

  /** @returns packages that are no longer needed. */
  async addPublished(published: Omit<PublishedPackage, "at">): Promise<PublishedPackage[]> {
    const earlier = this.#content.published.filter(({ sha256 }) => sha256 !== published.sha256);
    const all = [{ ...published, at: this.#now().toISOString() }, ...earlier];
    this.#content.published = all.slice(0, KEPT_PACKAGES);
    await writeJsonAtomic(this.#file, this.#content);
    return all.slice(KEPT_PACKAGES);
  }

  async #save(changes: Partial<JournalFile>): Promise<void> {
    this.#content = { ...this.#content, ...changes };
    await writeJsonAtomic(this.#file, this.#content);
  }

  async #restore(phase: JournalPhase, entry: JournalEntry | undefined): Promise<void> {
    if (entry === undefined) delete this.#content.phases[phase];
    else this.#content.phases[phase] = entry;
    await writeJsonAtomic(this.#file, this.#content);
  }

  async #write(phase: JournalPhase, entry: Omit<JournalEntry, "at">): Promise<void> {
    this.#content.phases[phase] = { ...entry, at: this.#now().toISOString() };
    await writeJsonAtomic(this.#file, this.#content);
  }
}
