import type { Metafile } from "esbuild";

export function writeNotices(
  root: string,
  metafiles: readonly Pick<Metafile, "inputs">[],
  target: string,
): Promise<void>;
