/** What generating one batch comes to, whatever the architecture. */
export interface Batch {
  /** FLOP of one item. */
  readonly flops: number;
  readonly lowestFlops?: number;
  readonly flopsWidth: number;
  /** s of one batch; absent where the accelerator is unknown. */
  readonly latency?: number;
  /** s of a cheaper variant of the same architecture, where the workload does not say which. */
  readonly lowestLatency?: number;
  /** s of slower software that the workload does not rule out. */
  readonly highestLatency?: number;
  readonly latencyWidth: number;
  /** J of one batch, all accelerators. */
  readonly energy?: number;
  readonly energyWidth: number;
  readonly powerWidth: number;
  readonly reference: string;
}
