// Every 5 s LokiJS writes a whole database as one JSON text, and Azurite answers no requests meanwhile. After some
// minutes of load, a write takes longer than the 5 s.

const BLOB_OPTIONS = `inMemory
            ? {
                persistenceMethod: "memory"
            }
            : {
                persistenceMethod: "fs",
                autosave: true,
                autosaveInterval: 5000
            }`;
const OPTIONS = `inMemory ? {
            persistenceMethod: "memory"
        } : {
            persistenceMethod: "fs",
            autosave: true,
            autosaveInterval: 5000
        }`;

const DATABASES = [
  { file: "blob/persistence/LokiBlobMetadataStore.js", options: BLOB_OPTIONS },
  { file: "queue/persistence/LokiQueueMetadataStore.js", options: OPTIONS },
  {
    file: "table/persistence/LokiTableMetadataStore.js",
    options: OPTIONS,
    more: ', { onLoaded: require("same-kit:stored-entity").packLoaded }',
  },
  { file: "common/persistence/LokiExtentMetadataStore.js", options: OPTIONS },
];

export const database = DATABASES.map(({ file, options, more = "" }) => ({
  name: "a save writes what has changed",
  file,
  edits: [
    {
      find: `new lokijs_1.default(lokiDBPath, ${options});`,
      replace: `require("same-kit:database").openDatabase(lokijs_1.default, lokiDBPath, inMemory${more});`,
    },
  ],
}));
