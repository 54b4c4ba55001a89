/** Entry of the suite that runs in the web worker's extension host: no Node is there, and mocha is its browser build. */
import "mocha/mocha.js";
import { webSuite } from "./faces";

/** mocha's browser build puts these on the global object. */
declare const mocha: BrowserMocha & { setup(options: object): void };

/** Called by VS Code; rejects when a test fails. Prints the counts on one line that the runner reads. */
export function run(): Promise<void> {
  mocha.setup({ ui: "bdd", timeout: 30_000, reporter: LineReporter as never });
  webSuite();
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => {
      console.log(`WEB ${runner.stats?.passes ?? 0} passed, ${failures} failed`);
      if (failures > 0) reject(new Error(`${failures} web tests failed`));
      else resolve();
    });
  });
}

/** mocha's own reporters for browsers want a page. */
class LineReporter {
  constructor(runner: Mocha.Runner) {
    runner.on("pass", (test) => console.log(`  ✔ ${test.fullTitle()}`));
    runner.on("fail", (test, error) => console.error(`  ✘ ${test.fullTitle()}\n${error.stack ?? error}`));
  }
}
