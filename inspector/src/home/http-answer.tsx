import { formatBytes, formatDuration } from "../parts/format.ts";
import { Output } from "../parts/output.tsx";
import { hrefOf } from "../route.ts";
import { type HttpAnswer, instanceIn } from "./send-http.ts";

/** Status, duration, headers and body of a response; the body is shown as text, whatever its content type. */
export function HttpAnswerView({ answer }: { answer: HttpAnswer }) {
  const { status, statusText, durationMs, bytes, headers, body, isTruncated } = answer;
  const instanceId = instanceIn(answer);
  return (
    <section class="answer" aria-label="Answer" aria-live="polite">
      <p>
        <span class={`status ${status < 400 ? "ok" : "failed"}`}>
          {status} {statusText}
        </span>{" "}
        in {formatDuration(durationMs)}, {isTruncated ? "more than " : ""}
        {formatBytes(bytes)}
      </p>
      {instanceId !== null && (
        <p>
          It started the instance <a href={hrefOf("instance", { id: instanceId })}>{instanceId}</a>.
        </p>
      )}
      <details>
        <summary>{headers.length} headers</summary>
        <pre>{headers.map(([name, value]) => `${name}: ${value}`).join("\n")}</pre>
      </details>
      {body !== null && body !== "" && <Output text={body} label="Body" />}
      {body === null && <p class="quiet">The body is not text.</p>}
      {isTruncated && <p class="quiet">Only its beginning is shown.</p>}
    </section>
  );
}
