// Compiles assets/scss and the scripts of assets/js into app/static/build with content hashes in the names, and writes manifest.json last.
// app.js is on every page; each other script, assets/js/<name>/main.js, is on the pages that ask for it.
// seal.html is the offline sealer: one file with everything in it, made from assets/offline and the bid page's own modules.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transformSync } from "esbuild";
import { compile } from "sass";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, "app", "static", "build");

function style() {
  const result = compile(join(root, "assets", "scss", "app.scss"), {
    style: "compressed",
    loadPaths: [join(root, "node_modules")],
    quietDeps: true,
  });
  return result.css;
}

async function script(...path) {
  const result = await build({
    entryPoints: [join(root, "assets", ...path)],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "inline",
    charset: "utf8",
    write: false,
    absWorkingDir: root,
  });
  return result.outputFiles[0].text;
}

const allowed = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

async function offlineSealer() {
  const code = (await script("offline", "main.js")).replaceAll("</script", "<\\/script");
  const sheet = transformSync(await readFile(join(root, "assets", "offline", "page.css"), "utf8"), { loader: "css", minify: true, charset: "utf8" }).code;
  const policy = `default-src 'none'; script-src ${allowed(code)}; style-src ${allowed(sheet)}; form-action 'none'; base-uri 'none'`;
  const page = await readFile(join(root, "assets", "offline", "page.html"), "utf8");
  return page
    .replace("<!-- head -->", () => `<meta http-equiv="Content-Security-Policy" content="${policy}">\n<style>${sheet}</style>`)
    .replace("<!-- script -->", () => `<script type="module">${code}</script>`);
}

const files = { "app.css": style(), "app.js": await script("js", "app.js") };
for (const entry of await readdir(join(root, "assets", "js"), { withFileTypes: true })) {
  const main = join(root, "assets", "js", entry.name, "main.js");
  if (entry.isDirectory() && existsSync(main)) files[`${entry.name}.js`] = await script("js", entry.name, "main.js");
}
files["seal.html"] = await offlineSealer();
await mkdir(out, { recursive: true });
const manifest = {};
for (const [name, text] of Object.entries(files)) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  manifest[name] = name.replace(".", `.${hash}.`);
  await writeFile(join(out, manifest[name]), text);
}
await writeFile(join(out, "manifest.json.new"), `${JSON.stringify(manifest, null, 2)}\n`);
await rename(join(out, "manifest.json.new"), join(out, "manifest.json"));

const kept = new Set([...Object.values(manifest), "manifest.json", "stamp"]);
for (const name of await readdir(out)) if (!kept.has(name) && !name.endsWith(".whl")) await rm(join(out, name), { recursive: true });
for (const name of Object.values(manifest)) console.log(name);
