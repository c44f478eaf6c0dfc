import { expect, test } from "vitest";
import { isVersionAccepted } from "../../../../../local/src/engine/orchestrations/replay/version-match.ts";

test.each([
  ["CurrentOrOlder", null, null, true],
  ["CurrentOrOlder", "1.0", null, false],
  ["CurrentOrOlder", null, "1.0", true],
  ["CurrentOrOlder", "", "1.0", true],
  ["CurrentOrOlder", "1.9", "1.10", true],
  ["CurrentOrOlder", "1.10", "1.9", false],
  ["CurrentOrOlder", "1.0", "1.0.0", true],
  ["CurrentOrOlder", "1.0.0", "1.0", false],
  ["CurrentOrOlder", "10", "9", true], // not a .NET version, so compared as strings
  ["CurrentOrOlder", "9", "10", false],
  ["CurrentOrOlder", "BETA", "beta", true],
  ["CurrentOrOlder", "alpha", "Beta", true],
  ["CurrentOrOlder", "beta", "Alpha", false],
  ["CurrentOrOlder", "_", "a", false], // in upper case the underscore is after all letters
  ["CurrentOrOlder", "1.10", "v1.9", true], // as text, if either is not a .NET version
  ["CurrentOrOlder", "v1.9", "1.10", false],
  ["CurrentOrOlder", "1.2.3.4", "1.2.3.4", true],
  ["CurrentOrOlder", "1.2.3.5", "1.2.3.4", false],
  ["CurrentOrOlder", "1.2.3.4.5", "1.10.0.0.0", false], // five numbers are not a .NET version
  ["CurrentOrOlder", "10.0", "9.0", false],
  ["CurrentOrOlder", " 1.9 ", "1.10", true],
  ["CurrentOrOlder", "1.9", " 1.10 ", true],
  ["CurrentOrOlder", "  ", "1.0", true],
  ["CurrentOrOlder", "1.0", "  ", false],
  ["CurrentOrOlder", " ", "", true],
  ["Strict", "1.0", "1.0", true],
  ["Strict", null, "", true],
  ["Strict", "0.9", "1.0", false],
  ["None", "9.0", null, true],
] as const)(
  "%s accepts instance version %j on a host of version %j: %s",
  (versionMatchStrategy, version, defaultVersion, ok) => {
    expect(isVersionAccepted(version, { versionMatchStrategy, defaultVersion })).toBe(ok);
  },
);
