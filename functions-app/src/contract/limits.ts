/** What one run may ask for. Each is an app setting of the name beside it. */
export type Limits = {
  /** `SAME_MAX_BODY_BYTES` */
  bodyBytes: number;
  /** `SAME_MAX_STEPS` */
  steps: number;
  /** `SAME_MAX_CODE_BYTES`: UTF-8 bytes of one step's code. */
  codeBytes: number;
  /** `SAME_MAX_REQUIREMENTS_BYTES` */
  requirementsBytes: number;
  /** `SAME_STEP_TIMEOUT`, in seconds. */
  stepTimeoutMs: number;
  /** `SAME_INLINE_SESSION_LIMIT`: bytes of the last session that travel inside the output. */
  inlineSessionBytes: number;
  /** `SAME_SERIALISATION_MEMORY_LIMIT`: bytes of one variable beyond which it explodes instead of travelling on. */
  variableBytes: number;
};

const KIB = 1024;
const MIB = 1024 * KIB;

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 100 * MIB,
  steps: 1_000,
  codeBytes: 4 * MIB,
  requirementsBytes: 256 * KIB,
  stepTimeoutMs: 30 * 60_000,
  inlineSessionBytes: 16 * MIB,
  variableBytes: 50_000_000,
};

const SETTINGS: Record<keyof Limits, { name: string; factor: number }> = {
  bodyBytes: { name: "SAME_MAX_BODY_BYTES", factor: 1 },
  steps: { name: "SAME_MAX_STEPS", factor: 1 },
  codeBytes: { name: "SAME_MAX_CODE_BYTES", factor: 1 },
  requirementsBytes: { name: "SAME_MAX_REQUIREMENTS_BYTES", factor: 1 },
  stepTimeoutMs: { name: "SAME_STEP_TIMEOUT", factor: 1000 },
  inlineSessionBytes: { name: "SAME_INLINE_SESSION_LIMIT", factor: 1 },
  variableBytes: { name: "SAME_SERIALISATION_MEMORY_LIMIT", factor: 1 },
};

/** @throws Error naming the app setting that is no positive number. */
export function resolveLimits(env: Readonly<Record<string, string | undefined>>): Limits {
  const limits = { ...DEFAULT_LIMITS };
  for (const [key, { name, factor }] of Object.entries(SETTINGS)) {
    const text = env[name];
    if (text === undefined || text === "") continue;
    const value = Number(text);
    if (!(value > 0)) throw new Error(`The app setting ${name} is "${text}", not a positive number.`);
    limits[key as keyof Limits] = value * factor;
  }
  return limits;
}
