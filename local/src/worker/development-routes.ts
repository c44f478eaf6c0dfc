import type { ServicePorts } from "../shared/development-account.ts";

/** How the worker's process reaches the emulator of Azure Storage where its code names the one of the machine. */
export type DevelopmentRoutes = {
  ports: ServicePorts;
  /** Where the public account gets in, after a greeting with the secret; absent: at `ports`. */
  entrance?: { port: number; secret: string };
};

/** The environment variable that holds them, as JSON. */
export const ROUTES_VARIABLE = "SAME_KIT_DEVELOPMENT_STORAGE";
