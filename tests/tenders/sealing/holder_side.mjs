// The opening room's own `sharesFrom` under Node, for the tests: node holder_side.mjs < { capsules, secret } gives what it found as JSON.
globalThis.document = { addEventListener() {}, querySelector: () => null };
const { sharesFrom } = await import("../../../assets/js/opening/main.js");

let text = "";
for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
const { capsules, secret } = JSON.parse(text);
const headers = capsules.map(({ header }) => JSON.parse(header));
process.stdout.write(JSON.stringify(await sharesFrom(capsules, headers, secret, () => {})));
