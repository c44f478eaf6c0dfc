import { listPythons } from "@same-kit/functions-app/python";

export type Pythons = {
  usable: readonly { version: string; executable: string }[];
  /** Why the others cannot be used; null if there are no others. */
  problem: string | null;
};

/** The local Pythons that can run steps, found in the same way as by the app. */
export async function findPythons(env: NodeJS.ProcessEnv): Promise<Pythons> {
  const { usable, rejected } = await listPythons({ env });
  return {
    usable: usable.map(({ version, executable }) => ({ version, executable })),
    problem: rejected.map(({ command, reason }) => `${command} ${reason}`).join("; ") || null,
  };
}
