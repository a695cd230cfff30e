// Builds `dist/`, which is committed: `cargo build` embeds it and needs neither npm nor a network.
//
//   node build.mjs [FOLDER]
//
// The same sources give the same bytes on every machine; `tests/run ui` compares them.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const dist = process.argv[2] ?? join(root, "dist");

async function bundle(entry) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "ascii",
    legalComments: "none",
    logLevel: "warning",
  });
  return result.outputFiles[0].text;
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const [app, report, style] = await Promise.all(["src/app.ts", "src/report.ts", "static/style.css"].map(bundle));
const licence = readFileSync(join(root, "node_modules/uplot/LICENSE"), "utf8").trim();
const licences = `The page of atrad is part of atrad: Apache-2.0.

It draws with uPlot (github.com/leeoniya/uPlot):

${licence}
`;

for (const text of [report, style]) {
  if (/<\/(script|style)/i.test(text)) throw new Error("the text of an element must not hold its end");
}

// A file that opens anywhere: all inline, and nothing may run or load but what is here. `atrad compute --format html` puts the
// values into the place of @DATA@.
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${hash(report)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'">
<title>atrad</title>
<!--
${licences}-->
<style>${style}</style>
</head>
<body>
<script type="application/json" id="data">@DATA@</script>
<script type="module">${report}</script>
</body>
</html>
`;

mkdirSync(dist, { recursive: true });
writeFileSync(join(dist, "app.js"), app);
writeFileSync(join(dist, "app.css"), style);
writeFileSync(join(dist, "report.html"), page);
writeFileSync(join(dist, "licenses.txt"), licences);
for (const name of ["index.html", "icon.svg"]) copyFileSync(join(root, "static", name), join(dist, name));
