/** Writes docs/catalogue.md: `npx tsx scripts/catalog/writePage.ts`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cataloguePage } from "./page";

writeFileSync(join(__dirname, "../../docs/catalogue.md"), cataloguePage());
