/** Entry of the suite that runs inside VS Code's extension host: every *.test.ts beside this file. */
import Mocha from "mocha";
import { suites } from "./suites";

/** Called by VS Code; rejects when a test fails. Prints the counts on one line that the runner reads. */
export function run(): Promise<void> {
  const mocha = new Mocha({ ui: "bdd", timeout: 30_000, color: false, reporter: "spec" });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  for (const define of suites) define();
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const passed = runner.stats?.passes ?? 0;
      console.log(`HOST ${passed} passed, ${failures} failed`);
      if (failures > 0) reject(new Error(`${failures} host tests failed`));
      else resolve();
    });
  });
}
