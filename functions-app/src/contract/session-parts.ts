// A session between steps, and a result's that is too large to be inline: a small document that names its parts by what they hold.

import { isSha256 } from "./run-files.ts";

export type SessionPart = { sha256: string; sizeBytes: number };

/** As `runner/same_runner/handover/writing.py` writes it. */
export type SessionDescription = {
  formatVersion: 1;
  /** The pickle: inside, in base64, or a part of its own. */
  pickle: { base64: string } | SessionPart;
  /** What the pickle refers to. */
  parts: SessionPart[];
  /** Names of the variables that it sets in the environment. */
  environ?: string[];
  /** All together. */
  sizeBytes: number;
  /** The same for the same content, in whatever run. */
  contentSha256: string;
  /** When it was written, in ms since 1970 by the clock of the machine that wrote its parts. */
  writtenAtMs: number;
};

/** All files of a session. */
export function partsOf({ pickle, parts }: Pick<SessionDescription, "pickle" | "parts">): SessionPart[] {
  return "sha256" in pickle ? [{ sha256: pickle.sha256, sizeBytes: pickle.sizeBytes }, ...parts] : parts;
}

/** @throws Error for a document that is none: parts are names of files. */
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

/** The blob of a part, below its run. */
export const partBlobName = (sha256: string): string => `part-${sha256}.bin`;
