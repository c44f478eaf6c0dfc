import { useState } from "preact/hooks";
import type { RunDetail } from "../../../local/src/inspector/api.ts";
import { post } from "../client.ts";
import { Confirm } from "../parts/confirm.tsx";
import { CopyButton } from "../parts/copy.tsx";

type ActionsProps = { run: RunDetail; onDone: () => void };

/** The actions that a run's state allows. */
export function RunActions({ run, onDone }: ActionsProps) {
  const [confirming, setConfirming] = useState<"resume" | "cancel" | null>(null);
  const close = () => {
    setConfirming(null);
    onDone();
  };
  return (
    <div class="actions">
      {run.resumeCommand !== null && (
        <>
          <button type="button" class="primary" onClick={() => setConfirming("resume")}>
            Resume
          </button>
          <CopyButton text={run.resumeCommand} label="Copy command" of="that resumes the run" />
        </>
      )}
      {run.state === "running" && (
        <button type="button" class="danger" onClick={() => setConfirming("cancel")}>
          Cancel
        </button>
      )}
      {confirming === "resume" && <AskResume run={run} onClose={close} />}
      {confirming === "cancel" && <AskCancel run={run} onClose={close} />}
    </div>
  );
}

function AskResume({ run, onClose }: { run: RunDetail; onClose: () => void }) {
  return (
    <Confirm
      title={`Resume ${run.notebook}?`}
      action="Resume"
      work={() => post("api/run/resume", { id: run.id })}
      done="The run is being resumed."
      onClose={onClose}
    >
      <p>Steps that completed and did not change are kept; the others run, with the notebook as it is now.</p>
    </Confirm>
  );
}

function AskCancel({ run, onClose }: { run: RunDetail; onClose: () => void }) {
  return (
    <Confirm
      title={`Cancel the run of ${run.notebook}?`}
      action="Cancel the run"
      isDestructive
      work={() => post("api/run/cancel", { id: run.id })}
      done="The run was cancelled."
      onClose={onClose}
    >
      <p>The step that runs now is ended. What completed is kept, and the run can be resumed.</p>
    </Confirm>
  );
}
