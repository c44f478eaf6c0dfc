import type { Home, InspectedFunction } from "../../../local/src/inspector/api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { AdminForm } from "./admin-form.tsx";
import { callKindOf } from "./call-kind.ts";
import { HttpForm } from "./http-form.tsx";
import { StartForm } from "./start-form.tsx";

type CallDialogProps = { home: Home; fn: InspectedFunction; onClose: () => void };

/** The form that calls a function, and the result. */
export function CallDialog({ home, fn, onClose }: CallDialogProps) {
  const how = callKindOf(fn, home, new URL(location.href));
  return (
    <Dialog title={how.kind === "start" ? `Start ${fn.name}` : `Call ${fn.name}`} onClose={onClose}>
      {how.kind === "http" && <HttpForm url={how.url} fn={fn} onClose={onClose} />}
      {how.kind === "start" && <StartForm name={fn.name} onClose={onClose} />}
      {how.kind === "admin" && <AdminForm fn={fn} canFollow={home.can.events} onClose={onClose} />}
      {(how.kind === "none" || how.kind === "signal") && (
        <>
          <p>{how.kind === "none" ? how.why : "Entities are signalled on their page."}</p>
          <div class="actions">
            <button type="button" onClick={onClose}>
              Close
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}
