import { useAzurite } from "../../../helpers/azurite.ts";
import { waitFor } from "../../../helpers/wait-for.ts";
import { describeBlobs } from "../contract/blob-contract.ts";
import { describeQueues } from "../contract/queue-contract.ts";
import type { StorageSubject } from "../contract/subject.ts";
import { describeTables } from "../contract/table-contract.ts";

const subject: StorageSubject = { account: useAzurite(), eventually: (condition) => waitFor(condition) };

describeQueues(subject);
describeTables(subject);
describeBlobs(subject);
