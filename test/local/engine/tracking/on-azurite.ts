import { openTestHub, useAzurite } from "../../../helpers/azurite.ts";
import { rawTable } from "../../../helpers/raw-storage.ts";
import type { StoreSubject } from "./store-subject.ts";

export function onAzurite(): StoreSubject {
  const storage = useAzurite();
  return {
    openHub: () => openTestHub(storage(), 1),
    async rowsOf(table) {
      const rows: Record<string, unknown>[] = [];
      const listed = rawTable(storage(), table).listEntities({ disableTypeConversion: true });
      for await (const { etag, timestamp, ...row } of listed) rows.push(row);
      return rows;
    },
  };
}
