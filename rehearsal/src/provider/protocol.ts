// The part of Terraform's plugin protocol 5 that our provider implements, as a table. Field names and numbers are the
// wire format (hashicorp/terraform, docs/plugin-protocol/tfplugin5.8.proto) and must never be renumbered.
import type { PackageDefinition } from "@grpc/proto-loader";
import { fromJSON } from "@grpc/proto-loader";

/** `[repeated] type number`, or `map<string,type> number`. */
type Fields = Readonly<Record<string, string>>;
type Message = Readonly<{ fields?: Fields; nested?: Readonly<Record<string, Message>>; enums?: Enums }>;
type Enums = Readonly<Record<string, Readonly<Record<string, number>>>>;

const EMPTY: Message = {};
const DIAGNOSTICS = "repeated Diagnostic";

const MESSAGES: Readonly<Record<string, Message>> = {
  DynamicValue: { fields: { msgpack: "bytes 1", json: "bytes 2" } },
  Diagnostic: {
    enums: { Severity: { INVALID: 0, ERROR: 1, WARNING: 2 } },
    fields: { severity: "Severity 1", summary: "string 2", detail: "string 3", attribute: "AttributePath 4" },
  },
  AttributePath: {
    nested: {
      Step: { fields: { attribute_name: "string 1", element_key_string: "string 2", element_key_int: "int64 3" } },
    },
    fields: { steps: "repeated Step 1" },
  },
  RawState: { fields: { json: "bytes 1", flatmap: "map<string,string> 2" } },
  ServerCapabilities: { fields: { plan_destroy: "bool 1" } },
  Schema: {
    nested: {
      Block: {
        fields: { version: "int64 1", attributes: "repeated Attribute 2", block_types: "repeated NestedBlock 3" },
      },
      Attribute: {
        fields: {
          name: "string 1",
          type: "bytes 2",
          required: "bool 4",
          optional: "bool 5",
          computed: "bool 6",
          sensitive: "bool 7",
        },
      },
      NestedBlock: {
        enums: { NestingMode: { INVALID: 0, SINGLE: 1, LIST: 2, SET: 3, MAP: 4, GROUP: 5 } },
        fields: {
          type_name: "string 1",
          block: "Block 2",
          nesting: "NestingMode 3",
          min_items: "int64 4",
          max_items: "int64 5",
        },
      },
    },
    fields: { version: "int64 1", block: "Block 2" },
  },
  GetMetadata: call(
    {},
    {
      server_capabilities: "ServerCapabilities 1",
      data_sources: "repeated TypeName 3",
      resources: "repeated TypeName 4",
    },
  ),
  TypeName: { fields: { type_name: "string 1" } },
  GetProviderSchema: call(
    {},
    {
      provider: "Schema 1",
      resource_schemas: "map<string,Schema> 2",
      data_source_schemas: "map<string,Schema> 3",
      diagnostics: `${DIAGNOSTICS} 4`,
      server_capabilities: "ServerCapabilities 6",
    },
  ),
  PrepareProviderConfig: call(
    { config: "DynamicValue 1" },
    { prepared_config: "DynamicValue 1", diagnostics: `${DIAGNOSTICS} 2` },
  ),
  UpgradeResourceState: call(
    { type_name: "string 1", version: "int64 2", raw_state: "RawState 3" },
    { upgraded_state: "DynamicValue 1", diagnostics: `${DIAGNOSTICS} 2` },
  ),
  ValidateResourceTypeConfig: call(
    { type_name: "string 1", config: "DynamicValue 2" },
    { diagnostics: `${DIAGNOSTICS} 1` },
  ),
  ValidateDataSourceConfig: call(
    { type_name: "string 1", config: "DynamicValue 2" },
    { diagnostics: `${DIAGNOSTICS} 1` },
  ),
  Configure: call({ terraform_version: "string 1", config: "DynamicValue 2" }, { diagnostics: `${DIAGNOSTICS} 1` }),
  ReadResource: call(
    { type_name: "string 1", current_state: "DynamicValue 2", private: "bytes 3" },
    { new_state: "DynamicValue 1", diagnostics: `${DIAGNOSTICS} 2`, private: "bytes 3" },
  ),
  PlanResourceChange: call(
    {
      type_name: "string 1",
      prior_state: "DynamicValue 2",
      proposed_new_state: "DynamicValue 3",
      config: "DynamicValue 4",
      prior_private: "bytes 5",
    },
    {
      planned_state: "DynamicValue 1",
      requires_replace: "repeated AttributePath 2",
      planned_private: "bytes 3",
      diagnostics: `${DIAGNOSTICS} 4`,
      legacy_type_system: "bool 5",
    },
  ),
  ApplyResourceChange: call(
    {
      type_name: "string 1",
      prior_state: "DynamicValue 2",
      planned_state: "DynamicValue 3",
      config: "DynamicValue 4",
      planned_private: "bytes 5",
    },
    { new_state: "DynamicValue 1", private: "bytes 2", diagnostics: `${DIAGNOSTICS} 3`, legacy_type_system: "bool 4" },
  ),
  ImportResourceState: {
    nested: {
      Request: { fields: { type_name: "string 1", id: "string 2" } },
      ImportedResource: { fields: { type_name: "string 1", state: "DynamicValue 2", private: "bytes 3" } },
      Response: { fields: { imported_resources: "repeated ImportedResource 1", diagnostics: `${DIAGNOSTICS} 2` } },
    },
  },
  ReadDataSource: call(
    { type_name: "string 1", config: "DynamicValue 2" },
    { state: "DynamicValue 1", diagnostics: `${DIAGNOSTICS} 2` },
  ),
  Stop: call({}, { Error: "string 1" }),
};

/** Service method → message pair; only GetSchema's differs from its own name. */
const METHODS = {
  GetMetadata: "GetMetadata",
  GetSchema: "GetProviderSchema",
  PrepareProviderConfig: "PrepareProviderConfig",
  ValidateResourceTypeConfig: "ValidateResourceTypeConfig",
  ValidateDataSourceConfig: "ValidateDataSourceConfig",
  UpgradeResourceState: "UpgradeResourceState",
  Configure: "Configure",
  ReadResource: "ReadResource",
  PlanResourceChange: "PlanResourceChange",
  ApplyResourceChange: "ApplyResourceChange",
  ImportResourceState: "ImportResourceState",
  ReadDataSource: "ReadDataSource",
  Stop: "Stop",
} as const;

export type ProviderMethod = keyof typeof METHODS;

/** The provider's service, and the three services of hashicorp/go-plugin that Terraform opens next to it. */
export function loadProtocol(): PackageDefinition {
  return fromJSON(
    {
      nested: {
        tfplugin5: { nested: { ...mapValues(MESSAGES, toType), Provider: { methods: mapValues(METHODS, toMethod) } } },
        plugin: {
          nested: {
            ...mapValues({ Empty: EMPTY, ConnInfo: { fields: { service_id: "uint32 1" } }, StdioData: EMPTY }, toType),
            GRPCBroker: { methods: { StartStream: stream("ConnInfo", "ConnInfo", true) } },
            GRPCStdio: { methods: { StreamStdio: stream("Empty", "StdioData", false) } },
            GRPCController: { methods: { Shutdown: { requestType: "Empty", responseType: "Empty", comment: "" } } },
          },
        },
      },
    },
    { keepCase: true, longs: Number, defaults: false },
  );
}

function call(request: Fields, response: Fields): Message {
  return { nested: { Request: { fields: request }, Response: { fields: response } } };
}

function toMethod(message: string) {
  return { requestType: `${message}.Request`, responseType: `${message}.Response`, comment: "" };
}

function stream(requestType: string, responseType: string, requestStream: boolean) {
  return { requestType, responseType, responseStream: true, requestStream, comment: "" };
}

function toType(message: Message): { fields: Record<string, object>; nested?: Record<string, object> } {
  const nested = {
    ...mapValues(message.nested ?? {}, toType),
    ...mapValues(message.enums ?? {}, (values) => ({ values })),
  };
  return { fields: mapValues(message.fields ?? {}, toField), ...(Object.keys(nested).length > 0 ? { nested } : {}) };
}

function toField(text: string): object {
  const map = /^map<string,(\w+)> (\d+)$/.exec(text);
  if (map) return { keyType: "string", type: map[1], id: Number(map[2]) };
  const plain = /^(repeated )?(\w+) (\d+)$/.exec(text);
  if (!plain) throw new Error(`Not a field: ${text}`);
  return { ...(plain[1] ? { rule: "repeated" } : {}), type: plain[2], id: Number(plain[3]) };
}

function mapValues<In, Out>(record: Readonly<Record<string, In>>, convert: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value)]));
}
