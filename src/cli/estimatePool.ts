/** Long streams are answered on all cores: blocks go to worker threads, answers come back in order of asking. */
import { availableParallelism } from "node:os";
import { type MessagePort, Worker } from "node:worker_threads";

interface Question {
  readonly id: number;
  readonly block: string;
}
type Reply = { readonly id: number; readonly bytes: Uint8Array } | { readonly id: number; readonly problem: string };

/** What a thread started for this work finds in its `workerData`. */
export const estimateWorkerRole = "estimate";

interface Waiting {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

export class EstimatePool {
  readonly #workers: { readonly worker: Worker; readonly waiting: Map<number, Waiting> }[];
  #next = 0;

  /** `script` is the command line's own file: a thread of it answers instead of reading arguments. */
  constructor(script: string, size = Math.min(8, availableParallelism())) {
    this.#workers = Array.from({ length: size }, () => {
      const worker = new Worker(script, { workerData: { role: estimateWorkerRole } });
      const waiting = new Map<number, Waiting>();
      worker.on("message", (reply: Reply) => {
        const asked = waiting.get(reply.id);
        waiting.delete(reply.id);
        if ("bytes" in reply) asked?.resolve(reply.bytes);
        else asked?.reject(new Error(reply.problem));
      });
      worker.on("error", (error) => {
        for (const { reject } of waiting.values()) reject(error);
        waiting.clear();
      });
      return { worker, waiting };
    });
  }

  /** Blocks that keep every thread busy while the next are read. */
  get depth(): number {
    return this.#workers.length * 2;
  }

  answer(block: string): Promise<Uint8Array> {
    const id = this.#next++;
    const idlest = this.#workers.reduce((best, one) => (one.waiting.size < best.waiting.size ? one : best));
    return new Promise((resolve, reject) => {
      idlest.waiting.set(id, { resolve, reject });
      idlest.worker.postMessage({ id, block } satisfies Question);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(({ worker }) => worker.terminate()));
  }
}

/** The thread's side: answers blocks one after the other. */
export function serveEstimates(port: MessagePort, answer: (block: string) => Promise<string>): void {
  let last = Promise.resolve();
  port.on("message", ({ id, block }: Question) => {
    last = last.then(async () => {
      try {
        const bytes = new TextEncoder().encode(await answer(block));
        port.postMessage({ id, bytes } satisfies Reply, [bytes.buffer]);
      } catch (error) {
        port.postMessage({ id, problem: String(error) } satisfies Reply);
      }
    });
  });
}
