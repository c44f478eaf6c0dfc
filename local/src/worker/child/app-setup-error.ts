/** The error is in the app's setup, not in its code: a stack would only show our frames. */
export class AppSetupError extends Error {
  override readonly stack = undefined;
}
