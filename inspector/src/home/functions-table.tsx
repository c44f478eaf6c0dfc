import type { Home, InspectedFunction } from "../../../local/src/inspector/api.ts";
import { CopyButton } from "../parts/copy.tsx";
import { curlCommand } from "../parts/curl.ts";
import { Empty } from "../parts/empty.tsx";
import { Table } from "../parts/table.tsx";
import { hrefOf } from "../route.ts";
import { callKindOf } from "./call-kind.ts";
import { methodsOf } from "./http-call.ts";

/** All functions, their triggers, and why some do not work. */
export function FunctionsTable({ home }: { home: Home }) {
  if (home.functions.length === 0) return <NoFunctions home={home} />;
  return (
    <Table label="Functions" columns={["Name", "Trigger", "Address", "Actions"]} class="functions narrow-stacked">
      {home.functions.map((it) => (
        <FunctionRow key={it.name} fn={it} home={home} />
      ))}
    </Table>
  );
}

/** An orchestrator can be started by name, whichever host runs it. */
function NoFunctions({ home: { kind, can } }: { home: Home }) {
  const why: Readonly<Record<Home["kind"], string>> = {
    host: "The app registers none, or it is still loading.",
    app: "The management API of a deployed app does not list them.",
    storage: "A task hub does not know the functions of its app.",
  };
  return (
    <>
      <Empty title="No functions">{why[kind]}</Empty>
      {kind !== "host" && can.actions && (
        <p>
          <a class="button" href={hrefOf("home", { form: "start" })}>
            Start an orchestrator
          </a>
        </p>
      )}
    </>
  );
}

function FunctionRow({ fn, home }: { fn: InspectedFunction; home: Home }) {
  return (
    <tr>
      <th scope="row">{fn.name}</th>
      <td>{fn.triggerType.replace(/Trigger$/, "")}</td>
      <td>
        <Where fn={fn} />
      </td>
      <td>
        <Actions fn={fn} home={home} />
      </td>
    </tr>
  );
}

function Where({ fn: { name, url, methods = [], note, isDisabled, errors } }: { fn: InspectedFunction }) {
  return (
    <>
      {url !== undefined && (
        <div>
          <span class="quiet">{methods.length === 0 ? "any method" : methods.join(", ")}</span> <code>{url}</code>
        </div>
      )}
      {note !== undefined && <div class="quiet">{note}</div>}
      {isDisabled && (
        <div>
          <span class="status waiting">Disabled</span> by the setting <code>{`AzureWebJobs.${name}.Disabled`}</code>
        </div>
      )}
      {errors.map((it) => (
        <div key={it} class="failure">
          {it}
        </div>
      ))}
    </>
  );
}

function Actions({ fn, home }: { fn: InspectedFunction; home: Home }) {
  const { name, url, methods } = fn;
  const how = callKindOf(fn, home, new URL(location.href));
  const [method = "GET"] = methodsOf(methods);
  return (
    <div class="actions">
      {how.kind === "signal" && (
        <ActionLink href={hrefOf("entities", { form: "signal", name })} label="Signal" of={name} />
      )}
      {how.kind !== "none" && how.kind !== "signal" && (
        <ActionLink href={hrefOf("home", { call: name })} label={how.kind === "start" ? "Start" : "Call"} of={name} />
      )}
      {url !== undefined && <CopyButton text={url} label="Copy URL" of={`of ${name}`} />}
      {url !== undefined && <CopyButton text={curlCommand({ method, url })} label="Copy as curl" of={name} />}
      {how.kind === "none" && errorFree(fn) && <span class="quiet">{how.why}</span>}
    </div>
  );
}

/** Broken or disabled functions are labeled as such instead. */
function errorFree({ errors, isDisabled }: InspectedFunction): boolean {
  return errors.length === 0 && !isDisabled;
}

function ActionLink({ href, label, of }: { href: string; label: string; of: string }) {
  return (
    <a class="button small" href={href}>
      {label}
      <span class="visually-hidden"> {of}</span>
    </a>
  );
}
