import { useState } from "preact/hooks";
import type { InstanceSummary, PurgeBody } from "../../../local/src/inspector/api.ts";
import { post } from "../client.ts";
import { Confirm } from "../parts/confirm.tsx";

const ENDED: readonly string[] = ["Completed", "Failed", "Terminated", "Canceled"];

type BulkProps = { selected: readonly InstanceSummary[]; onDone: () => void };

/** What can be done with several instances at once; each asks first. */
export function BulkActions({ selected, onDone }: BulkProps) {
  const [asked, setAsked] = useState<"purge" | "terminate" | null>(null);
  const ended = selected.filter(({ status }) => ENDED.includes(status));
  const running = selected.filter(({ status }) => !ENDED.includes(status));
  const close = () => {
    setAsked(null);
    onDone();
  };
  return (
    <div class="actions">
      <span>{selected.length} selected</span>
      <button type="button" class="danger" disabled={running.length === 0} onClick={() => setAsked("terminate")}>
        Terminate {running.length}
      </button>
      <button type="button" class="danger" disabled={ended.length === 0} onClick={() => setAsked("purge")}>
        Purge {ended.length}
      </button>
      {asked === "terminate" && <AskTerminate instances={running} onClose={close} />}
      {asked === "purge" && <AskPurge instances={ended} onClose={close} />}
    </div>
  );
}

type AskProps = { instances: readonly InstanceSummary[]; onClose: () => void };

function AskTerminate({ instances, onClose }: AskProps) {
  const work = async () => {
    for (const { id } of instances) await post("api/instance/terminate", { id });
  };
  return (
    <Confirm
      title={`Terminate ${instances.length} instances?`}
      action="Terminate"
      isDestructive
      work={work}
      done={`${instances.length} instances are being terminated.`}
      onClose={onClose}
    >
      <p>They end where they are. Their histories are kept.</p>
    </Confirm>
  );
}

function AskPurge({ instances, onClose }: AskProps) {
  const body: PurgeBody = { ids: instances.map(({ id }) => id) };
  return (
    <Confirm
      title={`Purge ${instances.length} instances?`}
      action="Purge"
      isDestructive
      work={() => post("api/purge", {}, body)}
      done={`${instances.length} instances were purged.`}
      onClose={onClose}
    >
      <p>Their histories, inputs and outputs are deleted for good.</p>
    </Confirm>
  );
}
