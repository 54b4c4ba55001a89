/** The engine behind `estimate -`, with its catalogue: a module of its own, read by whoever answers. */
import { createCatalog } from "../catalog/catalog";
import { loadTokenPrices } from "../catalog/tokenPrices";
import { answerBlock, mayHoldApi } from "./answers";

const facts = createCatalog();

/** Answers a block of whole lines; the price table is read before the first line that may need it. */
export async function answerLines(block: string): Promise<string> {
  if (mayHoldApi(block)) await loadTokenPrices();
  return answerBlock(block, facts);
}
