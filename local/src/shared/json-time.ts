/** A UTC time in Newtonsoft.Json's format: without trailing zeros in its fraction. */
export function jsonTime(time: string): string {
  return time.replace(/(?:\.0+|(\.\d*[1-9])0+)Z$/, "$1Z");
}
