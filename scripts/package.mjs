// Makes the .vsix from what git tracks and dist/ holds; says its size and fails when it grows past the ceiling.
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";

const ceiling = 4_000_000;
const { name, version } = JSON.parse(readFileSync("package.json", "utf8"));
const file = `${name}-${version}.vsix`;
const made = spawnSync(
  "npx",
  ["vsce", "package", "--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links", "--out", file],
  {
    stdio: "inherit",
    shell: process.platform === "win32",
  },
);
if (made.status !== 0) process.exit(made.status ?? 1);
const { size } = statSync(file);
console.log(`${file}: ${(size / 1e6).toFixed(2)} MB`);
if (size > ceiling) {
  console.error(`larger than ${ceiling / 1e6} MB`);
  process.exit(1);
}
