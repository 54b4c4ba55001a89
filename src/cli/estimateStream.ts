/** `estimate -`: one native workload a line in, one estimate a line out, in the same order, streaming. */
import type { Readable, Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { EstimatePool } from "./estimatePool";

/** A line longer than this is refused instead of collected. */
const longestLine = 4 << 20;
/** Characters after which threads are worth their start. */
const poolFrom = 200_000;

export interface StreamOptions {
  /** Answers a block of whole lines. */
  readonly answer: (block: string) => Promise<string>;
  /** File whose threads answer long streams; without one everything happens here. */
  readonly script?: string;
}

/** Copies answers for the lines of `input` to `output`, waiting when the reader is slower. */
export async function estimateStream(input: Readable, output: Writable, options: StreamOptions): Promise<void> {
  const decoder = new StringDecoder("utf8");
  let pool: EstimatePool | undefined;
  let seen = 0;
  let rest = "";
  const pending: Promise<string | Uint8Array>[] = [];

  const writeFirst = async (): Promise<void> => {
    const out = await pending.shift();
    if (out !== undefined && out.length > 0 && !output.write(out))
      await new Promise((resolve) => output.once("drain", resolve));
  };
  const ask = async (block: string): Promise<void> => {
    seen += block.length;
    if (pool === undefined && options.script !== undefined && seen > poolFrom) pool = new EstimatePool(options.script);
    pending.push(pool ? pool.answer(block) : options.answer(block));
    while (pending.length > (pool?.depth ?? 0)) await writeFirst();
  };
  try {
    for await (const chunk of input) {
      const text = rest + decoder.write(chunk as Buffer);
      const end = text.lastIndexOf("\n") + 1;
      rest = text.slice(end);
      if (end > 0) await ask(text.slice(0, end));
      if (rest.length > longestLine) {
        pending.push(Promise.resolve(`${JSON.stringify({ error: "line longer than 4 MB" })}\n`));
        rest = "";
      }
    }
    const last = rest + decoder.end();
    if (last.trim() !== "") await ask(last);
    while (pending.length > 0) await writeFirst();
  } finally {
    await pool?.close();
  }
}
