// The draw page's recomputation under Node, for the tests: { files: [text], draws: [{ seeds, size, hash }] } gives what is found, as JSON.
import { createHash } from "node:crypto";
import { recompute } from "../../assets/js/draw-check/recompute.js";
import { keyString } from "../../assets/js/draw-check/seeds.js";
import { selection } from "../../assets/js/draw-check/walk.js";

let text = "";
for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
const { files = [], draws = [] } = JSON.parse(text);
const found = files.map((file) => {
  const { fault, empty } = recompute(file);
  return { step: fault?.step.name ?? null, round: fault?.step.round ?? null, word: fault?.word ?? null, details: fault?.details ?? {}, empty };
});
const drawn = draws.map(({ seeds, size, hash }) => {
  const key = keyString(seeds);
  return { key, rows: selection(key, size, (bytes) => createHash(hash).update(bytes).digest()) };
});
process.stdout.write(JSON.stringify({ files: found, draws: drawn }));
