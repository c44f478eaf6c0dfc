import type { Hint } from "@same-kit/shared";
import { failureCaseOf } from "../deployment/failure-cases.ts";
import type { Console } from "../ui/console.ts";

const EXIT_FAILED = 1;
const EXIT_BUG = 70;

/** The shape of every error that is meant for people; checked by shape, so that commands do not load each other's classes. */
type ShownError = Error & { code: string; hint?: Hint; exitCode: number; problems?: readonly { hint: Hint }[] };

/** Shows an error: what happened, why, and what to do next. @returns The exit code. */
export function reportError(thrown: unknown, console: Console): number {
  const error = isSystemError(thrown) ? toShown(thrown) : thrown;
  if (!isShown(error)) return reportBug(error, console);
  if (error.exitCode === EXIT_BUG) return reportBug(error, console);
  const { code, message, hint, exitCode } = error;
  console.json({
    error: {
      code,
      message,
      ...(hint === undefined ? {} : { hint: console.render(hint) }),
      ...deploymentFields(error, console),
    },
  });
  console.note(`${console.paint("red", code)} ${message}`);
  if (hint !== undefined) console.note(hint);
  return exitCode;
}

/** For a deployment: its phase, its number in docs/failures.md, and all problems if a check found several. */
function deploymentFields({ code, problems = [] }: ShownError, console: Console): object {
  const known = failureCaseOf(code);
  return {
    ...(known === null ? {} : { phase: known.phase, case: known.number }),
    ...(problems.length < 2 ? {} : { problems: problems.map((it) => ({ ...it, hint: console.render(it.hint) })) }),
  };
}

function reportBug(error: unknown, console: Console): number {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  console.json({ error: { code: "ERR_INVARIANT", message, stack } });
  console.note(`${console.paint("red", "ERR_INVARIANT")} same-kit has a bug: ${stack ?? message}`);
  console.note("Please report it with these lines and the command you ran.");
  return EXIT_BUG;
}

// These errors concern the machine's disk and its permissions: not a bug in same-kit.
const SYSTEM_HINTS: Record<string, string> = {
  EACCES: "Check its owner and permissions, or choose another folder.",
  EPERM: "Check its owner and permissions, or choose another folder.",
  EROFS: "That file system is read-only: choose another folder, for example with --state-dir.",
  ENOSPC: "Free some space on that disk, then run the command again.",
  EDQUOT: "Free some of your quota, then run the command again.",
  ENOTDIR: "Part of that path is a file: choose another folder.",
  EEXIST: "A file has that name: choose another folder.",
  ELOOP: "Part of that path is a link that leads back to itself: choose another folder.",
  ENAMETOOLONG: "That path is too long: choose another folder.",
  EMFILE: "Too many files are open: raise the limit (`ulimit -n`), then run the command again.",
};

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return error instanceof Error && syscall !== undefined && code !== undefined && code in SYSTEM_HINTS;
}

function toShown({ code, message }: Error & { code: string }): ShownError {
  const hint = SYSTEM_HINTS[code] ?? "";
  return Object.assign(new Error(`The system refused: ${message}.`), {
    code: "ERR_SYSTEM",
    hint,
    exitCode: EXIT_FAILED,
  });
}

function isShown(error: unknown): error is ShownError {
  const { code, exitCode } = (error ?? {}) as Partial<ShownError>;
  return error instanceof Error && typeof code === "string" && typeof exitCode === "number";
}
