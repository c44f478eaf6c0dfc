/** Which provider a rehearsal runs with. */
export type ProviderSource =
  | { kind: "stand-in" }
  /** The real azurerm in a mirror or plugin cache of Terraform's layout. */
  | { kind: "mirror"; folder: string; version: string }
  /** The real azurerm, from wherever the user's Terraform has its providers: the registry, unless its configuration differs. */
  | { kind: "download"; cliConfig: string | undefined };
