/** The U-Nets that most others derive from (`unet/config.json` of each model repository). */
export const sd1 = {
  channels: [320, 640, 1280, 1280],
  residualBlocks: 2,
  down: [1, 1, 1, 0],
  middle: 1,
  crossWidth: 768,
};
export const sd2 = { ...sd1, crossWidth: 1024, headWidth: 64 };
export const sdxl = {
  channels: [320, 640, 1280],
  residualBlocks: 2,
  down: [0, 2, 10],
  middle: 10,
  crossWidth: 2048,
  headWidth: 64,
};
