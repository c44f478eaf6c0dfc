export type PeerErrorCode =
  /** `--allow-user` names a user that this machine does not have. */
  "ERR_UNKNOWN_USER";
