import { reasonOf } from "@same-kit/shared";
import type { ValueObject } from "./dynamic-value.ts";
import { asObject, isObject } from "./dynamic-value.ts";
import { resolveUnknowns } from "./plan-values.ts";
import { mergeBodies, readFields, writeFields } from "./resources/fields.ts";
import type { ApplyContext, ResourceKind } from "./resources/kind.ts";
import type { Block } from "./schema.ts";

/** Creates or changes a resource; returns its new state. */
export async function writeResource(
  kind: ResourceKind,
  block: Block,
  prior: ValueObject | null,
  planned: ValueObject,
  context: ApplyContext,
): Promise<ValueObject> {
  const verb = prior === null ? "creating" : "updating";
  const target = { ...planned };
  if (prior === null) kind.choose?.(target);
  const id = prior === null ? kind.idOf(target, context.arm.subscriptionId) : String(prior["id"]);
  if (prior === null && !context.recover) await refuseExisting(kind, id, context);
  if (prior === null) await kind.beforeCreate?.(target, context);
  try {
    await context.arm.put(id, kind.apiVersion, await composeBody(kind, target, context));
    await kind.afterWrite?.(target, id, context);
  } catch (error) {
    throw describe(error, verb, kind, id);
  }
  const known = await readKnown(kind, id, context);
  if (known === null) throw new Error(`retrieving ${describeId(kind, id)}: it is not there after ${verb} it`);
  return resolveUnknowns(block, { ...target, id }, known);
}

/** The resource as Azure has it now, merged over the state; null if it no longer exists. */
export async function readResource(
  kind: ResourceKind,
  state: ValueObject,
  context: ApplyContext,
): Promise<ValueObject | null> {
  const known = await readKnown(kind, String(state["id"]), context);
  return known === null ? null : overlay(state, known);
}

/** Deletes a resource. @throws Error in azurerm's words */
export async function deleteResource(kind: ResourceKind, state: ValueObject, context: ApplyContext): Promise<void> {
  const id = String(state["id"]);
  await kind.beforeDelete?.(id, context);
  try {
    await context.arm.delete(kind.deleteQuery === undefined ? id : `${id}?${kind.deleteQuery}`, kind.apiVersion);
  } catch (error) {
    throw describe(error, "deleting", kind, id);
  }
}

async function composeBody(kind: ResourceKind, planned: ValueObject, context: ApplyContext) {
  return mergeBodies(writeFields(planned, kind.fields), await kind.toBody(planned, context));
}

async function refuseExisting(kind: ResourceKind, id: string, { arm }: ApplyContext): Promise<void> {
  const existing = await arm.get(id, kind.apiVersion).catch((error: unknown) => {
    throw describe(error, "creating", kind, id);
  });
  if (existing === null) return;
  // The message omits the verb and the resource's name, as azurerm's does for this resource.
  throw new Error(
    `a resource with the ID "${id}" already exists - to be managed via Terraform this resource needs to be imported into the State. Please see the resource documentation for "${kind.type}" for more information`,
  );
}

async function readKnown(kind: ResourceKind, id: string, context: ApplyContext): Promise<ValueObject | null> {
  const resource = await context.arm.get(id, kind.apiVersion);
  if (resource === null) return null;
  const group = /\/resourceGroups\/([^/]+)/i.exec(id)?.[1];
  return {
    id,
    ...(group === undefined || kind.type === "azurerm_resource_group" ? {} : { resource_group_name: group }),
    ...readFields(resource, kind.fields),
    ...(await kind.readMore(resource, context)),
  };
}

/** Nested blocks keep what Azure does not return, element by element. */
function overlay(state: ValueObject, known: ValueObject): ValueObject {
  const merged: ValueObject = { ...state };
  for (const [name, value] of Object.entries(known)) {
    const present = state[name];
    merged[name] =
      Array.isArray(value) && value.every(isObject) && Array.isArray(present) && present.length === value.length
        ? value.map((element, index) => overlay(asObject(present[index]), asObject(element)))
        : value;
  }
  return merged;
}

function describe(error: unknown, verb: string, kind: ResourceKind, id: string): Error {
  const reason = reasonOf(error);
  return new Error(`${verb} ${describeId(kind, id)}: ${reason}`, { cause: error });
}

function describeId(kind: ResourceKind, id: string): string {
  const [, , subscription, , group] = id.split("/");
  const lines = [`Subscription: "${subscription}"`, `Resource Group Name: "${group}"`];
  const name = id.split("/").at(-1);
  if (name !== group) lines.push(`${kind.title.replace(/^App Service$/, "Site")} Name: "${name}"`);
  return `${kind.title} (${lines.join("\n")})`;
}
