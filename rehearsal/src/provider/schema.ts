// The real provider's schema, reduced to what the module uses and stored as data, so that a wrong argument fails here
// as it would there. It comes from `terraform providers schema -json`; the file records the azurerm version it was
// taken from.
import data from "./azurerm.schema.json" with { type: "json" };

type Attribute = {
  /** Terraform's JSON type notation: `"string"`, `["map","string"]`, `["list",["object",{…}]]`. */
  type: unknown;
  required?: boolean;
  optional?: boolean;
  computed?: boolean;
  sensitive?: boolean;
};

export type NestedBlock = {
  nesting_mode: "single" | "list" | "set";
  min_items?: number;
  max_items?: number;
  block: Block;
};
export type Block = { attributes?: Record<string, Attribute>; block_types?: Record<string, NestedBlock> };
type Schema = { version?: number; block: Block };

type SchemaFile = {
  version: string;
  provider_schema: Schema;
  resource_schemas: Record<string, Schema>;
  data_source_schemas: Record<string, Schema>;
};

const file = data as unknown as SchemaFile;

/** The azurerm version that the stand-in reports. */
export const AZURERM_VERSION: string = file.version;

const providerSchema: Schema = file.provider_schema;
export const resourceSchemas: Readonly<Record<string, Schema>> = file.resource_schemas;
export const dataSourceSchemas: Readonly<Record<string, Schema>> = file.data_source_schemas;

/** The response to GetSchema. */
export function toProviderSchemaMessage() {
  return {
    provider: toSchemaMessage(providerSchema),
    resource_schemas: mapSchemas(resourceSchemas),
    data_source_schemas: mapSchemas(dataSourceSchemas),
    server_capabilities: {},
  };
}

function mapSchemas(schemas: Readonly<Record<string, Schema>>) {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, toSchemaMessage(schema)]));
}

function toSchemaMessage(schema: Schema) {
  return { version: schema.version ?? 0, block: toBlockMessage(schema.block) };
}

type BlockMessage = { version: number; attributes: object[]; block_types: object[] };

function toBlockMessage(block: Block): BlockMessage {
  return {
    version: 0,
    attributes: Object.entries(block.attributes ?? {}).map(([name, { type, ...flags }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      ...flags,
    })),
    block_types: Object.entries(block.block_types ?? {}).map(([name, nested]) => ({
      type_name: name,
      nesting: nested.nesting_mode.toUpperCase(),
      min_items: nested.min_items ?? 0,
      max_items: nested.max_items ?? 0,
      block: toBlockMessage(nested.block),
    })),
  };
}
