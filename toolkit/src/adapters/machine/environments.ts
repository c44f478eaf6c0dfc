import * as python from "@same-kit/functions-app/python";

export type Environment = python.ListedEnvironment;

/** The environments of this machine that requirements.txt files became. */
export type Environments = {
  folder: string;
  /** Last used first. */
  list(): Promise<Environment[]>;
  /** @returns Whether it is gone: one that is being built stays. */
  remove(environment: Environment): Promise<boolean>;
};

export function openEnvironments(env: NodeJS.ProcessEnv): Environments {
  return environmentsIn(python.environmentsFolder(env));
}

export function environmentsIn(folder: string): Environments {
  return { folder, list: () => python.listEnvironments(folder), remove: python.removeEnvironment };
}
