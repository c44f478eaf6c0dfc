export { openStorage, type StorageAccount } from "./storage-account.ts";
