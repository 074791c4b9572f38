// The browser's modules under Node, for the tests: node browser_side.mjs seal|open|unwrap FOLDER; reads and writes files there.
import { openAsBlob } from "node:fs";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { combineShares, newIdentity, openCapsule, pack, publicKey, sealBid, sealFile, unpack, unwrapShare } from "../../../assets/js/sealing/capsule.js";
import { paddedSize } from "../../../assets/js/sealing/bytes.js";

const [what, folder, ...rest] = process.argv.slice(2);
const read = async (name) => JSON.parse(await readFile(join(folder, name), "utf8"));

const tasks = {
  async seal() {
    const { terms, bid, kinds } = await read("task.json");
    const identity = await newIdentity();
    const files = [];
    for (const name of (await readdir(join(folder, "files"))).sort()) {
      const blob = await openAsBlob(join(folder, "files", name));
      files.push(await sealFile(await publicKey(identity), kinds[name], new File([blob], name)));
    }
    const capsule = await sealBid(terms, bid, files, identity);
    await writeFile(join(folder, "bid.sealed"), new Uint8Array(await pack(capsule).arrayBuffer()));
    await writeFile(join(folder, "secret.txt"), identity);
  },
  async open() {
    const { header, blobs } = await unpack(await openAsBlob(join(folder, "bid.sealed")));
    const shares = [];
    for (const identity of await read("holders.json")) shares.push(await unwrapShare(header, identity));
    const { manifest, files } = await openCapsule(header, blobs, await combineShares(header, shares));
    const found = await Promise.all(files.map(async ({ name, blob }) => [name, Buffer.from(await blob.arrayBuffer()).toString("base64")]));
    await writeFile(join(folder, "opened.json"), JSON.stringify({ manifest, files: Object.fromEntries(found) }));
  },
  async sizes() {
    await writeFile(join(folder, "sizes.json"), JSON.stringify(rest.map((size) => paddedSize(Number(size)))));
  },
};
await tasks[what]();
