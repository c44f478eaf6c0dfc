// The parts of @azure/ms-rest-js that Azurite uses: the serializer of its models and a URL builder, without the HTTP
// client.

export { QueryCollectionFormat } from "@azure/ms-rest-js/es/lib/queryCollectionFormat";
export { MapperType, Serializer } from "@azure/ms-rest-js/es/lib/serializer";
export { URLBuilder } from "@azure/ms-rest-js/es/lib/url";
