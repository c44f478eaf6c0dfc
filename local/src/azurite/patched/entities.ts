// Entity lookup of the patched table service.

import type { Collection, Doc } from "./loki.ts";
import { indexesBy } from "./two-level-index.ts";

type Entity = Doc & { PartitionKey: string; RowKey: string };

/** A node of Azurite's parsed `$filter`. */
type QueryNode = { name: string; left?: QueryNode; right?: QueryNode; identifier?: string; value?: unknown };
type Predicate = ((entity: Entity) => boolean) & { partitionKey?: string };

const indexOf = indexesBy<Entity>(({ PartitionKey, RowKey }) => [PartitionKey, RowKey]);

/**
 * Finds the entity with exactly these keys. LokiJS would also match `01` with `1`, because it compares numeric strings
 * as numbers.
 */
export function findEntity(collection: Collection<Entity>, partitionKey: string, rowKey: string): Entity | null {
  return indexOf(collection).find(partitionKey, rowKey);
}

/** Attaches the partition key that a filter requires to its predicate, if the filter names one. */
export function withPartition(predicate: Predicate, tree: QueryNode): Predicate {
  const partitionKey = pinnedPartition(tree);
  return partitionKey === undefined ? predicate : Object.assign(predicate, { partitionKey });
}

/** @returns The entities that a query must examine: one partition, or all. */
export function entitiesFor(collection: Collection<Entity>, predicate: Predicate): readonly Entity[] {
  return predicate.partitionKey === undefined ? collection.data : indexOf(collection).inGroup(predicate.partitionKey);
}

function pinnedPartition(node: QueryNode | undefined): string | undefined {
  if (node?.name === "and") return pinnedPartition(node.left) ?? pinnedPartition(node.right);
  if (node?.name !== "eq" || node.left?.identifier !== "PartitionKey" || node.right?.name !== "constant")
    return undefined;
  return typeof node.right.value === "string" ? node.right.value : undefined;
}
