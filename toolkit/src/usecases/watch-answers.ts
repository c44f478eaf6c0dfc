import type { Waiting } from "@same-kit/shared";

const POLL_MS = 2_000;

/** Shows an answer, and again whenever it changes, until `signal` aborts. */
export async function watchAnswers(
  ask: () => Promise<string>,
  show: (text: string) => void,
  { signal, waiting }: { signal: AbortSignal; waiting: Pick<Waiting, "sleep"> },
): Promise<void> {
  let shown: string | null = null;
  try {
    for (;;) {
      const text = await ask();
      if (text !== shown) show(shown === null ? text : `\n${text}`);
      shown = text;
      await waiting.sleep(POLL_MS, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error; // Ctrl-C is the usual end of watching.
  }
}
