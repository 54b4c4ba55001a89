#!/usr/bin/env node
// Stands in for a VS Code executable: takes the arguments that @vscode/test-electron passes and runs the suite in VS Code in a
// browser. AICOST_VSCODE=scripts/host/launcher.mjs npm run test:desktop
import { runHostTests } from "./runHostTests.mjs";

const value = (name) => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const extension = value("extensionDevelopmentPath");
const tests = value("extensionTestsPath");
const workspace = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
if (extension === undefined || tests === undefined || workspace === undefined) {
  console.error("wants --extensionDevelopmentPath=…, --extensionTestsPath=… and a folder");
  process.exit(2);
}
process.exit(await runHostTests({ extension, tests, workspace }));
