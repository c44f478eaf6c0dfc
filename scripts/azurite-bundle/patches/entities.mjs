// Entities are looked up with `findOne({ RowKey, PartitionKey })`. LokiJS uses the index of the first key only; in a
// history table every instance has the same row keys, and in an instances table all row keys are empty, so each lookup
// reads every instance. Queries read every row of the table even if their filter names the partition. The values of all
// rows are objects that V8's garbage collector visits in every collection.

const FIND = `findOne({
            RowKey: entity.RowKey,
            PartitionKey: entity.PartitionKey
        });`;
const found = "entities_1.findEntity(tableEntityCollection, entity.PartitionKey, entity.RowKey);";

export const entities = [
  {
    name: "entities are found by both keys",
    file: "table/persistence/LokiTableMetadataStore.js",
    edits: [
      {
        find: 'const constants_1 = require("../utils/constants");',
        replace: `const constants_1 = require("../utils/constants");
const entities_1 = require("same-kit:entities");
const storedEntity_1 = require("same-kit:stored-entity");`,
      },
      {
        find: `const doc = tableEntityCollection.${FIND}
        if (doc) {
            throw`,
        replace: `const doc = ${found}
        if (doc) {
            throw`,
      },
      {
        find: `const doc = tableEntityCollection.findOne({
                RowKey: rowKey,
                PartitionKey: partitionKey
            });`,
        replace: "const doc = entities_1.findEntity(tableEntityCollection, partitionKey, rowKey);",
      },
      {
        find: `const requestedDoc = entityCollection.findOne({
            RowKey: rowKey,
            PartitionKey: partitionKey
        });`,
        replace: "const requestedDoc = entities_1.findEntity(entityCollection, partitionKey, rowKey);",
      },
      ...["updateTableEntity", "mergeTableEntity"].map((method) => ({
        find: `async ${method}(context, table, account, entity, ifMatch, batchId) {
        const tableEntityCollection = this.getEntityCollection(account, table, context);
        const doc = tableEntityCollection.${FIND}`,
        replace: `async ${method}(context, table, account, entity, ifMatch, batchId) {
        const tableEntityCollection = this.getEntityCollection(account, table, context);
        const doc = ${found}`,
      })),
      {
        find: `const doc = tableBatchCollection.findOne({
                RowKey: entity.RowKey,
                PartitionKey: entity.PartitionKey
            });`,
        replace: "const doc = entities_1.findEntity(tableBatchCollection, entity.PartitionKey, entity.RowKey);",
      },
      { find: 'indices: ["PartitionKey", "RowKey"]', replace: "indices: []" },
      {
        find: `const result = tableEntityCollection
            .chain()
            .where(queryWhere)
            .where((data) => {`,
        replace: `const result = entities_1.entitiesFor(tableEntityCollection, queryWhere)
            .filter(queryWhere)
            .filter((data) => {`,
      },
      {
        find: `.limit(maxResults + 1)
            .data();
        const response`,
        replace: `.slice(0, maxResults + 1);
        const response`,
      },
    ],
  },
  {
    name: "a row is kept as one text",
    file: "table/persistence/LokiTableMetadataStore.js",
    edits: [
      {
        find: `if (batchId !== "" && batchId !== undefined) {
            this.transactionDeleteTheseEntities.push(entity);
        }
        tableEntityCollection.insert(entity);`,
        replace: `const stored = new storedEntity_1.StoredEntity(entity);
        if (batchId !== "" && batchId !== undefined) {
            this.transactionDeleteTheseEntities.push(stored);
        }
        tableEntityCollection.insert(stored);`,
      },
      {
        find: "tableEntityCollection.insert(entity);",
        replace: "tableEntityCollection.insert(new storedEntity_1.StoredEntity(entity));",
      },
      {
        find: "tableEntityCollection.update(mergedEntity);",
        replace: "tableEntityCollection.update(new storedEntity_1.StoredEntity(mergedEntity));",
      },
      {
        find: "tableBatchCollection.insert(copiedEntity);",
        replace: "tableBatchCollection.insert(new storedEntity_1.StoredEntity(copiedEntity));",
      },
    ],
  },
  {
    name: "a query knows its partition",
    file: "table/persistence/LokiTableStoreQueryGenerator.js",
    edits: [
      {
        find: `static generateQueryEntityWhereFunction(query) {
        if (query === undefined || query === "" || query === "true") {
            return () => true;
        }
        if (query === "false") {
            return () => false;
        }
        const queryTree = (0, QueryParser_1.default)(query);
        (0, QueryValidator_1.validateQueryTree)(queryTree);
        return (entity) => (0, QueryInterpreter_1.default)(entity, queryTree);`,
        replace: `static generateQueryEntityWhereFunction(query) {
        if (query === undefined || query === "" || query === "true") {
            return () => true;
        }
        if (query === "false") {
            return () => false;
        }
        const queryTree = (0, QueryParser_1.default)(query);
        (0, QueryValidator_1.validateQueryTree)(queryTree);
        const predicate = (entity) => (0, QueryInterpreter_1.default)(entity, queryTree);
        return require("same-kit:entities").withPartition(predicate, queryTree);`,
      },
    ],
  },
];
