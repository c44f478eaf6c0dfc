import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ActionAnswer, ActionBody } from "../../../local/src/inspector/api.ts";
import { post } from "../client.ts";
import { useWork } from "../parts/confirm.tsx";
import { Failure } from "../parts/failure.tsx";
import { JsonField, TextField } from "../parts/fields.tsx";
import { parseTypedJson } from "../parts/json-text.ts";
import { notify } from "../parts/notices.tsx";

type SignalFormProps = {
  name: string;
  entityKey: string;
  /** Fields shown before the form's own, and its buttons. */
  before?: ComponentChildren;
  buttons?: ComponentChildren;
  onSent: () => void;
};

/** Sends an operation to an entity; the first operation creates the entity. */
export function SignalForm({ name, entityKey, before, buttons, onSent }: SignalFormProps) {
  const [operation, setOperation] = useState("");
  const [input, setInput] = useState("");
  const { isBusy, error, run } = useWork();
  const typed = parseTypedJson(input);
  const submit = async (event: Event) => {
    event.preventDefault();
    const body: ActionBody = { event: operation, ...(typed.ok ? { data: typed.value } : {}) };
    const send = () => post<ActionAnswer>("api/entity/signal", { name, key: entityKey }, body);
    if (!(await run(send))) return;
    notify(`Sent ${operation} to @${name}@${entityKey}.`);
    onSent();
  };
  return (
    <form class="form" onSubmit={submit}>
      {before}
      <TextField label="Operation" value={operation} isRequired onChange={setOperation} />
      <JsonField label="Input" value={input} onChange={setInput} />
      {error !== null && <Failure error={error} />}
      <div class="actions">
        {buttons}
        <button type="submit" class="primary" disabled={isBusy || !typed.ok || name === ""}>
          Send
        </button>
      </div>
    </form>
  );
}
