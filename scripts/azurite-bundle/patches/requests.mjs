// The overhead of each request: a copy of the account key, parsing every operation's URI template, and formatting texts
// for a log that is never turned on.

const SERVICES = ["blob", "queue", "table"];

export const requests = [
  {
    name: "a signature is checked with a prepared key",
    file: "common/utils/utils.js",
    edits: [
      {
        find: '(0, crypto_1.createHmac)("sha256", new Uint8Array(key))',
        replace: '(0, crypto_1.createHmac)("sha256", require("same-kit:requests").preparedKey(key))',
      },
    ],
  },
  ...SERVICES.map((service) => ({
    name: "an operation's URI template is parsed once",
    file: `${service}/generated/utils/utils.js`,
    edits: [
      {
        find: "const uriTemplate = (0, uri_templates_1.default)(template);",
        replace: 'const uriTemplate = require("same-kit:requests").parsedTemplate(uri_templates_1.default, template);',
      },
    ],
  })),
  ...SERVICES.map((service) => ({
    name: "parameters are not written out for the log",
    file: `${service}/generated/middleware/HandlerMiddlewareFactory.js`,
    edits: [
      {
        find: `JSON.stringify(context.handlerParameters, (key, value) => {
                if (key === "body") {
                    return "ReadableStream";
                }
                return value;
            })`,
        replace: '""',
      },
    ],
  })),
  ...SERVICES.map((service) => ({
    name: "response headers are not written out for the log",
    file: `${service}/generated/middleware/end.middleware.js`,
    edits: [{ find: "JSON.stringify(res.getHeaders())", replace: '""' }],
  })),
];
