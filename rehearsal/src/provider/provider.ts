import { deleteResource, readResource, writeResource } from "./apply-resource.ts";
import { configure, validateProvider } from "./configure.ts";
import { readDataSource } from "./data-sources.ts";
import type { Diagnostic } from "./diagnostics.ts";
import { attributePath, toDiagnostic } from "./diagnostics.ts";
import type { DynamicValue, ValueObject } from "./dynamic-value.ts";
import { asObject, fromDynamicValue, isObject, isSame, toDynamicValue } from "./dynamic-value.ts";
import { findReplacements, planValues, resolveUnknowns } from "./plan-values.ts";
import type { ProviderMethod } from "./protocol.ts";
import { kindOf } from "./resources/all-kinds.ts";
import { findFractions, findProblems } from "./resources/checks.ts";
import type { ApplyContext } from "./resources/kind.ts";
import { dataSourceSchemas, resourceSchemas, toProviderSchemaMessage } from "./schema.ts";

/** A request in wire format; each handler reads only its own fields. */
export type ProviderRequest = {
  type_name: string;
  id: string;
  config: DynamicValue;
  current_state: DynamicValue;
  prior_state: DynamicValue;
  proposed_new_state: DynamicValue;
  planned_state: DynamicValue;
  planned_private: Uint8Array;
  private: Uint8Array;
  raw_state: { json?: Uint8Array };
};

export type ProviderHandlers = Record<ProviderMethod, (request: ProviderRequest) => Promise<object>>;

/** Answers Terraform like azurerm would, for the resources in `resources/`, by calling Azure Resource Manager. */
export function createProvider(env: NodeJS.ProcessEnv): ProviderHandlers {
  let configured: ApplyContext | null = null;
  const context = (): ApplyContext => {
    if (configured === null) throw new Error("the provider was asked to work before it was configured");
    return configured;
  };
  return {
    GetMetadata: async () => ({
      server_capabilities: {},
      resources: Object.keys(resourceSchemas).map((type_name) => ({ type_name })),
      data_sources: Object.keys(dataSourceSchemas).map((type_name) => ({ type_name })),
    }),
    GetSchema: async () => toProviderSchemaMessage(),
    PrepareProviderConfig: async ({ config }) => ({
      prepared_config: config,
      diagnostics: validateProvider(asObject(fromDynamicValue(config))),
    }),
    ValidateResourceTypeConfig: async (request) => ({ diagnostics: validateResource(request) }),
    ValidateDataSourceConfig: async () => ({}),
    UpgradeResourceState: async (request) => ({ upgraded_state: toDynamicValue(upgradeState(request)) }),
    Configure: ({ config }) =>
      answer(async () => {
        configured = await configure(asObject(fromDynamicValue(config)), env);
        return {};
      }),
    ReadResource: (request) => answer(() => read(request, context()), { new_state: request.current_state }),
    PlanResourceChange: (request) => answer(async () => plan(request)),
    ApplyResourceChange: (request) => answer(() => apply(request, context()), { new_state: request.prior_state }),
    ImportResourceState: (request) => answer(() => importResource(request, context())),
    ReadDataSource: ({ type_name, config }) =>
      answer(async () => ({
        state: toDynamicValue(await readDataSource(type_name, asObject(fromDynamicValue(config)), context(), env)),
      })),
    Stop: async () => {
      configured?.arm.stop();
      return {};
    },
  };
}

async function answer(work: () => Promise<object>, failed: object = {}): Promise<object> {
  try {
    return await work();
  } catch (error) {
    return { ...failed, diagnostics: [toDiagnostic(error)] };
  }
}

/** The state may come from another version, or from the real provider: only what this schema contains is kept. */
function upgradeState({ type_name, raw_state }: ProviderRequest): ValueObject {
  const stored = asObject(fromDynamicValue({ json: raw_state.json ?? new Uint8Array() }));
  return resolveUnknowns(resourceSchemas[type_name]!.block, stored, {});
}

function validateResource({ type_name, config }: ProviderRequest): Diagnostic[] {
  const values = asObject(fromDynamicValue(config));
  const { checks, fractions = [] } = kindOf(type_name);
  const broken = findFractions(resourceSchemas[type_name]!.block, values, fractions);
  // An attribute with an unexpected fraction is not checked further.
  const others = checks.filter(({ attribute }) => broken.every((problem) => problem.attribute !== attribute));
  return [...broken, ...findProblems(values, others)].map(({ attribute, summary }) => ({
    severity: "ERROR",
    summary,
    attribute: attributePath(attribute),
  }));
}

async function read(request: ProviderRequest, context: ApplyContext): Promise<object> {
  const state = fromDynamicValue(request.current_state);
  const block = resourceSchemas[request.type_name]!.block;
  const known = isObject(state) ? await readResource(kindOf(request.type_name), state, context) : null;
  const complete = known === null ? null : resolveUnknowns(block, known, {});
  return { new_state: toDynamicValue(complete), private: request.private };
}

function plan(request: ProviderRequest): object {
  const kind = kindOf(request.type_name);
  const block = resourceSchemas[request.type_name]!.block;
  const proposed = fromDynamicValue(request.proposed_new_state);
  const prior = fromDynamicValue(request.prior_state);
  if (!isObject(proposed)) return { planned_state: toDynamicValue(null), legacy_type_system: true };
  const planned = planValues(block, proposed, isObject(prior) ? prior : null, kind.defaults);
  for (const name of kind.computedBlocks ?? []) {
    if (isObject(prior) && isSame(planned[name], [])) planned[name] = prior[name] ?? [];
  }
  const replaced = isObject(prior) ? findReplacements(prior, planned, kind.fixed) : [];
  return {
    planned_state: toDynamicValue(planned),
    requires_replace: replaced.map(attributePath),
    planned_private: new Uint8Array(),
    // azurerm uses the legacy SDK and declares it; Terraform then tolerates null where a default applies.
    legacy_type_system: true,
  };
}

async function apply(request: ProviderRequest, context: ApplyContext): Promise<object> {
  const kind = kindOf(request.type_name);
  const block = resourceSchemas[request.type_name]!.block;
  const prior = fromDynamicValue(request.prior_state);
  const planned = fromDynamicValue(request.planned_state);
  if (!isObject(planned)) {
    await deleteResource(kind, asObject(prior), context);
    return { new_state: toDynamicValue(null), legacy_type_system: true };
  }
  const state = await writeResource(kind, block, isObject(prior) ? prior : null, planned, context);
  return { new_state: toDynamicValue(state), private: request.planned_private, legacy_type_system: true };
}

async function importResource({ type_name, id }: ProviderRequest, context: ApplyContext): Promise<object> {
  const kind = kindOf(type_name);
  const block = resourceSchemas[type_name]!.block;
  const state = await readResource(kind, { id }, context);
  if (state === null) throw new Error(`Cannot import non-existent remote object: ${id}`);
  // Azure omits default values; without them, every such attribute would appear to change.
  const defaults = Object.entries(kind.defaults ?? {}).filter(([, value]) => typeof value !== "object");
  const complete = resolveUnknowns(block, { ...(Object.fromEntries(defaults) as ValueObject), ...state }, {});
  return { imported_resources: [{ type_name, state: toDynamicValue(complete), private: new Uint8Array() }] };
}
