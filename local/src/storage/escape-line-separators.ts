import type { TableServiceClientOptions } from "@azure/data-tables";

type AdditionalPolicy = NonNullable<TableServiceClientOptions["additionalPolicies"]>[number];

/**
 * Writes U+2028 and U+2029 as JSON escapes, which mean the same. Azurite 3.37 looks for an operation's JSON in a transaction with a
 * regular expression whose `.` ends at these characters; after one such transaction it refuses all others until it is restarted.
 */
export const escapeLineSeparators: AdditionalPolicy = {
  position: "perCall",
  policy: {
    name: "escapeLineSeparators",
    sendRequest(request, next) {
      if (typeof request.body === "string") {
        request.body = request.body.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
      }
      return next(request);
    },
  },
};
