/** A UTC time as Newtonsoft.Json writes it: its fraction does not end with zeros. */
export function jsonTime(time: string): string {
  return time.replace(/(?:\.0+|(\.\d*[1-9])0+)Z$/, "$1Z");
}
