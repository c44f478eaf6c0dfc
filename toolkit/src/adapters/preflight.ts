import { type Hint, hintText, OperationError, type SameKitError } from "@same-kit/shared";

/** One problem, with its fix. */
export type PreflightProblem = { code: string; message: string; hint: Hint };

export type PreflightCheck = () => Promise<PreflightProblem[]>;

/** Several problems at once, each with its own code, so that all can be fixed together. */
export class PreflightError extends OperationError<string> {
  readonly problems: readonly PreflightProblem[];

  constructor(problems: readonly PreflightProblem[]) {
    const [first] = problems;
    const list = problems.map(({ message, hint }) => `- ${message} ${hintText(hint)}`).join("\n");
    super({
      code: first?.code ?? "ERR_PREFLIGHT",
      message: problems.length === 1 ? (first?.message ?? "") : `${problems.length} problems were found:\n${list}`,
      ...(problems.length === 1 && first !== undefined ? { hint: first.hint } : {}),
    });
    this.problems = problems;
  }
}

/** Runs every check, even after one failed. */
export async function checkAll(checks: readonly PreflightCheck[]): Promise<void> {
  const problems = (await Promise.all(checks.map((check) => check()))).flat();
  if (problems.length > 0) throw new PreflightError(problems);
}

/** What a check threw, as a problem; errors that are not ours are rethrown. */
export function toProblem(error: unknown): PreflightProblem {
  const { code, message, hint } = error as Partial<SameKitError>;
  if (code === undefined || !String(code).startsWith("ERR_") || message === undefined) throw error;
  return { code: String(code), message, hint: hint ?? "" };
}
