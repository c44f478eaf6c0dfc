// Each call on a queue reads all messages of all queues up to three times, maintains four sorted indexes of them, and
// rebuilds the indexes whenever messages are received.

const FIND_ONE = (name) => `const doc = coll.findOne({
            messageId${name === "" ? "" : ": message.messageId"},
            accountName: ${name}${name === "" ? "account" : "accountName"},
            queueName: ${name}${name === "" ? "queue" : "queueName"}
        });`;

const VISIBLE = `.chain()
            .find(query)
            .compoundsort([
            ["timeNextVisible", false],
            ["$loki", false]
        ])
            .limit(numOfMessages)
            .data();`;
const visible = "const docs = queueMessages_1.findVisible(coll, query, numOfMessages);";

export const queueMessages = [
  {
    name: "messages are found by queue and number",
    file: "queue/persistence/LokiQueueMetadataStore.js",
    edits: [
      {
        find: 'const lokijs_1 = tslib_1.__importDefault(require("lokijs"));',
        replace:
          'const lokijs_1 = tslib_1.__importDefault(require("lokijs"));\nconst queueMessages_1 = require("same-kit:queue-messages");',
      },
      { find: 'indices: ["accountName", "queueName", "messageId", "visibleTime"]', replace: "indices: []" },
      {
        find: FIND_ONE(""),
        replace:
          "const doc = queueMessages_1.findMessage(coll, { accountName: account, queueName: queue, messageId });",
      },
      { find: FIND_ONE("message."), replace: "const doc = queueMessages_1.findMessage(coll, message);" },
      {
        find: `const docs = coll
            ${VISIBLE}
        const res`,
        replace: `${visible}
        const res`,
      },
      {
        find: `const docs = coll
            ${VISIBLE}
        const visibleTimeInMillisecond`,
        replace: `${visible}
        const visibleTimeInMillisecond`,
      },
      {
        find: `const docs = coll
            .chain()
            .find(query)
            .data();
        coll.remove(docs);`,
        replace: "queueMessages_1.removeExpired(coll, query);",
      },
    ],
  },
];
