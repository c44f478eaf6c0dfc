import type { ServicePorts } from "../shared/development-account.ts";

/** How the worker's process reaches the host's storage emulator when its code names the machine's emulator. */
export type DevelopmentRoutes = {
  ports: ServicePorts;
  /** Port that accepts connections after a greeting with the secret; absent: they go to `ports`. */
  entrance?: { port: number; secret: string };
};

/** The environment variable with these routes, as JSON. */
export const ROUTES_VARIABLE = "SAME_KIT_DEVELOPMENT_STORAGE";
