import type { BindingInfo, FunctionMetadata } from "../../worker/messages.ts";
import type { RouteTemplate } from "../routing/route-template.ts";

export type AuthLevel = "anonymous" | "function" | "admin";

/** The properties of an HTTP trigger. */
export type HttpEndpoint = {
  /** Without the prefix; as registered, or the function's name. */
  route: string;
  template: RouteTemplate;
  /** Upper case; `undefined`: all, and an empty list matches nothing, as on Azure. */
  methods: readonly string[] | undefined;
  authLevel: AuthLevel;
};

/** A validated function of the app. One with `errors` is listed but not served. */
export type AppFunction = {
  name: string;
  metadata: FunctionMetadata;
  trigger: BindingInfo | undefined;
  http: HttpEndpoint | undefined;
  isDisabled: boolean;
  /** Whether an extension or the HTTP front starts its trigger. */
  isTriggerStarted: boolean;
  errors: readonly string[];
};

export function isHttpTrigger(binding: BindingInfo): boolean {
  return binding.type.toLowerCase() === "httptrigger";
}

/** Whether it is an active warmup function, which prepares a new instance of the app. */
export function isWarmup({ trigger, isDisabled, errors }: AppFunction): boolean {
  return trigger?.type.toLowerCase() === "warmuptrigger" && !isDisabled && errors.length === 0;
}

export function isTrigger(binding: BindingInfo): boolean {
  return binding.type.toLowerCase().endsWith("trigger");
}

/** Input bindings: besides the trigger, their values are needed for a call. */
export function extraInputsOf(metadata: FunctionMetadata): BindingInfo[] {
  return metadata.bindings.filter((binding) => binding.direction === "in" && !isTrigger(binding));
}

/** Output bindings: they receive a value after the call, except for the HTTP response. */
export function outputsOf(metadata: FunctionMetadata): BindingInfo[] {
  return metadata.bindings.filter((binding) => binding.direction === "out" && binding.type.toLowerCase() !== "http");
}

/** Whether one of its outputs is the HTTP response. */
export function hasHttpOutput(metadata: FunctionMetadata): boolean {
  return metadata.bindings.some(({ direction, type }) => direction === "out" && type.toLowerCase() === "http");
}
