import type { ArmClient, ArmResource } from "../arm-client.ts";
import type { Value, ValueObject } from "../dynamic-value.ts";
import type { Defaults } from "../plan-values.ts";

/** What applying a change needs: the client, and the `features` of the provider's block. */
export type ApplyContext = {
  arm: ArmClient;
  recover: boolean;
  /** Whether a resource group is deleted only when it is empty. */
  keepsFilledGroups: boolean;
};

/**
 * `problem` describes what is wrong with the value of an attribute; `name` is the attribute as the provider names it.
 */
export type Check = { attribute: string; problem(value: Value, name: string): string | null };

/** How one type of Terraform resource maps to Azure Resource Manager. */
export type ResourceKind = {
  type: string;
  /** Its name in azurerm's error messages, such as `Storage Account`. */
  title: string;
  apiVersion: string;
  idOf(values: ValueObject, subscriptionId: string): string;
  defaults: Defaults;
  /** Top-level attributes that cannot change in place. */
  fixed: readonly string[];
  /** Blocks that keep their value if none is configured. */
  computedBlocks?: readonly string[];
  checks: readonly Check[];
  /** Numeric attributes, dotted as in `checks`, that may have a fraction. */
  fractions?: readonly string[];
  /** Attributes, dotted for those in a block, and where Azure stores them. */
  fields: readonly Field[];
  /** What the PUT contains besides `fields`. */
  toBody(planned: ValueObject, context: ApplyContext): Promise<Body> | Body;
  /** Reads what is known only after a read: keys, host names, and anything that `fields` cannot express. */
  readMore(resource: ArmResource, context: ApplyContext): Promise<ValueObject>;
  /** Fills in values that the provider chooses for a new resource, before its ID is composed. */
  choose?(planned: ValueObject): void;
  /** Runs between the check for an existing resource and the create. */
  beforeCreate?(planned: ValueObject, context: ApplyContext): Promise<void>;
  /** Runs after each PUT. */
  afterWrite?(planned: ValueObject, id: string, context: ApplyContext): Promise<void>;
  /** Runs before the DELETE; an error is shown unchanged. */
  beforeDelete?(id: string, context: ApplyContext): Promise<void>;
  /** Query added to the DELETE. */
  deleteQuery?: string;
};

export type Body = { [name: string]: unknown };

/** Terraform attribute, path in the ARM resource. */
export type Field = readonly [attribute: string, path: string];

/** What every resource with a location has. */
export const NAMED: readonly Field[] = [
  ["name", "name"],
  ["location", "location"],
  ["tags", "tags"],
];

/** The ID of a resource that is directly in its group, by its type, such as `Microsoft.Web/sites`. */
export function idInGroup(type: string): ResourceKind["idOf"] {
  return (values, subscriptionId) =>
    `${groupPath(subscriptionId, values["resource_group_name"])}/providers/${type}/${values["name"]}`;
}

export function groupPath(subscriptionId: string, group: Value | undefined): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${String(group)}`;
}
