import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { RequestError } from "../client.ts";
import { Dialog } from "./dialog.tsx";
import { Failure } from "./failure.tsx";
import { notify } from "./notices.tsx";

type ConfirmProps<Answer> = {
  title: string;
  /** What the button says, a verb: "Terminate". */
  action: string;
  isDestructive?: boolean;
  /** Why it cannot be done yet, such as a field that is not valid. */
  isBlocked?: boolean;
  /** What will happen; fields, where it needs some. */
  children: ComponentChildren;
  /** Does it; what it throws is shown, and the dialog stays. */
  work: () => Promise<Answer>;
  /** What is said once it is done. */
  done: string | ((answer: Answer) => string);
  /** Called when it was done, and when it was given up. */
  onClose: () => void;
};

/** Asks before something is done, and does it. Open as long as it is drawn. */
export function Confirm<Answer>(props: ConfirmProps<Answer>) {
  const { title, action, isDestructive, isBlocked, children, work, done, onClose } = props;
  const { isBusy, error, run } = useWork();
  const submit = async (event: Event) => {
    event.preventDefault();
    let said = "";
    const isDone = await run(async () => {
      const answer = await work();
      said = typeof done === "string" ? done : done(answer);
    });
    if (!isDone) return;
    notify(said);
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        {children}
        {error !== null && <Failure error={error} />}
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={isDestructive ? "danger" : "primary"} disabled={isBusy || isBlocked === true}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** One piece of work at a time, and why the last one failed. */
export function useWork(): {
  isBusy: boolean;
  error: RequestError | null;
  /** @returns whether it was done. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
} {
  const [state, setState] = useState<{ isBusy: boolean; error: RequestError | null }>({ isBusy: false, error: null });
  const run = async (work: () => Promise<unknown>) => {
    setState({ isBusy: true, error: null });
    try {
      await work();
      setState({ isBusy: false, error: null });
      return true;
    } catch (error) {
      const problem = error instanceof RequestError ? error : new RequestError(0, { error: String(error) });
      setState({ isBusy: false, error: problem });
      return false;
    }
  };
  return { ...state, run };
}
