/** The mistake is not in the code: a stack would only show our frames. */
export class AppSetupError extends Error {
  override readonly stack = undefined;
}
