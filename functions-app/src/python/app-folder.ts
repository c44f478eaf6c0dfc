/** The folder of the deployed app: that of the one bundled file, with the Python files beside it. */
export function appFolder(): string {
  return __dirname;
}
