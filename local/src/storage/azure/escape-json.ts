import type { TableServiceClientOptions } from "@azure/data-tables";

type AdditionalPolicy = NonNullable<TableServiceClientOptions["additionalPolicies"]>[number];

const LINE_SEPARATORS = /[\u2028\u2029]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is all of ASCII.
const BEYOND_ASCII = /[^\u0000-\u007f]/g;

/**
 * Writes characters that Azurite 3.37 corrupts as JSON escapes, which are equivalent.
 *
 * - It finds an operation's JSON in a transaction with a regular expression whose `.` stops at U+2028 and U+2029; after
 *   one such transaction it refuses all others until it is restarted.
 * - It decodes every other body in chunks, so a character whose bytes are split between two chunks is lost.
 *   Transactions are decoded as a whole; escaping everything there would reduce what fits.
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
