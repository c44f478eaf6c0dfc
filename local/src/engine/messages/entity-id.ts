import { findLengthProblem } from "../taskhub/names.ts";

/** An entity's class name and key. */
export type EntityId = { name: string; key: string };

/** The id of the instance that an entity is stored as: names are case-insensitive, keys are not. */
export function toInstanceId({ name, key }: EntityId): string {
  return `@${name.toLowerCase()}@${key}`;
}

/** @returns null for the id of an orchestration. The key may contain `@`. */
export function parseEntityInstanceId(instanceId: string): EntityId | null {
  if (!instanceId.startsWith("@")) return null;
  const second = instanceId.indexOf("@", 1);
  if (second < 2) return null;
  return { name: instanceId.slice(1, second), key: instanceId.slice(second + 1) };
}

/**
 * Why no message can be sent to this id, an entity's or another instance's; null if it can. The storage would reject it
 * again and again, and its sender would never be notified.
 */
export function findTargetProblem(instanceId: string): string | null {
  const problem = findLengthProblem(instanceId);
  return problem && `Nothing can have the ID that begins with ${JSON.stringify(instanceId.slice(0, 50))}. ${problem}`;
}
