import { useState } from "preact/hooks";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/fields.tsx";
import { hrefOf } from "../route.ts";
import { navigate } from "../router.ts";
import { SignalForm } from "./signal-form.tsx";

/** Asks which entity gets the operation, then shows that entity. */
export function SignalDialog({ name: givenName, onClose }: { name: string; onClose: () => void }) {
  const [name, setName] = useState(givenName);
  const [key, setKey] = useState("");
  return (
    <Dialog title="Signal an entity" onClose={onClose}>
      <SignalForm
        name={name}
        entityKey={key}
        onSent={() => navigate(hrefOf("entity", { name, key }))}
        before={
          <div class="fields">
            <TextField label="Entity name" value={name} isRequired onChange={setName} />
            <TextField label="Key" value={key} isRequired onChange={setKey} />
          </div>
        }
        buttons={
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        }
      />
    </Dialog>
  );
}
