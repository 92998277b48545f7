// Builds GraphiQL into dist/, which the next build of the server embeds. Nothing in
// it is loaded from elsewhere: fonts are inside of the style sheet.

import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { build } from "esbuild";

await mkdir("dist", { recursive: true });
for (const name of await readdir("dist")) if (name !== ".keep") await rm(`dist/${name}`, { recursive: true });
await build({
  entryPoints: ["src/main.jsx"],
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  minify: true,
  legalComments: "linked",
  define: { "process.env.NODE_ENV": '"production"' },
  chunkNames: "chunk-[hash]",
});
for (const name of ["index.html", "page.css"]) await cp(`src/${name}`, `dist/${name}`);
