import type { EpisodeSettings } from "../episode-types.ts";

/**
 * Whether this host may run an instance of that version.
 *
 * @see Azure/durabletask, DurableTask.Core/Settings/VersioningSettings.cs and TaskOrchestrationDispatcher.cs
 */
export function isVersionAccepted(
  instanceVersion: string | null,
  { defaultVersion, versionMatchStrategy }: Pick<EpisodeSettings, "defaultVersion" | "versionMatchStrategy">,
): boolean {
  switch (versionMatchStrategy) {
    case "None":
      return true;
    case "Strict":
      return (instanceVersion ?? "") === (defaultVersion ?? "");
    case "CurrentOrOlder":
      return compareVersions(instanceVersion ?? "", defaultVersion ?? "") <= 0;
  }
}

function compareVersions(a: string, b: string): number {
  if (a.trim() === "" || b.trim() === "") return Number(a.trim() !== "") - Number(b.trim() !== "");
  const [left, right] = [dotNetVersion(a), dotNetVersion(b)];
  if (left === null || right === null) return ordinal(a.toUpperCase(), b.toUpperCase());
  for (let part = 0; part < 4; part++) {
    const difference = (left[part] ?? -1) - (right[part] ?? -1); // .NET counts a missing part as -1.
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Parses .NET's `Version`: two to four numbers. A plain number is not one, so "10" and "9" are compared as text. */
function dotNetVersion(text: string): number[] | null {
  return /^\d+(\.\d+){1,3}$/.test(text.trim()) ? text.trim().split(".").map(Number) : null;
}

function ordinal(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
