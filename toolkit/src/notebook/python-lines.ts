// Just enough of Python's lexical rules to know where a statement starts: strings, brackets, comments, line joining.

/** The state of the lexer between two lines. */
type PythonLexerState = {
  /** The quotes that end the current string, or null. */
  openString: string | null;
  /** Open (, [ and {. */
  depth: number;
  /** Whether the last line ended with a backslash. */
  isJoined: boolean;
};

export const initialLexerState: PythonLexerState = { openString: null, depth: 0, isJoined: false };

/** Whether the next line starts a statement, so that it could be a magic. */
export function isAtStatement({ openString, depth, isJoined }: PythonLexerState): boolean {
  return openString === null && depth === 0 && !isJoined;
}

/** The state after one more line of Python. */
export function readPythonLine(state: PythonLexerState, line: string): PythonLexerState {
  let { openString, depth } = state;
  let at = 0;
  while (at < line.length) {
    if (openString !== null) {
      const end = findStringEnd(line, at, openString);
      if (end === null) break;
      at = end;
      openString = null;
      continue;
    }
    const char = line[at] as string;
    if (char === "#") return { openString: null, depth, isJoined: false };
    if (char === '"' || char === "'") {
      openString = line.startsWith(char.repeat(3), at) ? char.repeat(3) : char;
      at += openString.length;
      continue;
    }
    if ("([{".includes(char)) depth += 1;
    else if (")]}".includes(char)) depth = Math.max(0, depth - 1);
    at += 1;
  }
  const isJoined = endsWithBackslash(line);
  // Only triple quotes, or a backslash at the end, continue a string on the next line.
  const survives = openString !== null && (openString.length === 3 || isJoined);
  return { openString: survives ? openString : null, depth, isJoined };
}

/** @returns The position after the closing quotes, or null if the string continues. A backslash escapes the next character, in raw strings too. */
function findStringEnd(line: string, start: number, quotes: string): number | null {
  for (let at = start; at < line.length; at += 1) {
    if (line[at] === "\\") at += 1;
    else if (line.startsWith(quotes, at)) return at + quotes.length;
  }
  return null;
}

/** An odd number of backslashes: an even number escape each other. */
export function endsWithBackslash(line: string): boolean {
  return (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;
}
