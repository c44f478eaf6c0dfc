import * as python from "@same-kit/functions-app/python";

export type Environment = python.ListedEnvironment;

/** The environments of this machine that were created from requirements.txt files. */
export type Environments = {
  folder: string;
  /** Most recently used first. */
  list(): Promise<Environment[]>;
  /** @returns Whether it was removed: an environment that is being built is kept. */
  remove(environment: Environment): Promise<boolean>;
};

export function openEnvironments(env: NodeJS.ProcessEnv): Environments {
  return environmentsIn(python.environmentsFolder(env));
}

export function environmentsIn(folder: string): Environments {
  return { folder, list: () => python.listEnvironments(folder), remove: python.removeEnvironment };
}
