import type { Plugin } from "esbuild";

type Patch = { name: string; file: string; edits: readonly { find: string; replace: string }[] };

export function azuriteBundle(options?: { patches?: readonly Patch[]; version?: string }): Plugin;

export function fewMediaTypes<Type extends { charset?: string }>(all: Record<string, Type>): Record<string, Type>;
