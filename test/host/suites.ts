/** Suites are functions, so that one bundle defines them under VS Code's mocha. */
import { activationSuite } from "./activation";
import { catalogueSuite } from "./catalogue";
import { facesSuite } from "./faces";
import { lensSuite } from "./lenses";
import { robustnessSuite } from "./robustness";

export const suites: readonly (() => void)[] = [
  activationSuite,
  lensSuite,
  facesSuite,
  robustnessSuite,
  catalogueSuite,
];
