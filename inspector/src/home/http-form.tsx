import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { InspectedFunction } from "../../../local/src/inspector/api.ts";
import { RequestError } from "../client.ts";
import { useWork } from "../parts/confirm.tsx";
import { CopyButton } from "../parts/copy.tsx";
import { curlCommand } from "../parts/curl.ts";
import { Failure } from "../parts/failure.tsx";
import { SelectField, TextArea, TextField } from "../parts/fields.tsx";
import { HttpAnswerView } from "./http-answer.tsx";
import { type HttpForm as Form, methodsOf, parseHeaderLines, takesBody, toRequest } from "./http-call.ts";
import { type HttpAnswer, sendHttp } from "./send-http.ts";
import { parametersOf, parseUrlTemplate, type UrlParameter } from "./url-template.ts";

type HttpFormProps = { url: string; fn: InspectedFunction; onClose: () => void };

export function HttpForm({ url, fn, onClose }: HttpFormProps) {
  const template = useMemo(() => parseUrlTemplate(url), [url]);
  const methods = methodsOf(fn.methods);
  const [form, setForm] = useState<Form>({ method: methods[0] ?? "GET", route: {}, query: "", headers: "", body: "" });
  const change = (part: Partial<Form>) => setForm((it) => ({ ...it, ...part }));
  const { answer, isBusy, error, send } = useHttpAnswer();
  const request = toRequest(template, form);
  const { problem } = parseHeaderLines(form.headers);
  const submit = (event: Event) => {
    event.preventDefault();
    void send(request);
  };
  return (
    <form class="form" onSubmit={submit}>
      <div class="fields">
        <SelectField label="Method" value={form.method} options={methods} onChange={(method) => change({ method })} />
        {parametersOf(template).map((it) => (
          <RouteField
            key={it.name}
            parameter={it}
            value={form.route[it.name] ?? ""}
            onChange={(value) => change({ route: { ...form.route, [it.name]: value } })}
          />
        ))}
        <TextField label="Query" value={form.query} placeholder="a=1&b=2" onChange={(query) => change({ query })} />
      </div>
      <TextArea
        label="Headers"
        rows={2}
        value={form.headers}
        hint="NAME: VALUE, one a line; a key goes into x-functions-key"
        problem={problem}
        onChange={(headers) => change({ headers })}
      />
      {takesBody(form.method) && <TextArea label="Body" value={form.body} onChange={(body) => change({ body })} />}
      <p class="mono">
        {request.method} {request.url}
      </p>
      {error !== null && <Failure error={error} />}
      <div class="actions">
        <CopyButton text={curlCommand(request)} label="Copy as curl" />
        <button type="button" onClick={onClose}>
          Close
        </button>
        <button type="submit" class="primary" disabled={isBusy || problem !== undefined}>
          {isBusy ? "Sending …" : "Send"}
        </button>
      </div>
      {answer !== null && <HttpAnswerView answer={answer} />}
    </form>
  );
}

type RouteFieldProps = { parameter: UrlParameter; value: string; onChange: (value: string) => void };

function RouteField({ parameter: { name, isRequired, rule, defaultValue }, value, onChange }: RouteFieldProps) {
  const hint = [rule, isRequired ? "" : "optional"].filter(Boolean).join(", ");
  return (
    <TextField
      label={name}
      value={value}
      placeholder={defaultValue}
      isRequired={isRequired}
      {...(hint === "" ? {} : { hint })}
      onChange={onChange}
    />
  );
}

/** Sends one request at a time; closing the form aborts it. */
function useHttpAnswer() {
  const [answer, setAnswer] = useState<HttpAnswer | null>(null);
  const { isBusy, error, run } = useWork();
  const gone = useRef(new AbortController());
  useEffect(() => () => gone.current.abort(), []);
  const send = (request: Parameters<typeof sendHttp>[0]) =>
    run(async () => {
      setAnswer(null);
      setAnswer(await sendHttp(request, gone.current.signal).catch(failed));
    });
  return { answer, isBusy, error, send };
}

function failed(): never {
  const hint = "The host was stopped, closed the connection, or redirected to another site.";
  throw new RequestError(0, { error: "There was no answer.", hint });
}
