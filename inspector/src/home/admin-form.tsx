import { useState } from "preact/hooks";
import type { InspectedFunction, StreamEvent } from "../../../local/src/inspector/api.ts";
import { RequestError } from "../client.ts";
import { useLive } from "../hooks.ts";
import { useWork } from "../parts/confirm.tsx";
import { CopyButton } from "../parts/copy.tsx";
import { curlCommand, type PlainRequest } from "../parts/curl.ts";
import { Failure } from "../parts/failure.tsx";
import { TextArea } from "../parts/fields.tsx";
import { formatDuration } from "../parts/format.ts";
import { Output } from "../parts/output.tsx";

type AdminFormProps = { fn: InspectedFunction; canFollow: boolean; onClose: () => void };

/**
 * Runs a function with any trigger through the host's admin API. That answers immediately; the outcome arrives with the
 * events.
 */
export function AdminForm({ fn, canFollow, onClose }: AdminFormProps) {
  const [input, setInput] = useState("");
  const [sentAt, setSentAt] = useState<string | null>(null);
  const { isBusy, error, run } = useWork();
  const request = adminRequest(fn.name, input);
  const submit = (event: Event) => {
    event.preventDefault();
    void run(async () => {
      const before = new Date().toISOString();
      await send(request);
      setSentAt(before);
    });
  };
  return (
    <form class="form" onSubmit={submit}>
      <TextArea label="Input" value={input} hint="Text, in the form that the trigger delivers" onChange={setInput} />
      {error !== null && <Failure error={error} />}
      <div role="status">{sentAt !== null && (canFollow ? <Outcome name={fn.name} since={sentAt} /> : "It runs.")}</div>
      <div class="actions">
        <CopyButton text={curlCommand(request)} label="Copy as curl" />
        <button type="button" onClick={onClose}>
          Close
        </button>
        <button type="submit" class="primary" disabled={isBusy}>
          Run
        </button>
      </div>
    </form>
  );
}

function Outcome({ name, since }: { name: string; since: string }) {
  const { events } = useLive();
  const ended = events.findLast((it) => isEndOf(it, name, since));
  if (ended?.kind !== "function-ended") return <>It runs.</>;
  if (ended.ok) return <>It completed in {formatDuration(ended.durationMs)}.</>;
  return (
    <>
      <p class="failure">It failed after {formatDuration(ended.durationMs)}.</p>
      <Output text={ended.problem ?? ""} label="Problem" />
    </>
  );
}

function isEndOf(event: StreamEvent, name: string, since: string): boolean {
  return event.kind === "function-ended" && event.functionName === name && event.at >= since;
}

function adminRequest(name: string, input: string): PlainRequest {
  const url = new URL(`/admin/functions/${encodeURIComponent(name)}`, location.origin).href;
  return { method: "POST", url, headers: [["content-type", "application/json"]], body: JSON.stringify({ input }) };
}

async function send({ method, url, headers = [], body = "" }: PlainRequest): Promise<void> {
  const { ok, status } = await fetch(url, {
    method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    body,
  });
  if (ok) return;
  if (status !== 401) throw new RequestError(status, { error: `The host answered ${status}.` });
  throw new RequestError(status, {
    error: "The host requires a key.",
    hint: "Copy it as curl, and add --header 'x-functions-key: KEY'.",
  });
}
