import { OperationError } from "@same-kit/shared";
import type { HostingPlan } from "../hosting-plan.ts";

const MB = 1_000_000;

// Azure publishes no limit for packages. An unpacked package must fit the plan's temp storage (functions-scale, 2026: 0.8 GB on
// Flex, 0.5 GB on Linux Consumption, 21 GB and more on Premium), and a running step needs room next to it.
const UNPACKED_LIMIT_BYTES: Record<HostingPlan, number> = {
  flex: 600 * MB,
  consumption: 400 * MB,
  premium: 10_000 * MB,
};
const LARGE_ZIP_BYTES = 150 * MB;
const SHOWN_PARTS = 3;

type PackageSize = {
  sizeBytes: number;
  unpackedBytes: number;
  /** Size in bytes, by part, such as `python/cpython`. */
  parts: Record<string, number>;
};

/**
 * Checks a package before anything is uploaded.
 *
 * @returns warnings.
 * @throws OperationError `ERR_DEPLOY_PACKAGE_TOO_LARGE` if it exceeds what the plan can hold.
 */
export function checkPackageSize(size: PackageSize, plan: HostingPlan): string[] {
  const limitBytes = UNPACKED_LIMIT_BYTES[plan];
  if (size.unpackedBytes > limitBytes) {
    throw new OperationError({
      code: "ERR_DEPLOY_PACKAGE_TOO_LARGE",
      message: `The package is ${megabytes(size.unpackedBytes)} unpacked; the ${plan} plan has room for ${megabytes(limitBytes)}. Largest parts: ${largestParts(size.parts)}.`,
      hint: "Include fewer packages (--with), leave out Python (--no-bundled-python), or choose the premium plan.",
    });
  }
  if (size.sizeBytes <= LARGE_ZIP_BYTES) return [];
  return [
    `The package is ${megabytes(size.sizeBytes)}: cold starts will be slow. Largest parts: ${largestParts(size.parts)}.`,
  ];
}

function largestParts(parts: Record<string, number>): string {
  return Object.entries(parts)
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN_PARTS)
    .map(([name, bytes]) => `${name} ${megabytes(bytes)}`)
    .join(", ");
}

const megabytes = (bytes: number): string => `${Math.round(bytes / MB)} MB`;
