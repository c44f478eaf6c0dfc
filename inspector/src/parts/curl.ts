// A request as a command for a POSIX shell.

export type PlainRequest = {
  method: string;
  url: string;
  headers?: readonly (readonly [name: string, value: string])[];
  body?: string;
};

export function curlCommand({ method, url, headers = [], body = "" }: PlainRequest): string {
  const isPlainGet = method === "GET" && body === "";
  const parts = [
    "curl",
    ...(isPlainGet ? [] : [method === "HEAD" ? "--head" : `--request ${method}`]),
    // Else it takes brackets and braces for patterns.
    ...(/[[\]{}]/.test(url) ? ["--globoff"] : []),
    shellQuoted(url),
    // With a colon, one without a value would be left out.
    ...headers.map(([name, value]) => `--header ${shellQuoted(value === "" ? `${name};` : `${name}: ${value}`)}`),
    // Unlike `--data`, it neither reads a file for a leading `@` nor drops line breaks.
    ...(body === "" ? [] : [`--data-raw ${shellQuoted(body)}`]),
  ];
  return parts.join(" ");
}

/** One word to the shell, whatever it contains. */
export function shellQuoted(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
