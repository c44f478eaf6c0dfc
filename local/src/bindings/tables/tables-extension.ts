// Azure Table Storage: input and output; it has no trigger.

import type { HostExtension } from "../../host/index.ts";
import type { StorageAccounts } from "../storage-connection.ts";
import { readTable } from "./table-input.ts";
import { writeTable } from "./table-output.ts";

export function createTablesExtension(accounts: StorageAccounts): HostExtension {
  return {
    name: "tables",
    triggerTypes: [],
    inputBindings: {
      table: (binding, context) =>
        readTable(accounts.find(binding["connection"], context.appSettings, "table"), binding, context),
    },
    outputBindings: {
      table: (binding, value, context) =>
        writeTable(accounts.find(binding["connection"], context.appSettings, "table"), binding, value, context),
    },
  };
}
