import type { WebhookRequest, WebhookResponse, WebhookStream } from "../shared/http-message.ts";
import type { SpanContext } from "../telemetry/index.ts";
import type { BindingInfo, TypedData } from "../worker/messages.ts";
import type { WriteValue } from "./binding-data.ts";

/** The call that needs a binding value, and the host's addresses it may use. */
export type InputBindingContext = {
  functionName: string;
  invocationId: string;
  /** The span that the call runs in, where there is one. */
  span: SpanContext | null;
  /** `http://localhost:<port>`, without a slash at the end. */
  hostUrl: string;
  /** `<hostUrl>/runtime/webhooks/<extension>`, without a query. */
  webhookUrl: string;
  /** `code=<system key of the extension>`: required by URLs below `webhookUrl` if keys are enforced. */
  webhookQuery: string;
  appSettings: Readonly<Record<string, string>>;
  /** Replaces `%SETTING%` and `{name}` in an option by what the call's trigger gives; throws if one has no value. */
  fill(option: string, write?: WriteValue): string;
};

/** Gives what the handler finds in `context.extraInputs`; `undefined` stays that. A rejection fails the call. */
export type InputBindingProvider = (
  binding: BindingInfo,
  context: InputBindingContext,
) => TypedData | undefined | Promise<TypedData | undefined>;

export type OutputBindingContext = {
  /** The app settings. */
  appSettings: Readonly<Record<string, string>>;
  /** `extensions` of host.json by name in lower case. */
  extensionSettings: Readonly<Record<string, unknown>>;
  /** Replaces `%SETTING%` and `{name}` in an option; throws if one has no value. */
  fill(option: string): string;
};

/** Writes what a call put into an output binding. A rejection fails the call. */
export type OutputBindingWriter = (
  binding: BindingInfo,
  value: TypedData,
  context: OutputBindingContext,
) => Promise<void>;

/** A trigger and binding family that plugs into the host, as an extension does on Azure. The host knows none by name. */
export type HostExtension = {
  /** Also the last segment of its webhook: `/runtime/webhooks/<name>`, and `<name>_extension` is its system key. */
  name: string;
  /** Trigger types it starts (`orchestrationTrigger` …), compared ignoring case; it calls them through `FunctionsHost.invoke`. */
  triggerTypes: readonly string[];
  /** By trigger type: a short remark shown with its functions; compared ignoring case. */
  triggerNotes?: Readonly<Record<string, string>>;
  /** Answers everything at and below `/runtime/webhooks/<name>`. */
  webhook?: (request: WebhookRequest) => Promise<WebhookResponse | WebhookStream>;
  /**
   * `GET /runtime/webhooks/<name>` is a page that people open, also from links on pages of other servers of this machine; the home
   * page links to it by this title.
   */
  pageTitle?: string;
  /** By binding type (`durableClient` …), compared ignoring case. */
  inputBindings?: Readonly<Record<string, InputBindingProvider>>;
  /** By binding type (`queue` …), compared ignoring case. */
  outputBindings?: Readonly<Record<string, OutputBindingWriter>>;
  /** By trigger type: why `POST /admin/functions/<name>` does not run it. */
  directInvocationRefusals?: Readonly<Record<string, string>>;
};
