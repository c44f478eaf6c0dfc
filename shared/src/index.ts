// Code that every workspace needs and none owns. Bundlers drop the parts that a process does not use.

export { InvariantError, OperationError, SameKitError, type SameKitErrorFields, UsageError } from "./errors.ts";
export {
  createFolderAside,
  readJson,
  writeAside,
  writeFileAtomic,
  writeFileAtomicSync,
  writeJsonAtomic,
} from "./files/atomic-file.ts";
export { cacheFolder } from "./files/cache-folder.ts";
export { findOnPath } from "./files/find-on-path.ts";
export { folderSize } from "./files/folder-size.ts";
export { compileGlob, type Glob } from "./files/glob.ts";
export { INSTANCE_FILES_VARIABLE, instanceFolder } from "./files/instance-folder.ts";
export { isOwnFolder, makeOwnFolder, tryMakeOwnFolder } from "./files/own-folder.ts";
export { packageRoot } from "./files/package-root.ts";
export { closeToOthers, makePrivateFolder } from "./files/private-folder.ts";
export { type FileLine, readLines } from "./files/read-lines.ts";
export { readLocalFile } from "./files/read-local-file.ts";
export { sha256Of, sha256OfFile, verifySha256 } from "./files/sha256.ts";
export { type CommandHint, type Hint, hint, hintText, sameKit } from "./hint.ts";
export { isDeclaredTooLarge, readBody } from "./http/request-body.ts";
export { type RequestGuard, refuseCrossSite, refuseForeign } from "./http/request-guard.ts";
export { isRecord } from "./is-record.ts";
export { isSameSecret } from "./is-same-secret.ts";
export { parseSentJson, refuseDeepJson } from "./json/parse-bounded.ts";
export { compiledFolder } from "./loading/compiled-folder.ts";
export { requireCompiled } from "./loading/require-compiled.ts";
export { type Claim, claim, isClaimed } from "./locks/claims.ts";
export { type FileLock, LockedError, tryFileLock, withFileLock } from "./locks/file-lock.ts";
export {
  createLogger,
  type LogEntry,
  type LogFields,
  type Logger,
  type LogLevel,
  type LogSink,
  type LogSource,
  silentLogger,
} from "./logger.ts";
export { type AllowedUsers, parseAllowedUsers } from "./peers/allowed-users.ts";
export type { PeerErrorCode } from "./peers/errors.ts";
export { type PeerPolicy, refuseOtherUsers } from "./peers/refuse-other-users.ts";
export {
  identifyProcess,
  identifyThisProcess,
  isPidInUse,
  isProcessAlive,
  type ProcessIdentity,
} from "./processes/process-identity.ts";
export { reasonOf } from "./reason-of.ts";
export { seededRandom } from "./seeded-random.ts";
export { type CertificatePair, generateCertificate } from "./tls/certificate.ts";
export { type Clock, createSystemClock, formatTicks, parseTicks, type SleepOptions } from "./waiting/clock.ts";
export { Limiter } from "./waiting/limiter.ts";
export { pollUntil, systemWaiting, type Waiting, waitingBy } from "./waiting/poll-until.ts";
