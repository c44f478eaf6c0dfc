/** What a process in the background is started with. */
export type DetachedCall = { args: readonly string[]; env: NodeJS.ProcessEnv };

const STORAGE = "--storage";
/** The replacement for that option. */
const STORAGE_VARIABLE = "SAME_KIT_STORAGE";

/**
 * Takes a connection string out of the arguments: they are shown to every user of the machine, a process's variables only to its own.
 */
export function hideConnectionString({ args, env }: DetachedCall): DetachedCall {
  const at = args.indexOf(STORAGE);
  const storage = at === -1 ? undefined : args[at + 1];
  if (storage === undefined || !/AccountKey=/i.test(storage)) return { args, env };
  return { args: args.toSpliced(at, 2), env: { ...env, [STORAGE_VARIABLE]: storage } };
}
