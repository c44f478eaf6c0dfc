import type { Collection, Doc } from "./loki.ts";
import { indexesBy } from "./two-level-index.ts";

/** A unit of storage for messages and blobs; in memory, each message has its own. */
type Extent = Doc & { id: string };

const indexOf = indexesBy<Extent>(({ id }) => ["", id]);

export function findExtent(collection: Collection<Extent>, id: string): Extent | null {
  return indexOf(collection).find("", id);
}
