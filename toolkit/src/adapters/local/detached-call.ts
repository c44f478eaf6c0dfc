/** Arguments and environment of a background process. */
type DetachedCall = { args: readonly string[]; env: NodeJS.ProcessEnv };

const STORAGE = "--storage";
/** The variable that replaces that option. */
const STORAGE_VARIABLE = "SAME_KIT_STORAGE";

/**
 * Moves a connection string from the arguments to a variable: every user of the machine can see a process's arguments, but only its
 * owner can see its variables.
 */
export function hideConnectionString({ args, env }: DetachedCall): DetachedCall {
  const at = args.indexOf(STORAGE);
  const storage = at === -1 ? undefined : args[at + 1];
  if (storage === undefined || !/AccountKey=/i.test(storage)) return { args, env };
  return { args: args.toSpliced(at, 2), env: { ...env, [STORAGE_VARIABLE]: storage } };
}
