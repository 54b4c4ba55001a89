/**
 * Mean power of an accelerator in training, from how busy its units are.
 */
import { powerFromShare } from "../footprint";
import type { Hardware } from "../hardware";
import type { Quantity } from "../quantity";

/**
 * Share of TDP: 0.633 + 0.653·√u on Hopper and older, 0.309 + 1.111·√u on Blackwell (fitted on 153 and 150 measured inference
 * configurations, docs/method.md, power), where u is the share of peak the busy time reaches; idle periods (communication, bubbles)
 * draw about half of TDP. Training runs of A100 and H100 draw 0.75 to 0.95 of TDP.
 */
export function trainingPower(hardware: Hardware, utilisation: number, busyShare: number): Quantity | undefined {
  if (!(utilisation >= 0 && busyShare >= 0)) return undefined;
  const u = Math.min(1, Math.max(0, utilisation / Math.max(busyShare, 0.05)));
  const busy =
    hardware.accelerator.generation === "blackwell" ? 0.309 + 1.111 * Math.sqrt(u) : 0.633 + 0.653 * Math.sqrt(u);
  const share = busyShare * Math.min(0.95, busy) + (1 - busyShare) * 0.5;
  return powerFromShare(hardware, share, 0.12);
}
