import { useState } from "preact/hooks";
import type { InstanceSummary, PurgeBody } from "../../../local/src/inspector/api.ts";
import { post } from "../client.ts";
import { Confirm } from "../parts/confirm.tsx";
import { hasEnded } from "./ended.ts";
import { terminateAll } from "./terminate-all.ts";

type BulkProps = { selected: readonly InstanceSummary[]; onDone: () => void };

/** Actions on several instances at once; each asks for confirmation. */
export function BulkActions({ selected, onDone }: BulkProps) {
  const [confirming, setConfirming] = useState<"purge" | "terminate" | null>(null);
  const ended = selected.filter(hasEnded);
  const running = selected.filter((it) => !hasEnded(it));
  const close = () => setConfirming(null);
  return (
    <div class="actions">
      <span>{selected.length} selected</span>
      <button type="button" class="danger" disabled={running.length === 0} onClick={() => setConfirming("terminate")}>
        Terminate {running.length}
      </button>
      <button type="button" class="danger" disabled={ended.length === 0} onClick={() => setConfirming("purge")}>
        Purge {ended.length}
      </button>
      <button type="button" onClick={onDone}>
        Select none
      </button>
      {confirming === "terminate" && <AskTerminate instances={running} onDone={onDone} onClose={close} />}
      {confirming === "purge" && <AskPurge instances={ended} onDone={onDone} onClose={close} />}
    </div>
  );
}

type AskProps = { instances: readonly InstanceSummary[]; onDone: () => void; onClose: () => void };

function AskTerminate({ instances, onDone, onClose }: AskProps) {
  // Fixed when the dialog opens, whatever ends while it is open.
  const [ids] = useState(() => instances.map(({ id }) => id));
  const count = countOf(ids.length);
  const work = async () => {
    const outcome = await terminateAll(ids, (id) => post("api/instance/terminate", { id }));
    onDone();
    return outcome;
  };
  return (
    <Confirm
      title={`Terminate ${count}?`}
      action="Terminate"
      isDestructive
      work={work}
      done={({ terminated, ended }) =>
        `${countOf(terminated)} will end.${ended === 0 ? "" : ` ${ended} had ended before.`}`
      }
      onClose={onClose}
    >
      <p>Each ends where it is. Its history is kept.</p>
    </Confirm>
  );
}

function AskPurge({ instances, onDone, onClose }: AskProps) {
  const [body] = useState<PurgeBody>(() => ({ ids: instances.map(({ id }) => id) }));
  const work = async () => {
    const answer = await post<{ purged: number }>("api/purge", {}, body);
    onDone();
    return answer;
  };
  return (
    <Confirm
      title={`Purge ${countOf(body.ids.length)}?`}
      action="Purge"
      isDestructive
      work={work}
      done={({ purged }) => `Purged: ${countOf(purged)}.`}
      onClose={onClose}
    >
      <p>History, input and output of each are deleted for good.</p>
    </Confirm>
  );
}

const countOf = (count: number): string => `${count} ${count === 1 ? "instance" : "instances"}`;
