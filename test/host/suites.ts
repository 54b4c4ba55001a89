/** Suites are functions, so that one bundle defines them under VS Code's mocha. */
import { activationSuite } from "./activation";
import { facesSuite } from "./faces";
import { lensSuite } from "./lenses";

export const suites: readonly (() => void)[] = [activationSuite, lensSuite, facesSuite];
