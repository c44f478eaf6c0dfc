// A session between steps, or one of a result that is too large to be inline: a small document that names its parts by their hashes.

import { isSha256 } from "./run-files.ts";

export type SessionPart = { sha256: string; sizeBytes: number };

/** As `runner/same_runner/handover/writing.py` writes it. */
export type SessionDescription = {
  formatVersion: 1;
  /** The pickle: inline in base64, or a separate part. */
  pickle: { base64: string } | SessionPart;
  /** The parts to which the pickle refers. */
  parts: SessionPart[];
  /** Names of the environment variables that it sets. */
  environ?: string[];
  /** The total of pickle and parts. */
  sizeBytes: number;
  /** Equal for equal content, in any run. */
  contentSha256: string;
  /** When it was written, in ms since 1970 by the clock of the machine that wrote its parts. */
  writtenAtMs: number;
};

/** All files of a session. */
export function partsOf({ pickle, parts }: Pick<SessionDescription, "pickle" | "parts">): SessionPart[] {
  return "sha256" in pickle ? [{ sha256: pickle.sha256, sizeBytes: pickle.sizeBytes }, ...parts] : parts;
}

/** @throws Error for an invalid document: parts are used as file names. */
export function parseSessionDescription(content: Uint8Array): SessionDescription {
  const value = JSON.parse(Buffer.from(content).toString("utf8")) as SessionDescription;
  const { formatVersion, pickle, parts } = Object(value) as Partial<SessionDescription>;
  const isKnown = formatVersion === 1 && Array.isArray(parts) && typeof pickle === "object" && pickle !== null;
  if (isKnown && partsOf(value).every(isPart)) return value;
  throw new Error("The session's description is not valid.");
}

const isPart = (part: unknown): boolean => {
  const { sha256, sizeBytes } = Object(part) as Partial<SessionPart>;
  return isSha256(sha256) && Number.isSafeInteger(sizeBytes) && (sizeBytes as number) >= 0;
};

/** The name of a part's blob, below the prefix of its run. */
export const partBlobName = (sha256: string): string => `part-${sha256}.bin`;
