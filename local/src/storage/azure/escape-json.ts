import type { TableServiceClientOptions } from "@azure/data-tables";

type AdditionalPolicy = NonNullable<TableServiceClientOptions["additionalPolicies"]>[number];

const LINE_SEPARATORS = /[\u2028\u2029]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
const BEYOND_ASCII = /[^\u0000-\u007f]/g;

/**
 * Writes characters that Azurite 3.37 damages as JSON escapes, which mean the same.
 *
 * - It looks for an operation's JSON in a transaction with a regular expression whose `.` ends at U+2028 and U+2029; after one
 *   such transaction it refuses all others until it is restarted.
 * - It decodes every other body piece by piece, so that a character whose bytes come in two pieces is lost. In transactions, which
 *   it decodes as a whole, escaping everything would take room from what fits.
 */
export const escapeJson: AdditionalPolicy = {
  position: "perCall",
  policy: {
    name: "escapeJson",
    sendRequest(request, next) {
      if (typeof request.body === "string") {
        const isTransaction = request.url.includes("/$batch");
        request.body = request.body.replace(isTransaction ? LINE_SEPARATORS : BEYOND_ASCII, toEscape);
      }
      return next(request);
    },
  },
};

const toEscape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
