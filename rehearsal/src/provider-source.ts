/** Which provider a rehearsal runs with. */
export type ProviderSource =
  | { kind: "stand-in" }
  /** The real azurerm, in a mirror or plugin cache with Terraform's layout. */
  | { kind: "mirror"; folder: string; version: string }
  /**
   * The real azurerm, from wherever the user's Terraform gets its providers: the registry, unless its configuration
   * says otherwise.
   */
  | { kind: "download"; cliConfig: string | undefined };
