import { hint, OperationError, sameKit } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../../errors.ts";
import type { AppAddress } from "./app-address.ts";

const SHOWN_ANSWER_LENGTH = 500;

/** No answer arrived. */
export function unreachable({ url }: AppAddress, cause: unknown): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_APP_UNREACHABLE",
    message: `${url} does not answer: ${reasonOfFetch(cause)}.`,
    hint: hint`Check the host name. For a local host, start it with ${sameKit("local up")} and add --use-http.`,
    cause,
  });
}

/** Plain explanations that replace the messages of Node and OpenSSL. */
const PLAIN_REASONS: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak HTTPS",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it does not speak HTTPS",
  "bad port": "its port is one that HTTP clients refuse to connect to",
};

function reasonOfFetch(error: unknown): string {
  const { message, cause } = error as Error;
  if (!(cause instanceof Error)) return message;
  const { code = "" } = cause as NodeJS.ErrnoException;
  return PLAIN_REASONS[code] ?? PLAIN_REASONS[cause.message] ?? (cause.message || code);
}

export function unauthorized({ url, accessKey }: AppAddress): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_APP_UNAUTHORIZED",
    message: `${url} refused ${accessKey === null ? "a request without an access key" : "the access key"}.`,
    hint: hint`Specify the key with --key, or in FUNCTIONS_HOST_NAME as same:KEY@HOST. For your own deployment: eval "$(${{ command: "outputs", args: ["--export", "--show-key"], isBare: true }})".`,
  });
}

/** An answer with an unexpected status. */
export function refused({ url }: AppAddress, status: number, text: string): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_APP_REFUSED",
    message: `${url} answered ${status}: ${describeProblem(text)}`,
    hint: hint`See the app's log: ${sameKit("local logs")} for a local host, ${sameKit("logs")} for a deployment.`,
  });
}

/** The app does not have the routes of the step cache. */
export function tooOld({ url }: AppAddress): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_APP_REFUSED",
    message: `${url} does not report the content of its cache: it is not a same-kit app, or an older version.`,
    hint: hint`${sameKit("publish")} updates a deployment.`,
  });
}

/** The run that is to be continued is unknown. */
export function notKept({ url }: AppAddress, id: string): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_RUN_UNKNOWN",
    message: `${url} has no data of the run ${id}: it was purged, its storage is gone, or the app is an older version.`,
    hint: "Run the notebook from its start.",
  });
}

/** The run exists, but the data of its steps does not. */
export function notStored(text: string): OperationError<ToolkitErrorCode> {
  const { detail = "" } = readFields(text);
  return new OperationError({
    code: "ERR_RUN_UNKNOWN",
    message: String(detail),
    hint: "Run the notebook from its start.",
  });
}

/** Whether the management API itself failed, for example without its storage. */
export function isException(text: string): boolean {
  return typeof readFields(text)["ExceptionMessage"] === "string";
}

/** The field that a JSON problem names; undefined for other text. */
export function fieldOf(text: string): unknown {
  return readFields(text)["field"];
}

function readFields(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** The `detail` of a JSON problem or the message of an exception, otherwise the text itself. */
function describeProblem(text: string): string {
  const fields = readFields(text);
  const said = ["detail", "title", "ExceptionMessage"].map((name) => fields[name]);
  const first = said.find((value) => typeof value === "string");
  if (first !== undefined) return first as string;
  return text.trim().slice(0, SHOWN_ANSWER_LENGTH) || "(no text)";
}
