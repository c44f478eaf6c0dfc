/** The host keys of a deployed app, as Azure lists them. */
export type HostKeys = { masterKey: string; functionKey: string; durableTaskKey: string };
