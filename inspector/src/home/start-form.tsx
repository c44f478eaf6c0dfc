import { useState } from "preact/hooks";
import type { ActionAnswer, StartBody } from "../../../local/src/inspector/api.ts";
import { post } from "../client.ts";
import { useWork } from "../parts/confirm.tsx";
import { Failure } from "../parts/failure.tsx";
import { JsonField, TextField } from "../parts/fields.tsx";
import { parseTypedJson } from "../parts/json-text.ts";
import { hrefOf } from "../route.ts";

/**
 * Starts an orchestrator.
 *
 * @param name - Null: the form asks for it, where the functions of the app are not known.
 */
export function StartForm({ name: given, onClose }: { name: string | null; onClose: () => void }) {
  const [name, setName] = useState(given ?? "");
  const [id, setId] = useState("");
  const [input, setInput] = useState("");
  const [startedId, setStartedId] = useState<string | null>(null);
  const { isBusy, error, run } = useWork();
  const typed = parseTypedJson(input);
  const submit = (event: Event) => {
    event.preventDefault();
    const body: StartBody = { ...(id === "" ? {} : { id }), ...(typed.ok ? { input: typed.value } : {}) };
    void run(async () => setStartedId((await post<ActionAnswer>("api/start", { name }, body)).instanceId));
  };
  return (
    <form class="form" onSubmit={submit}>
      {given === null && <TextField label="Orchestrator" value={name} isRequired onChange={setName} />}
      <TextField label="Instance ID" value={id} hint="Empty: a new one" onChange={setId} />
      <JsonField label="Input" value={input} onChange={setInput} />
      {error !== null && <Failure error={error} />}
      <p role="status">
        {startedId !== null && (
          <>
            Started: <a href={hrefOf("instance", { id: startedId })}>{startedId}</a>
          </>
        )}
      </p>
      <div class="actions">
        <button type="button" onClick={onClose}>
          Close
        </button>
        <button type="submit" class="primary" disabled={isBusy || !typed.ok}>
          Start
        </button>
      </div>
    </form>
  );
}
