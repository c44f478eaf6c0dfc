import { useState } from "preact/hooks";
import type { Payload } from "../../../local/src/inspector/api.ts";
import { useLoaded } from "../hooks.ts";
import { CopyButton } from "./copy.tsx";
import { Failure } from "./failure.tsx";
import { formatBytes } from "./format.ts";
import { JsonTree } from "./json-tree.tsx";

/** Levels expanded at first: as many as a small value may have, but only one of a large value. */
const SMALL_OPEN = 8;
const LARGE_OPEN = 1;

type PayloadProps = {
  of: Payload;
  /** Its name, such as "Input". */
  label: string;
  /** The instance it belongs to. */
  id: string;
};

/** A value of an instance; a large one is fetched on demand. */
export function PayloadView({ of, label, id }: PayloadProps) {
  return (
    <section class="payload" aria-label={label}>
      <h2>{label}</h2>
      {"json" in of ? (
        <Value json={of.json} label={label} open={SMALL_OPEN} />
      ) : (
        <Large of={of} label={label} id={id} />
      )}
    </section>
  );
}

function Large({ of, label, id }: { of: Extract<Payload, { path: string }>; label: string; id: string }) {
  const [isWanted, setIsWanted] = useState(false);
  const { value, error } = useLoaded<unknown>(isWanted ? "api/payload" : null, { id, path: of.path });
  if (error !== null) return <Failure error={error} />;
  if (value !== null) return <Value json={value} label={label} open={LARGE_OPEN} />;
  return (
    <>
      <pre class="preview">{of.preview}…</pre>
      <button type="button" class="small" disabled={isWanted} onClick={() => setIsWanted(true)}>
        Load all {formatBytes(of.bytes)}
      </button>
    </>
  );
}

function Value({ json, label, open }: { json: unknown; label: string; open: number }) {
  return (
    <div class="json mono">
      <CopyButton text={() => JSON.stringify(json, null, 2)} of={label} />
      <JsonTree value={json} open={open} />
    </div>
  );
}
