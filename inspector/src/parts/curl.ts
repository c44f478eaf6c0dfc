// Formats a request as a command for a POSIX shell.

export type PlainRequest = {
  method: string;
  url: string;
  headers?: readonly (readonly [name: string, value: string])[];
  body?: string;
};

/** The curl command line that sends this request. */
export function curlCommand({ method, url, headers = [], body = "" }: PlainRequest): string {
  const isPlainGet = method === "GET" && body === "";
  const parts = [
    "curl",
    ...(isPlainGet ? [] : [method === "HEAD" ? "--head" : `--request ${method}`]),
    // Otherwise curl treats brackets and braces as patterns.
    ...(/[[\]{}]/.test(url) ? ["--globoff"] : []),
    shellQuoted(url),
    // With a colon, curl would drop a header without a value.
    ...headers.map(([name, value]) => `--header ${shellQuoted(value === "" ? `${name};` : `${name}: ${value}`)}`),
    // Unlike `--data`, it neither reads a file for a leading `@` nor strips line breaks.
    ...(body === "" ? [] : [`--data-raw ${shellQuoted(body)}`]),
  ];
  return parts.join(" ");
}

/** Quotes any text as a single shell word. */
export function shellQuoted(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
