// In memory, every message is a separate extent. The garbage collection removes them one by one every minute, and each
// removal rebuilds the whole index of extents. On disk, every message opens a stream and waits for the disk.

export const extents = [
  {
    name: "extents are found by a hash of their id",
    file: "common/persistence/LokiExtentMetadataStore.js",
    edits: [
      {
        find: 'const lokijs_1 = tslib_1.__importDefault(require("lokijs"));',
        replace:
          'const lokijs_1 = tslib_1.__importDefault(require("lokijs"));\nconst extents_1 = require("same-kit:extents");',
      },
      { find: 'indices: ["id"]', replace: "indices: []" },
      {
        find: `const doc = coll.findOne({ id: extent.id });
        if (!doc) {`,
        replace: `const doc = extents_1.findExtent(coll, extent.id);
        if (!doc) {`,
      },
      {
        find: "return coll.findAndRemove({ id: extentId });",
        replace: `const doc = extents_1.findExtent(coll, extentId);
        if (doc) coll.remove(doc);
        return;`,
      },
      {
        find: `const doc = coll.findOne({ id: extentId });
        return doc.locationId;`,
        replace: `const doc = extents_1.findExtent(coll, extentId);
        return doc.locationId;`,
      },
    ],
  },
  {
    name: "messages are appended to an open file",
    file: "common/persistence/FSExtentStore.js",
    edits: [
      {
        find: 'const crypto_1 = require("crypto");',
        replace: 'const crypto_1 = require("crypto");\nconst extentWrites_1 = require("same-kit:extent-writes");',
      },
      {
        find: `if (Buffer.isBuffer(data)) {
                    rs = new BufferStream_1.default(data);
                }
                else {`,
        replace: "if (!Buffer.isBuffer(data)) {",
      },
      {
        find: `const ws = (0, fs_1.createWriteStream)(path, {
                    fd,
                    autoClose: false
                });`,
        replace: "const ws = rs && (0, fs_1.createWriteStream)(path, { fd, autoClose: false });",
      },
      {
        find: "count = await this.streamPipe(rs, ws, fd, contextId);",
        replace: "count = rs ? await this.streamPipe(rs, ws, fd, contextId) : extentWrites_1.appendMessage(fd, data);",
      },
      {
        find: `(0, fs_1.fdatasync)(fd, err => {
                        if (err) {
                            this.logger.debug(\`FSExtentStore:streamPipe() Flush data to fd:\${fd} failed with error:\${JSON.stringify(err)}. Reject streamPipe().\`, contextId);
                            reject(err);
                        }
                        else {
                            this.logger.debug(\`FSExtentStore:streamPipe() Flush data to fd:\${fd} successfully. Resolve streamPipe().\`, contextId);
                            resolve(count);
                        }
                    });`,
        replace: `extentWrites_1.noteWrite(fd);
                    resolve(count);`,
      },
    ],
  },
];
