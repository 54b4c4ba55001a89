/** Bounds that keep a hostile or machine-written file from costing more than a blink. */
export interface Limits {
  /** UTF-16 units of one file. */
  readonly length: number;
  /** Nodes of one document as written. */
  readonly nodes: number;
  /** Nodes of one document once every alias is followed. */
  readonly expandedNodes: number;
  readonly depth: number;
}

/** Real workload files stay under 0.6 MB, a few thousand nodes and a depth of about 20. */
export const defaultLimits: Limits = { length: 1_000_000, nodes: 200_000, expandedNodes: 400_000, depth: 150 };

/**
 * How long the YAML parser will be busy with one document, in steps of about 15 µs: a line, a tag or an item of a flow costs one, two
 * marks (`:`, `-`, `?`, quotes) one where they are dense, 30 characters one, a tab more (it makes a second reading likely). Fitted
 * over sparse, dense and hostile texts. One pass over the text, some hundred times cheaper than parsing.
 */
export function parsingWork(text: string, start = 0, end = text.length): number {
  let lines = 0;
  let marks = 0;
  let tabs = 0;
  for (let index = start; index < end; index++)
    switch (text.charCodeAt(index)) {
      case 0x0a: // line break
      case 0x21: // !
      case 0x2c: // ,
      case 0x5b: // [
      case 0x7b: // {
        lines++;
        break;
      case 0x22: // "
      case 0x27: // '
      case 0x2d: // -
      case 0x3a: // :
      case 0x3f: // ?
        marks++;
        break;
      case 0x09:
        tabs++;
        break;
    }
  return Math.max(lines, marks / 2) + 2.5 * tabs + (end - start) / 30;
}

/**
 * The work on one document that an editor can do between two keystrokes without being felt: about 30 ms, and under 200 for the first
 * hostile one, before the engine is warm. The largest real file seen so far asks for 2,800.
 */
export const interactiveWork = 4000;
