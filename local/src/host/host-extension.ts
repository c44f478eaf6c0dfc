import type { WebhookRequest, WebhookResponse, WebhookStream } from "../shared/http-message.ts";
import type { SpanContext } from "../telemetry/index.ts";
import type { BindingInfo, TypedData } from "../worker/messages.ts";
import type { WriteValue } from "./binding-data.ts";

/** The call that needs a binding value, and the host URLs that the value may use. */
export type InputBindingContext = {
  functionName: string;
  invocationId: string;
  /** The span that the call runs in, if there is one. */
  span: SpanContext | null;
  /** `http://localhost:<port>`, without a trailing slash. */
  hostUrl: string;
  /** `<hostUrl>/runtime/webhooks/<extension>`, without a query. */
  webhookUrl: string;
  /** `code=<system key of the extension>`: required by URLs below `webhookUrl` if keys are enforced. */
  webhookQuery: string;
  appSettings: Readonly<Record<string, string>>;
  /** Replaces `%SETTING%` and `{name}` in an option with values of the call; throws if one has no value. */
  fill(option: string, write?: WriteValue): string;
};

/** Returns the value for `context.extraInputs`; `undefined` stays undefined. A rejection fails the call. */
export type InputBindingProvider = (
  binding: BindingInfo,
  context: InputBindingContext,
) => TypedData | undefined | Promise<TypedData | undefined>;

/** What an output binding may use of its call and the host. */
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
  /** Also the last segment of its webhook, `/runtime/webhooks/<name>`; its system key is `<name>_extension`. */
  name: string;
  /**
   * Trigger types it starts (`orchestrationTrigger` …), case-insensitive; it calls their functions through
   * `FunctionsHost.invoke`.
   */
  triggerTypes: readonly string[];
  /** By trigger type, case-insensitive: a short remark shown with its functions. */
  triggerNotes?: Readonly<Record<string, string>>;
  /** Answers all requests at and below `/runtime/webhooks/<name>`. */
  webhook?: (request: WebhookRequest) => Promise<WebhookResponse | WebhookStream>;
  /**
   * The title under which the home page links to `GET /runtime/webhooks/<name>`, a page that users open, also from
   * links on pages of other servers on this machine.
   */
  pageTitle?: string;
  /** By binding type (`durableClient` …), case-insensitive. */
  inputBindings?: Readonly<Record<string, InputBindingProvider>>;
  /** By binding type (`queue` …), case-insensitive. */
  outputBindings?: Readonly<Record<string, OutputBindingWriter>>;
  /** By trigger type: why `POST /admin/functions/<name>` does not run it. */
  directInvocationRefusals?: Readonly<Record<string, string>>;
};
