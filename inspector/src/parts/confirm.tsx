import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { RequestError } from "../client.ts";
import { Dialog } from "./dialog.tsx";
import { Failure } from "./failure.tsx";
import { notify } from "./notices.tsx";

type ConfirmProps<Answer> = {
  title: string;
  /** Label of the button, a verb: "Terminate". */
  action: string;
  isDestructive?: boolean;
  /** Whether the action is not possible yet, for example because a field is invalid. */
  isBlocked?: boolean;
  /** What will happen, and input fields if the action needs any. */
  children: ComponentChildren;
  /** Performs the action; an error is shown, and the dialog stays open. */
  work: () => Promise<Answer>;
  /** Message shown afterwards. */
  done: string | ((answer: Answer) => string);
  /** Called after success and on cancel. */
  onClose: () => void;
};

/** Asks for confirmation, then performs an action. Open while it is rendered. */
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

/** Runs one task at a time, and keeps the error of the last one. */
export function useWork(): {
  isBusy: boolean;
  error: RequestError | null;
  /** @returns Whether it succeeded. */
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
