import { accounts } from "./accounts.mjs";
import { database } from "./database.mjs";
import { entities } from "./entities.mjs";
import { extents } from "./extents.mjs";
import { queueMessages } from "./queue-messages.mjs";
import { requests } from "./requests.mjs";

/**
 * The changes to Azurite's source, relative to its `dist/src`. Each edit replaces `find`, which must occur exactly
 * once.
 */
export const PATCHES = [...accounts, ...entities, ...queueMessages, ...extents, ...database, ...requests];
